"""Who holds a draft without an account: whoever knows its secret address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from plenary.engines.calls.models.submissions import Submission, digest
from plenary.ground.people.models import User


@dataclass(frozen=True, slots=True)
class Holder:
    """An anonymous visitor who came by the secret address of one draft; an actor without any role."""

    submission_id: uuid.UUID
    is_active: bool = True
    is_authenticated: bool = False
    may_upload: bool = True

    @property
    def trail_id(self) -> str:
        return f"draft:{self.submission_id}"

    def has_role(self, *roles: str, scope: str = "site") -> bool:
        return False


def new_secret() -> str:
    """A secret for an address: 144 bits."""
    return secrets.token_urlsafe(18)


def secret_of(key: uuid.UUID) -> str:
    """The secret that opens a draft: made of its key and the site's own, so that it can be mailed again and need not be kept."""
    made = hmac.new(f"calls.draft {settings.SECRET_KEY}".encode(), key.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made)[:24].decode()


def is_secret(text: str) -> bool:
    """Whether this could be one."""
    return len(text) == 24 and text.isascii() and all(sign.isalnum() or sign in "-_" for sign in text)


def held_by_secret(secret: str) -> Submission | None:
    """The unclaimed draft that a secret opens."""
    if not is_secret(secret):
        return None
    found = Submission.objects.select_related("call__edition", "form").filter(secret=digest(secret), deleted_at=None).first()
    return None if found is None or found.is_claimed else found


def own_by_secret(user: User, secret: str) -> uuid.UUID | None:
    """The key of the account's own draft to which a secret once led. The database keeps nothing of a secret that is used up."""
    for key in Submission.objects.filter(Q(owner=user) | Q(members=user), deleted_at=None).values_list("pk", flat=True):
        if hmac.compare_digest(secret_of(key), secret):
            return key
    return None
