"""django-allauth's mails go through the outbox; those with a code leave at once, and the code is never stored."""

from __future__ import annotations

from typing import Any

from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.sites.shortcuts import get_current_site
from django.shortcuts import render
from django.utils import timezone

from plenary.ground.framework.text import reader_language
from plenary.ground.messages import actions
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.adapter import AccountAdapter as PeopleAdapter

#: What stands in the outbox instead of the code.
WITHHELD = "······"
#: Mails that somebody waits for with the page open. The two without a code leave the same way, or the time it takes
#: would tell a stranger whether there is an account.
AT_ONCE = (
    "account/email/login_code",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/password_reset_code",
    "account/email/unknown_account",
    "account/email/account_already_exists",
)


class AccountAdapter(PeopleAdapter):
    """Accounts by e-mail code, with all mail in the outbox."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = allauth_context.request
        values = self.mail_context({"request": request, "email": email, "current_site": get_current_site(request), **context})
        at_once = template_prefix in AT_ONCE
        if not at_once and ("code" in values or "key" in values):
            raise ValueError(f"{template_prefix} carries a secret, which the outbox must not keep")
        shown = self.render_mail(template_prefix, email, {**values, "code": WITHHELD} if "code" in values else values)
        message = actions.put(
            to=email,
            language=reader_language(),
            subject=shown.subject,
            body=str(shown.body),
            template=template_prefix.rsplit("/", 1)[-1],
            # held for the moment between writing it down and sending it, so that no worker takes the one without the code
            state=OutboxMessage.State.HELD if at_once else OutboxMessage.State.QUEUED,
        )
        if not at_once:
            return
        message.attempts = 1
        message.save(update_fields=["attempts"])
        real = self.render_mail(template_prefix, email, values)
        if actions.deliver(message, body=str(real.body).strip() + "\n"):
            return
        # A code cannot be sent later: nobody waits for it any more.
        message.state, message.due_at = OutboxMessage.State.FAILED, timezone.now()
        message.save(update_fields=["state", "due_at"])
        raise ImmediateHttpResponse(render(request, "messages/not_sent.html", status=503))
