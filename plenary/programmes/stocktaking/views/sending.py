"""What the pages share on which something is sent: forms that take in what an action says, and limits against robots."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from plenary.errors import Conflict, Invalid
from plenary.ground.people.models import User
from plenary.ground.web import errors
from plenary.ground.web.limits import buckets, client_of


class PageForm(forms.Form):
    """A form whose errors may also come from the action it feeds."""

    def take_in(self, error: Invalid | Conflict) -> None:
        """Show the action's problems at their fields, those of others above the form."""
        if isinstance(error, Conflict):
            self.add_error(None, str(error))
            return
        for name, sentences in error.problems.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def too_often(request: HttpRequest, what: str, per_minute: int) -> HttpResponse | None:
    """An answer of 429 to somebody who sends too much; an account is known by itself, a visitor by their network."""
    if not settings.RATE_LIMIT:
        return None
    who = f"user {request.user.pk}" if isinstance(request.user, User) else client_of(request)
    waiting = buckets.take(f"stocktaking.{what} {who}", per_minute, per_minute * 2)
    return errors.too_many(request, waiting) if waiting else None
