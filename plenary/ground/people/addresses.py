"""The one rule for e-mail addresses: what mail servers take, wherever somebody types one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

#: In characters, of the whole and of what stands before the @ (RFC 5321, 4.5.3.1).
LONGEST, LONGEST_NAME = 254, 64


def is_mail_address(text: str) -> bool:
    """Whether mail can be addressed to this. It says nothing about whether anybody reads it."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    name = text.rpartition("@")[0]
    # The validator compares without regard to case, by which some letters beyond ASCII count as one of A to Z.
    return len(text) <= LONGEST and len(name) <= LONGEST_NAME and name.isascii()


def as_mailed(text: str) -> str:
    """An address as it is kept: the case of its domain means nothing, that of its name may."""
    name, at, domain = text.strip().rpartition("@")
    return f"{name}{at}{domain.lower()}"
