"""What staff keep about a call beside its submissions: codes for latecomers, selections."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls.models import Call, LateCode, SavedFilter
from plenary.engines.calls.models.submissions import digest
from plenary.errors import Invalid
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require

#: Signs that are not taken for one another when read aloud or from paper.
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@transaction.atomic
def make_code(*, actor: Actor, call: Call, valid_until: datetime, note: str = "", uses: int = 1) -> tuple[LateCode, str]:
    """Make a code that lets somebody into a call after its close, or into one for invited people. It is shown this once.

    Raises: Invalid where it would be of no use.
    """
    require(actor, "calls.edit", call)
    if valid_until <= timezone.now():
        raise Invalid({"valid_until": [_("Choose an instant that is still to come.")]})
    if not 1 <= uses <= 1000:
        raise Invalid({"uses": [_("A code can be used 1 to 1,000 times.")]})
    secret = "-".join("".join(secrets.choice(_SIGNS) for _each in range(4)) for _group in range(3))
    code = LateCode.objects.create(call=call, secret=digest(secret), note=note[:300], valid_until=valid_until, uses=uses)
    record(actor=actor, verb="made code", kind="calls.call", key=str(call), after={"valid_until": valid_until.isoformat(), "uses": uses}, reason=note)
    return code, secret


@transaction.atomic
def revoke_code(*, actor: Actor, code: LateCode) -> None:
    """Make a code useless from now on."""
    require(actor, "calls.edit", code.call)
    if code.revoked_at is None:
        code.revoked_at = timezone.now()
        code.save(update_fields=["revoked_at"])
        record(actor=actor, verb="revoked code", kind="calls.call", key=str(code.call), reason=code.note)


@transaction.atomic
def save_filter(*, actor: Actor, call: Call, name: str, query: str) -> SavedFilter:
    """Keep a selection under a name; the same name replaces it. Raises: Invalid without a name."""
    require(actor, "calls.view_submissions", call)
    if not name.strip():
        raise Invalid({"name": [_("Give the selection a name.")]})
    kept, _made = SavedFilter.objects.update_or_create(
        call=call, name=name.strip()[:100], defaults={"query": query.lstrip("?")[:2000], "created_by": actor.trail_id}
    )
    return kept


@transaction.atomic
def delete_filter(*, actor: Actor, saved: SavedFilter) -> None:
    """Forget a selection."""
    require(actor, "calls.view_submissions", saved.call)
    saved.delete()
