"""The door of the desk: the one that the people room keeps (signed in, a role, a second factor), and a permission.

Each view says which permission it needs. Who lacks it reads what to do; nobody is sent in circles through signing in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from plenary.errors import NotAllowed
from plenary.ground.audit.actors import may
from plenary.ground.people.access import require_desk
from plenary.ground.people.models import User


class DeskRequest(HttpRequest):
    """A request that has passed the door: its user is an account with a role."""

    user: User


View = Callable[..., HttpResponse]


def desk_page(permission: str = "") -> Callable[[View], View]:
    """Let only those in who work at the desk and hold the permission on the whole site (empty: any role of the desk).

    A view of one edition asks for its own permission inside, by ``require(request.user, ..., edition)``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if permission and not may(request.user, permission):
                return closed(request)
            try:
                return view(request, *args, **kwargs)
            except NotAllowed:
                return closed(request)

        return require_desk(guarded)

    return decorate


def closed(request: DeskRequest) -> HttpResponse:
    """403 for somebody of the desk whose role does not include the page."""
    return render(request, "desk/closed.html", {"email": request.user.email}, status=403)


def sent(request: DeskRequest) -> tuple[Any, Any]:
    """The fields and files of a form that was sent, for a form class; nothing where the page is only looked at."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)
