"""What tests of the form editor share: a form to begin with, and reading pages and drafts."""

from __future__ import annotations

from typing import Any

from django.test import Client

from plenary.engines.calls.models import Call, FormVersion

FORM = "/desk/editions/2021/calls/prizes/form/"
START: dict[str, Any] = {
    "parts": [
        {
            "title": "The project",
            "fields": [
                {"kind": "text", "code": "title", "label": {"en": "Title", "fr": "Titre"}, "required": True, "becomes": "title"},
                {
                    "kind": "choice",
                    "code": "stage",
                    "label": "Stage",
                    "options": [{"code": "plan", "label": "A plan"}, {"code": "done", "label": {"en": "Done", "fr": "Fini"}}],
                },
                {"kind": "number", "code": "people", "label": "People reached", "when": {"field": "stage", "among": ["done"]}},
            ],
        },
        {"title": "You", "fields": [{"kind": "country", "code": "country", "label": "Country"}, {"kind": "email", "code": "mail", "label": "Address"}]},
    ]
}


def draft(call: Call) -> dict[str, Any]:
    """What is edited, as data."""
    found: dict[str, Any] = FormVersion.objects.get(call=call, published_at=None).definition
    return found


def codes(data: dict[str, Any]) -> list[list[str]]:
    return [[field["code"] for field in part.get("fields", [])] for part in data["parts"]]


def filled(client: Client, path: str, **changes: Any) -> dict[str, Any]:
    """The form as the page shows it, with some values typed anew."""
    values: dict[str, Any] = {}
    for field in client.get(path).context["form"]:
        value = field.value()
        if field.name == "options":
            values["options_rows"] = str(len(value) + 3)
            for number, row in enumerate(value):
                values |= {f"options_{number}_code": row["code"], f"options_{number}_original": row["label"].original}
                values |= {f"options_{number}_{language}": text for language, text in row["label"].texts.items()}
        elif hasattr(value, "texts"):
            values |= {f"{field.name}_{language}": text for language, text in value.texts.items()}
            values[f"{field.name}_original"] = value.original
        elif value not in (None, False):
            values[field.name] = value
    return {**values, **changes}
