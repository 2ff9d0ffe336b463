"""What a writer must be told where the form has become another since they began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.form.carrying import is_set_aside, place_of
from plenary.engines.calls.form.definition import FormPart, asked
from plenary.engines.calls.form.showing import Line, Shown, ShownPart, lines_of
from plenary.engines.calls.models import FormVersion, Submission
from plenary.engines.calls.queries import versions_of
from plenary.ground.framework.text import Text


@dataclass(frozen=True, slots=True)
class ChangedForm:
    """new: fields asked now that were not, or not so. unasked: what was written for fields that are not asked any more, in words."""

    new: list[Any]
    unasked: list[ShownPart]


def changed_form(submission: Submission, form: FormVersion, answers: Mapping[str, Any]) -> ChangedForm | None:
    """How the form differs from the one with which the draft was begun; None where it is the same. answers: as ``written_for`` gives them."""
    began = submission.begun_with or submission.form.number
    aside = sorted((place_of(key)[::-1], key) for key in answers if is_set_aside(key))
    if began == form.number and not aside:
        return None
    versions = versions_of(submission.call)
    before, shown = versions.get(began), asked(form.form, answers)
    new = [
        field
        for field in form.form
        if before is not None and shown[field.code] and (field.code not in before.by_code or before.by_code[field.code].kind != field.kind)
    ]
    told = []
    for (number, code), key in aside:
        version = versions.get(number, form.form)
        field = version.by_code.get(code)
        if field is None:  # no version that is left knows what it was
            told.append(Shown(_Unknown(), Text.of(code), [Line(str(answers[key]))]))
        else:
            told.append(Shown(field, field.label, lines_of(field, answers[key], lookups_for(submission, version))))
    return ChangedForm(new, [ShownPart(FormPart(), told)] if told else [])


@dataclass(frozen=True, slots=True)
class _Unknown:
    private: bool = False
