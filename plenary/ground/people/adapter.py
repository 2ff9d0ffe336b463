"""How django-allauth behaves here: whose turn it is after signing in, and what its mails know.

The room ``messages`` derives its own from this one, so that allauth's mails go through the outbox.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from plenary.ground.people.models import User
from plenary.ground.people.queries import texts_to_agree


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts by e-mail code; safe redirects are allauth's own."""

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Ask for agreement to a new version of the texts before going on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if texts_to_agree(user) and response.status_code == 302:
            return HttpResponseRedirect(f"{reverse('people:agree')}?{urlencode({'next': response['Location']})}")
        return response

    def format_email_subject(self, subject: str) -> str:
        """The site's name first, so that people know the sender."""
        return f"{settings.SITE_NAME}: {subject}"

    def mail_context(self, context: dict[str, Any]) -> dict[str, Any]:
        """What all mail templates may use besides their own values."""
        return {"site_name": settings.SITE_NAME, "base_url": settings.BASE_URL, **context}

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, self.mail_context(context))
