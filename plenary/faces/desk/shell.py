"""What every page of the desk shows around itself: its sections, the chosen edition, where one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.errors import BadQuery
from plenary.faces.desk.access import DeskRequest
from plenary.faces.desk.queries import editions_newest_first, running_edition
from plenary.ground.audit.actors import may
from plenary.ground.framework.models import Edition
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.owning import number_waiting

_REMEMBERED = "desk_edition"


@dataclass(frozen=True, slots=True)
class Tab:
    """A section of the desk. permission: who sees it, empty for everybody at the desk; in_edition: asked in the edition's scope.

    waiting: how much waits there for somebody, shown beside the label.
    """

    label: str | Promise
    view: str
    permission: str = ""
    in_edition: bool = False
    waiting: Callable[[User], int] | None = None


TABS = (
    Tab(gettext_lazy("Now"), "desk:home"),
    Tab(gettext_lazy("Editions"), "desk:editions", "desk.view_edition", in_edition=True),
    Tab(gettext_lazy("Moderation"), "desk:moderation", "stocktaking.open_queue", waiting=number_waiting),
    Tab(gettext_lazy("People"), "desk:people", "people.view_people"),
    Tab(gettext_lazy("Organisations"), "desk:organisations", "people.view_people"),
    Tab(gettext_lazy("Collections"), "desk:collections", "stocktaking.list_collections"),
    Tab(gettext_lazy("Entries"), "desk:entries", "stocktaking.see_hidden"),
    Tab(gettext_lazy("Imports"), "desk:imports", "stocktaking.add_entry", in_edition=True),
    Tab(gettext_lazy("Outbox"), "desk:outbox", "outgoing.open"),
    Tab(gettext_lazy("Trail"), "desk:trail", "audit.view_trail"),
    Tab(gettext_lazy("Background work"), "desk:background", "desk.view_background"),
)


def chosen_edition(request: DeskRequest) -> Edition | None:
    """The edition that is worked on: as asked for, else as remembered, else the running one; None where there is none.

    Raises: BadQuery where the address asks for an edition that does not exist.
    """
    asked = request.GET.get("edition", "").strip()
    if asked:
        edition = Edition.objects.filter(code=asked).first()
        if edition is None:
            raise BadQuery({"edition": [_("There is no edition %(code)s.") % {"code": asked[:30]}]})
        request.session[_REMEMBERED] = edition.code
        return edition
    remembered = request.session.get(_REMEMBERED)
    found = Edition.objects.filter(code=remembered).first() if remembered else None
    return found or running_edition()


def remember_edition(request: DeskRequest, edition: Edition) -> None:
    """The edition whose pages somebody opens is the one they work on."""
    if request.session.get(_REMEMBERED) != edition.code:
        request.session[_REMEMBERED] = edition.code


def show(
    request: DeskRequest,
    template: str,
    *,
    edition: Edition | None = None,
    crumbs: list[tuple[str, str]] | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the desk. crumbs: label and address of each step below the desk, the last one without address."""
    edition = edition or chosen_edition(request)
    home = reverse("desk:home")
    whole = {
        "edition": edition,
        "desk_editions": editions_newest_first(),
        "tabs": _tabs(request, edition),
        "breadcrumbs": [(_("Desk"), home), *crumbs] if crumbs else [(_("Desk"), "")],
        **context,
    }
    return render(request, template, whole, status=status)


def _tabs(request: DeskRequest, edition: Edition | None) -> list[dict[str, Any]]:
    found = []
    home = reverse("desk:home")
    for tab in TABS:
        if tab.permission and not may(request.user, tab.permission, edition if tab.in_edition else None):
            continue
        path = reverse(tab.view)
        current = request.path == path if path == home else request.path.startswith(path)
        waiting = tab.waiting(request.user) if tab.waiting else 0
        found.append({"label": tab.label, "path": path, "current": current, "exact": request.path == path, "waiting": waiting})
    return found
