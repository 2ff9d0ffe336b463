"""Entries as a table to be edited and imported again with ``--update``. Contacts are in none."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Any

from django.db.models import QuerySet

from plenary.ground.framework.text import LANGUAGES, Text
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.importing.columns import SEEN, STATE
from plenary.programmes.stocktaking.importing.updating import ABOUT, ROLES, snapshots_of
from plenary.programmes.stocktaking.models import Entry

_CHUNK = 500
#: Signs with which a spreadsheet takes a text for a formula. An apostrophe before them says that it is a text.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_FIXED = ("number", SEEN, STATE, "source_id", "language")
_REST = (
    "org", "partners", "funders", "country_iso3", "stakeholder_type", "action_lines", "sdgs", "reasons", "themes", "collections", "year", "edition",
    "status", "reach", "starts_on", "ends_on", "url", "links", "source",
)  # fmt: skip


def write_csv(entries: QuerySet[Entry], file: IO[bytes]) -> int:
    """Write entries as CSV in UTF-8, with the mark by which spreadsheets know it; how many."""
    keys = list(entries.order_by("pk").values_list("pk", flat=True))
    languages = _languages(keys)
    columns = [*_FIXED, *(name for part in STORY for name in (part, *(f"{part}_{language}" for language in languages))), *_REST]
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in _rows(keys):
        writer.writerow([_harmless(row.get(column)) for column in columns])
    text.detach()
    return len(keys)


def _harmless(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _languages(keys: list[int]) -> list[str]:
    """The languages in which some text is there beside that of its entry's title."""
    found: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        for texts in Entry.objects.filter(pk__in=keys[start : start + _CHUNK]).values_list(*STORY):
            found |= {language for text in texts for language in text.texts if language != texts[0].original}
    return sorted(found, key=lambda language: (LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES), language))


def _rows(keys: list[int]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(keys), _CHUNK):
        taken = snapshots_of(keys[start : start + _CHUNK])
        for key in keys[start : start + _CHUNK]:
            if key in taken:
                yield _row(*taken[key])


def _row(entry: Entry, taken: dict[str, Any]) -> dict[str, Any]:
    language = entry.title.original
    row: dict[str, Any] = {"number": entry.number, SEEN: entry.updated_at.isoformat(), STATE: entry.state, "source_id": entry.source_id, "language": language}
    for part in STORY:
        for code, said in Text.from_json(taken[part]).texts.items():
            row[part if code == language else f"{part}_{code}"] = said
    for name in ("stakeholder_type", "year", "edition", "status", "reach", "starts_on", "ends_on", "source"):
        row[name] = taken[name]
    row["url"] = entry.website
    row["links"] = "\n".join(f"{link['url']} {link['label']}".strip() for link in entry.web_links)
    concepts = sorted(taken["concepts"])
    for column, schemes in ABOUT.items():
        row[column] = "; ".join(code for scheme in schemes for found, code, _reason in concepts if found == scheme)
    reasons = [(code, Text.from_json(reason)) for _scheme, code, reason in concepts if reason]
    row["reasons"] = "\n".join(f"{code}: {reason.best(reason.original).text}" for code, reason in reasons)
    for column, role in ROLES.items():
        row[column] = "; ".join(body[1].replace(";", "\\;") for body in taken["organisations"] if body[2] == role)
    row["collections"] = "; ".join(sorted(taken["collections"]))
    return row
