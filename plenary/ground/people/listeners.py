"""What django-allauth does to an account goes into the trail too; and the words for this room's verbs."""

from __future__ import annotations

from typing import Any

from allauth.account import signals
from allauth.mfa import signals as mfa_signals
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.actions import record
from plenary.ground.audit.words import add_verbs
from plenary.ground.people.models import User

add_verbs(
    {
        "created_account": _("Made the account"),
        "signed_up": _("Signed up"),
        "made_sign_in_link": _("Made a link that signs in once"),
        "granted_role": _("Granted a role"),
        "prolonged_role": _("Changed the end of a role"),
        "revoked_role": _("Ended a role"),
        "added_affiliation": _("Added an organisation"),
        "removed_affiliation": _("Removed an organisation"),
        "added_alias": _("Added a name"),
        "agreed": _("Agreed to a text"),
        "exported": _("Downloaded the data"),
        "changed_email": _("Changed the e-mail address"),
        "changed_password": _("Changed the password"),
        "added_second_factor": _("Set up a second factor"),
        "removed_second_factor": _("Removed a second factor"),
        "reset_recovery_codes": _("Made new recovery codes"),
        "made_token": _("Made a token"),
        "revoked_token": _("Revoked a token"),
    }
)


def _note(user: User, verb: str, **after: Any) -> None:
    record(actor=user, verb=verb, kind="people.account", key=user.trail_id, after=after or None)


@receiver(signals.email_changed)
def email_changed(user: User, from_email_address: Any, to_email_address: Any, **_more: Any) -> None:
    _note(user, "changed_email", email=to_email_address.email)


@receiver([signals.password_set, signals.password_changed, signals.password_reset])
def password_changed(user: User, **_more: Any) -> None:
    _note(user, "changed_password")


@receiver(mfa_signals.authenticator_added)
def authenticator_added(user: User, authenticator: Any, **_more: Any) -> None:
    _note(user, "added_second_factor", type=authenticator.type)


@receiver(mfa_signals.authenticator_removed)
def authenticator_removed(user: User, authenticator: Any, **_more: Any) -> None:
    _note(user, "removed_second_factor", type=authenticator.type)


@receiver(mfa_signals.authenticator_reset)
def authenticator_reset(user: User, **_more: Any) -> None:
    _note(user, "reset_recovery_codes")
