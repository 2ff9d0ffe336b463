"""The answers that a field offers, as rows of a table on a page: a code and a label in each of the six languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.faces.desk.forms.base import language_names, merged
from plenary.ground.framework.text import LANGUAGES, Text, direction

#: Rows that stand empty below those there are.
SPARE = 3
#: More do not fit into what a browser may send at once (eight values a row); such lists are edited as data.
MOST_ROWS = 150
#: An answer's label is a line.
LONGEST = 300

Row = dict[str, Any]  # code, label


class OptionsWidget(forms.Widget):
    """A table with a row for each answer, and buttons that move and remove rows without a script."""

    template_name = "desk/widgets/options.html"
    use_fieldset = True

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0_code" if id_ else id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = list(value or ())
        empty = next((n for n, row in enumerate(reversed(rows)) if row["code"] or row["label"]), len(rows))
        rows += [{"code": "", "label": Text()} for _each in range(max(0, min(SPARE - empty, MOST_ROWS - len(rows))))]
        names = language_names()
        context["widget"]["group"] = context["widget"]["attrs"].get("id", f"id_{name}")
        context["widget"]["languages"] = [{"code": code, "name": names[code]} for code in LANGUAGES]
        context["widget"]["rows"] = [
            {
                "code": row["code"],
                "original": row["label"].original,
                "texts": [{"code": code, "name": names[code], "direction": direction(code), "text": row["label"].texts.get(code, "")} for code in LANGUAGES],
                "is_written": bool(row["code"] or row["label"]),
            }
            for row in rows
        ]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        return rows_of(data, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_rows" not in data


def rows_of(data: Any, name: str) -> list[Row]:
    """All rows of a sent page, empty ones too."""
    sent = str(data.get(f"{name}_rows", "0"))
    count = min(int(sent), MOST_ROWS + SPARE) if sent.isascii() and sent.isdigit() and len(sent) < 5 else 0
    rows = []
    for number in range(count):
        texts = {code: str(data.get(f"{name}_{number}_{code}", "")).strip() for code in LANGUAGES}
        texts = {code: text for code, text in texts.items() if text}
        original = str(data.get(f"{name}_{number}_original", ""))
        if original not in texts:
            original = next(iter(texts), LANGUAGES[0])
        rows.append({"code": str(data.get(f"{name}_{number}_code", "")).strip(), "label": Text(texts, original)})
    return rows


class OptionsField(forms.Field):
    """Options as a definition writes them: ``[{"code": "yes", "label": {"en": "Yes"}}]``."""

    widget = OptionsWidget

    def clean(self, value: Any) -> list[dict[str, Any]]:
        rows = [(number, row) for number, row in enumerate(value or (), 1) if row["code"] or row["label"]]
        if not rows:
            raise ValidationError(_("Write an answer to choose from."))
        if len(rows) > MOST_ROWS:
            raise ValidationError(ngettext("At most %(n)s row fits here.", "At most %(n)s rows fit here.", MOST_ROWS) % {"n": MOST_ROWS})
        before = {row["code"]: row["label"] for row in (self.initial or ())}
        found: list[dict[str, Any]] = []
        for number, row in rows:
            if not row["label"]:
                raise ValidationError(_("Row %(n)s has no label.") % {"n": number})
            if any(len(text) > LONGEST for text in row["label"].texts.values()) or any("\x00" in text for text in row["label"].texts.values()):
                raise ValidationError(
                    _("The label of row %(n)s has more than %(most)s characters, or one that cannot be stored.") % {"n": number, "most": LONGEST}
                )
            code = row["code"] or slugify(row["label"].texts.get("en", ""))[:60].strip("-_") or f"answer-{number}"
            found.append({"code": code, "label": merged(before.get(code, Text()), row["label"]).to_plain()})
        codes = [each["code"] for each in found]
        twice = next((code for code in codes if codes.count(code) > 1), None)
        if twice is not None:
            raise ValidationError(_("Two answers have the code “%(code)s”.") % {"code": twice[:60]})
        return found


def rearranged(data: QueryDict, name: str) -> QueryDict | None:
    """What was sent with a row moved, removed or added, where one of those buttons was pressed; else None."""
    verb = next((each for each in ("up", "down", "out", "more") if f"{name}_{each}" in data), None)
    if verb is None:
        return None
    rows = rows_of(data, name)
    pressed = str(data[f"{name}_{verb}"])
    at = int(pressed) if pressed.isascii() and pressed.isdigit() and len(pressed) < 5 else -1
    if 0 <= at < len(rows):
        if verb == "out":
            rows.pop(at)
        elif verb != "more" and 0 <= at + (step := -1 if verb == "up" else 1) < len(rows):
            rows.insert(at + step, rows.pop(at))
    if verb == "more":
        rows += [{"code": "", "label": Text()} for _each in range(min(10, MOST_ROWS - len(rows)))]
    written = data.copy()
    for key in [key for key in written if key.startswith(f"{name}_")]:
        del written[key]
    written[f"{name}_rows"] = str(len(rows))
    for number, row in enumerate(rows):
        written[f"{name}_{number}_code"] = row["code"]
        written[f"{name}_{number}_original"] = row["label"].original
        for code, text in row["label"].texts.items():
            written[f"{name}_{number}_{code}"] = text
    return written
