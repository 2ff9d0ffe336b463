"""A call's form while it is edited: what there is to edit, the single steps, and what differs from the form in force.

A form is edited as the data it is kept as; each step gives a whole form, which is checked as any other before it is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from plenary.engines.calls.actions import drop_form_draft, save_form_draft
from plenary.engines.calls.actions.forms import read_definition
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import TITLE
from plenary.engines.calls.models import Call, FormVersion
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.text import Text

Data = dict[str, Any]
Edit = Callable[[Data], None]


class BadForm(Invalid):
    """A step would give a form that does not hold. data: that form, in which the places of the problems lie."""

    def __init__(self, problems: dict[str, list[str]], data: Data) -> None:
        super().__init__(problems)
        self.data = data


@dataclass(frozen=True, slots=True)
class Shape:
    """What there is of a call's form: the version in force, the draft of the next, and the one of the two that is edited."""

    published: FormVersion | None
    draft: FormVersion | None

    @property
    def edited(self) -> FormVersion | None:
        """The draft, else the version in force."""
        return self.draft or self.published

    @property
    def data(self) -> Data:
        """The definition that is edited; without any part where there is none yet."""
        return deepcopy(self.edited.definition) if self.edited else {"parts": []}


def shape_of(call: Call) -> Shape:
    """The form of a call as it stands."""
    versions = list(FormVersion.objects.filter(call=call).order_by("-number"))
    return Shape(
        published=next((each for each in versions if each.published_at is not None), None),
        draft=next((each for each in versions if each.published_at is None), None),
    )


@transaction.atomic
def edit_form(*, actor: Actor, call: Call, edit: Edit) -> Definition:
    """Change the form that is edited by one step. A draft that says what is in force already is none, and goes.

    Raises: BadForm where the form would not hold, Conflict where what is to be changed is gone.
    """
    require(actor, "calls.edit", call)
    Call.objects.select_for_update().get(pk=call.pk)  # two who edit at once come one after the other
    shape = shape_of(call)
    data = shape.data
    edit(data)
    try:
        definition = read_definition(data)
    except Invalid as error:
        raise BadForm(error.problems, data) from error
    if shape.published is not None and definition.to_data() == shape.published.definition:
        drop_form_draft(actor=actor, call=call)
    else:
        save_form_draft(actor=actor, call=call, definition=definition)
    return definition


# ---- steps ----------------------------------------------------------------------------------------------------------


def gone() -> Conflict:
    """What is said where somebody else took it away."""
    return Conflict(_("Somebody else changed the form meanwhile: this is not there any more."))


def find_field(data: Data, code: str) -> tuple[int, int]:
    """Where a field stands: the numbers of its part and of itself in it. Raises: Conflict."""
    for i, part in enumerate(data["parts"]):
        for j, each in enumerate(part.get("fields", [])):
            if each["code"] == code:
                return i, j
    raise gone()


def fields_of(data: Data) -> list[Data]:
    """All fields in order."""
    return [each for part in data["parts"] for each in part.get("fields", [])]


def part_at(data: Data, number: int) -> Data:
    """A part by its number from 0. Raises: Conflict."""
    if not 0 <= number < len(data["parts"]):
        raise gone()
    found: Data = data["parts"][number]
    return found


