"""What a call still lacks before everybody reads it. Only what could not work at all keeps it from being published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from plenary.engines.calls.calendars import language_names
from plenary.engines.calls.models import Call, Phase
from plenary.engines.calls.queries.calls import Stage, form_in_force, stage_of
from plenary.ground.framework.text import Text


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing, or not as one would expect. where: which part of the call mends it."""

    where: Literal["form", "phases", "settings"]
    sentence: str
    blocks: bool = False
    phase: Phase | None = None


def lacks_of(call: Call, now: datetime | None = None) -> list[Lack]:
    """All of it, first what keeps the call from being published."""
    now = now or timezone.now()
    found = [*_of_form(call), *_of_phases(call, now), *_of_texts(call)]
    return sorted(found, key=lambda each: not each.blocks)


def _of_form(call: Call) -> list[Lack]:
    if form_in_force(call) is not None:
        return []
    if call.forms.exists():
        return [Lack("form", _("Its form is a draft; publish the form, so that somebody can answer."), blocks=True)]
    return [Lack("form", _("It has no form, so nobody could answer it."), blocks=True)]


def _of_phases(call: Call, now: datetime) -> list[Lack]:
    collecting = [phase for phase in call.phases.all() if phase.kind == Phase.Kind.COLLECT]
    if not collecting:
        return [Lack("phases", _("It has no phase for submissions, so it would never open."), blocks=True)]
    found = []
    for phase in collecting:
        if phase.opens_at is None and phase.closes_at is None:
            words = _("“%(phase)s” has no dates: from the moment of publishing it is open, and without an end. Leave it so only if that is meant.")
        elif phase.opens_at is None and stage_of(phase, now) is Stage.OPEN:
            words = _("“%(phase)s” has no opening: it is open from the moment of publishing.")
        else:
            continue
        found.append(Lack("phases", words % {"phase": phase.title}, phase=phase))
    if all(stage_of(phase, now) is Stage.CLOSED for phase in collecting):
        found.append(Lack("phases", _("The time for submissions is over: it would be published as a closed call.")))
    return found


def _of_texts(call: Call) -> list[Lack]:
    found = []
    if not call.contact:
        found.append(Lack("settings", _("It names no address for questions.")))
    if not call.purpose:
        found.append(Lack("settings", _("It does not say in a sentence what it asks for.")))
    # An edition speaks the languages in which it has its name.
    spoken = list(call.edition.name.texts)
    missing = [language for language in spoken if not all(_says(text, language) for text in (call.title, call.purpose))]
    if missing:
        found.append(
            Lack(
                "settings",
                _("Title and purpose are not written in every language of the edition; missing: %(languages)s.")
                % {"languages": ", ".join(language_names(missing))},
            )
        )
    return found


def _says(text: Text, language: str) -> bool:
    return not text or bool(text.texts.get(language))
