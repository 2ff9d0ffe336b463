"""Measures of the matrix, and those that no other room has records of, which can only be reported."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from plenary.ground.measures.registry import Measure, register
from plenary.understanding.insights.queries.matrix import linked_cells

register(
    Measure(
        code="matrix.linked",
        label=_("Links between action lines and goals"),
        definition=_("Meetings of an action line and a Sustainable Development Goal that the matrix links, to the goal or to a target of it."),
        unit=_("links"),
        count=lambda _edition, _member: len(linked_cells()),
        records=lambda _edition, _member: reverse("insights:matrix"),
    )
)

register(
    Measure(
        code="social.instagram.posts",
        label=_("Posts on Instagram"),
        definition=_("Posts that the process's account on Instagram shows."),
        unit=_("posts"),
    )
)
register(
    Measure(
        code="social.instagram.followers",
        label=_("Followers on Instagram"),
        definition=_("Accounts that follow the process's account on Instagram."),
        unit=_("followers"),
    )
)
register(
    Measure(
        code="ehealth_toolkit.year",
        label=_("Year of the National eHealth Strategy Toolkit"),
        definition=_("The year in which ITU and WHO published the toolkit for national e-health strategies."),
        unit=_("year"),
    )
)
register(
    Measure(
        code="dlt.use_cases",
        label=_("Use cases of distributed ledger technology"),
        definition=_("Use cases that the ITU Focus Group on the Application of Distributed Ledger Technology documented and analysed."),
        unit=_("use cases"),
    )
)