def sign_of(value: Any) -> str:
    """A short sign of what a page showed, by which it is known whether somebody changed it since."""
    return hashlib.blake2b(json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace"), digest_size=8).hexdigest()


def replaced(definition: Data) -> Edit:
    """Put a whole form in the place of the one that is edited."""

    def edit(data: Data) -> None:
        data.clear()
        data.update(definition)

    return edit


def part_added(part: Data) -> Edit:
    """Add a part at the end."""
    return lambda data: data["parts"].append({**part, "fields": []})


def part_changed(number: int, part: Data) -> Edit:
    """Change heading and text of a part."""

    def edit(data: Data) -> None:
        before = part_at(data, number)
        data["parts"][number] = {**part, "fields": before.get("fields", [])}

    return edit


def part_moved(number: int, step: int) -> Edit:
    """Move a part with its fields up (-1) or down (1)."""

    def edit(data: Data) -> None:
        part = part_at(data, number)
        if 0 <= number + step < len(data["parts"]):
            data["parts"].pop(number)
            data["parts"].insert(number + step, part)

    return edit


def part_removed(number: int, sign: str) -> Edit:
    """Take a part away with its fields. Raises: Conflict where it is another than the one that was looked at."""

    def edit(data: Data) -> None:
        if sign_of(part_at(data, number)) != sign:
            raise Conflict(_("Somebody else changed this part meanwhile. Look at it again."))
        data["parts"].pop(number)

    return edit


def field_added(number: int, new: Data) -> Edit:
    """Add a field at the end of a part."""
    return lambda data: part_at(data, number).setdefault("fields", []).append(new)


def field_changed(code: str, new: Data) -> Edit:
    """Change a field; conditions on it follow where its code changes."""

    def edit(data: Data) -> None:
        i, j = find_field(data, code)
        data["parts"][i]["fields"][j] = new
        for each in fields_of(data):
            if each.get("when", {}).get("field") == code:
                each["when"]["field"] = new["code"]

    return edit


def field_moved(code: str, step: int) -> Edit:
    """Move a field up (-1) or down (1), over the border of its part too."""

    def edit(data: Data) -> None:
        i, j = find_field(data, code)
        fields = data["parts"][i]["fields"]
        if 0 <= j + step < len(fields):
            fields.insert(j + step, fields.pop(j))
        elif 0 <= i + step < len(data["parts"]):
            target = data["parts"][i + step].setdefault("fields", [])
            target.insert(len(target) if step < 0 else 0, fields.pop(j))

    return edit


def field_removed(code: str) -> Edit:
    """Take a field away."""

    def edit(data: Data) -> None:
        i, j = find_field(data, code)
        data["parts"][i]["fields"].pop(j)

    return edit


def waiting_for(data: Data, codes: set[str]) -> list[Data]:
    """The fields that are asked only where one of these was answered."""
    return [each for each in fields_of(data) if each.get("when", {}).get("field") in codes and each["code"] not in codes]


def first_form() -> Data:
    """What a form begins with: one part that asks for a title, in all languages that the interface speaks."""
    return {
        "parts": [
            {
                "title": _in_all_languages(gettext_noop("Your submission")),
                "fields": [{"kind": "text", "code": "title", "label": _in_all_languages(gettext_noop("Title")), "required": True, "becomes": TITLE}],
            }
        ]
    }


def _in_all_languages(words: str) -> Data:
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            text = str(_(words))
        if code == "en" or text != words:
            found[code.split("-")[0]] = text
    return Text(found).to_plain()


# ---- what differs ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """How a field differs from the form in force. verb: ``added``, ``removed``, ``changed``, ``moved``; settings: which."""

    code: str
    label: Text
    verb: str
    settings: list[str] = field(default_factory=list)


def differences_of(before: Data, after: Data) -> list[Difference]:
    """What differs between two forms, field by field in the order of the later one, then what is gone."""
    old, new = {each["code"]: each for each in fields_of(before)}, {each["code"]: each for each in fields_of(after)}
    found: list[Difference] = []
    stay_before, stay_after = [code for code in old if code in new], [code for code in new if code in old]
    blocks = SequenceMatcher(None, stay_before, stay_after, autojunk=False).get_matching_blocks()
    in_place = {code for block in blocks for code in stay_after[block.b : block.b + block.size]}
    same_parts = len(before["parts"]) == len(after["parts"])
    for code, each in new.items():
        label = Text.from_plain(each["label"])
        if code not in old:
            found.append(Difference(code, label, "added"))
            continue
        changed = [name for name in {**old[code], **each} if old[code].get(name) != each.get(name)]
        if changed:
            found.append(Difference(code, label, "changed", changed))
        if code not in in_place or (same_parts and find_field(before, code)[0] != find_field(after, code)[0]):
            found.append(Difference(code, label, "moved"))
    found += [Difference(code, Text.from_plain(each["label"]), "removed") for code, each in old.items() if code not in new]
    return found


def parts_differ(before: Data, after: Data) -> bool:
    """Whether the headings and texts of the parts differ."""

    def heads(data: Data) -> list[tuple[Any, Any]]:
        return [(part.get("title"), part.get("text")) for part in data["parts"]]

    return heads(before) != heads(after)
