"""Checking or importing a file that lies on the shelf, now or in the background, and putting what came of it there."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.faces.desk import actions
from plenary.faces.desk.importing import kinds as _kinds  # noqa: F401 registers what can be imported
from plenary.faces.desk.importing import registry, shelf
from plenary.faces.desk.importing.outcome import Outcome, Remark, problems_of
from plenary.faces.desk.importing.registry import Source
from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Edition


def work(*, actor: Actor, kept: shelf.Kept, language: str, dry_run: bool, resume: bool = False) -> bool:
    """Whether the file is imported now. Whoever calls has asked ``shelf.begin``. language: in which the outcome is told."""
    outcome, done = kept.outcome, False
    try:
        with translation.override(language):
            outcome, done = _outcome(actor, kept, dry_run, resume)
    except Exception:
        outcome = Outcome(problems=[Remark("", "", _("Reading this file broke off. Hand it in again; if it happens again, tell the administrator."))])
        raise
    finally:
        shelf.save(kept, outcome, done=done)
        shelf.end(kept)
    return done


def _outcome(actor: Actor, kept: shelf.Kept, dry_run: bool, resume: bool) -> tuple[Outcome, bool]:
    kind = registry.find(kept.kind)
    if kind is None:
        raise LookupError(kept.kind)
    edition = Edition.objects.filter(code=kept.edition).first() if kept.edition else None
    source = Source(kept.path, edition, kept.given, lambda done, total: shelf.tell(kept, done, total), resume)
    try:
        if dry_run:
            return registry.check(kind, source, actor), False
        return actions.run_import(actor=actor, kind=kind, source=source, sha256=kept.sha256), True
    except Invalid as error:  # something changed since the dry run
        return problems_of(error), False
    except Conflict as error:
        return problems_of(Invalid({"": [str(error)]})), False
    except NotAllowed:  # the role ended meanwhile
        return problems_of(Invalid({"": [_("You may not import here any more.")]})), False
    except shelf.Stopped:
        return (Outcome(problems=[Remark("", "", _("It was stopped before it was over."))]) if dry_run else kept.outcome), False
