"""The trail as the desk shows it: in words, with links to what was acted on, and discreet about persons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.actors import Actor, may
from plenary.ground.audit.models import TrailRecord
from plenary.ground.audit.queries import TrailLine, lines
from plenary.ground.audit.words import add_verbs

#: Kinds whose values may name persons or their addresses: only who may see private values sees them.
PRIVATE = ("people.", "messages.", "outgoing.", "accounts.", "files.", "calls.submission", "stocktaking.request")

KINDS: dict[str, str | Promise] = {
    "framework.edition": _("Edition"),
    "framework.milestone": _("Milestone"),
    "framework.concepts": _("Vocabularies"),
    "files.file": _("File"),
    "calls.call": _("Call"),
    "calls.submission": _("Submission"),
    "calls.batch": _("Submissions together"),
    "stocktaking.entry": _("Stocktaking entry"),
    "stocktaking.entries": _("Stocktaking entries"),
    "stocktaking.batch": _("Entries together"),
    "stocktaking.import": _("Import of a long file"),
    "stocktaking.request": _("Request about an entry"),
    "stocktaking.collection": _("Collection"),
    "stocktaking.saved_search": _("Saved search"),
    "awards.award": _("Award"),
    "awards.contest": _("Contest"),
    "awards.photo": _("Photograph"),
    "awards.team": _("Team"),
    "forum.session": _("Forum session"),
    "forum.track": _("Track of a forum"),
    "forum.venue": _("Room of a forum"),
    "forum.facilitator": _("Facilitator"),
    "partners.offer": _("Partnership offer"),
    "partners.package": _("Partnership package"),
    "publications.publication": _("Publication"),
    "publications.report_part": _("Part of a report"),
    "publications.contribution": _("Contribution to a report"),
    "publications.snapshot": _("State of a report"),
    "insights.figure": _("Figure of a measure"),
    "people.person": _("Person"),
    "people.account": _("Account"),
    "people.organisation": _("Organisation"),
    "people.legal_text": _("Legal text"),
    "outgoing.message": _("Message"),
    "outgoing.template": _("Mail template"),
    "desk.import": _("Import"),
    "search.index": _("Search index"),
}

add_verbs({"unmerged": _("Merge taken back"), "dropped": _("Import taken back"), "began": _("Begun"), "done together": _("Done together")})
add_verbs({"asked_to_rebuild": _("Asked to be made anew"), "taken": _("Kept as it was then")})


def _edition(key: str) -> str:
    """The edition in a key such as ``2021/7``."""
    return key.split("/", 1)[0]


_paths: dict[str, Callable[[str], str]] = {
    "framework.edition": lambda key: reverse("desk:edition", args=[key]),
    "framework.milestone": lambda key: reverse("desk:edition", args=[_edition(key)]),
    "calls.call": lambda key: reverse("calls:call", args=key.split("/", 1)),
    "calls.submission": lambda key: reverse("desk:submission", args=[key]),
    "stocktaking.batch": lambda key: reverse("desk:entries_batch", args=[key]),
    "stocktaking.entry": lambda key: reverse("stocktaking:entry", args=[key]),
    "stocktaking.request": lambda key: reverse("desk:request", args=[key]),
    "awards.contest": lambda key: reverse("awards:contest", args=[_edition(key)]),
    "awards.photo": lambda key: reverse("awards:photos", args=[_edition(key)]),
    "awards.team": lambda key: reverse("awards:teams", args=[_edition(key)]),
    "forum.session": lambda key: reverse("forum:session", args=key.split("/", 1)),
    "publications.contribution": lambda key: reverse("publications:contributions", args=[_edition(key)]),
    "people.person": lambda key: reverse("desk:person", args=[key]),
    "people.organisation": lambda key: reverse("desk:organisation", args=[key]),
}


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A line of the trail. path: where its subject is, empty where it has no page; private: values are withheld."""

    line: TrailLine
    kind: str
    kind_in_words: str
    key: str
    path: str
    actor_id: str
    private: bool


def kind_in_words(kind: str) -> str:
    """What a kind is called; one that nobody described as it is recorded."""
    return str(KINDS.get(kind, kind))


def path_of(kind: str, key: str) -> str:
    """Where the subject of a record is shown; empty where nowhere."""
    if kind not in _paths:
        return ""
    try:
        return _paths[kind](key)
    except NoReverseMatch:
        return ""


def in_words(records: Iterable[TrailRecord], actor: Actor) -> list[DeskLine]:
    """Records as lines for the actor; two queries however many."""
    found = list(records)
    sees_private = may(actor, "desk.view_private")
    return [
        DeskLine(
            line, record.kind, kind_in_words(record.kind), record.key, path_of(record.kind, record.key), record.actor_id, _withheld(record.kind, sees_private)
        )
        for record, line in zip(found, lines(found), strict=True)
    ]


def _withheld(kind: str, sees_private: bool) -> bool:
    return not sees_private and kind.startswith(PRIVATE)


def records() -> QuerySet[TrailRecord]:
    """The whole trail, newest first."""
    found: Any = TrailRecord.objects.select_related("payload").order_by("-id")
    return found  # type: ignore[no-any-return]


def latest(actor: Actor, number: int) -> list[DeskLine]:
    """What happened last."""
    return in_words(records()[:number], actor)
