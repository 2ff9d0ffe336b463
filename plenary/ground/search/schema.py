"""What stands in the index, and a record in the form that the index takes.

One field of text for each language holds all that is searched (``all_en`` ...), two more hold title and summary, which
weigh more, and one holds the parts that queries address by name. Facets are terms ``name:value``. What results are sorted
by stands in columns whose values differ from record to record, so that pages are stable.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import tantivy

from plenary.ground.framework.text import Text
from plenary.ground.search.analysis import FIELDS, fold, language_field, longest, prepared
from plenary.ground.search.registry import Document

#: Change this with anything below that changes what stands in the index: older indexes are then built anew.
SCHEMA_VERSION = 2
STORED_BODY = 1_200  # characters of body kept for excerpts, in each language
LONGEST_FACET = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_YEAR = 9_999  # records without a year stand last, whichever way they are sorted


def schema() -> tantivy.Schema:
    """The fields of the index."""
    builder = tantivy.SchemaBuilder()
    for name in ("uid", "exact"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("kind", "facet", "cursor", "sort_title"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("year", "serial", "published", "changed"):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("newest", "oldest", "latest"):
        builder.add_unsigned_field(name, fast=True)
    builder.add_text_field("names", tokenizer_name="words")
    builder.add_text_field("words", tokenizer_name="words", index_option="basic")
    for field in FIELDS:
        tokenizer = "cut" if field == "zh" else field
        for part in ("title", "lead", "all"):
            builder.add_text_field(f"{part}_{field}", tokenizer_name=tokenizer)
        builder.add_json_field(f"part_{field}", tokenizer_name=tokenizer)
    builder.add_bytes_field("stored", stored=True, indexed=False)
    return builder.build()


def uid(kind: str, key: str) -> str:
    """What identifies a record in the index."""
    return f"{kind}:{key}"


def facet(name: str, value: str) -> str:
    """The term under which a value of a facet stands."""
    return f"{name}:{value}"[:LONGEST_FACET]


def clean(term: str) -> str:
    """A term without what cannot stand in an index."""
    return term.encode("utf-8", "ignore").decode()


def part_name(name: str) -> str:
    """A part's name as the index can hold it: dots would part it once more."""
    return fold(name).replace("-", "_").replace(".", "_")


def micros(instant: datetime) -> int:
    """An instant as a whole number that sorts."""
    elapsed = instant.astimezone(UTC) - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def cursor(serial: int, key: str) -> str:
    """A term that sorts by serial and tells the key."""
    return f"{max(serial, 0):015d}:{key}"


def to_line(document: Document) -> str:
    """A record as a line of JSON, which the index takes faster than anything else."""
    made: dict[str, Any] = defaultdict(list)
    parts: dict[str, dict[str, list[str]]] = {}
    title = document.title
    made["uid"] = uid(document.kind, document.key)
    made["kind"] = document.kind
    made["facet"] = [facet(name, value) for name, values in document.facets.items() for value in dict.fromkeys(values)]
    if document.year is not None and "year" not in document.facets:
        made["facet"].append(facet("year", str(document.year)))
    _add_order(made, document)
    words = made["words"]
    for name in filter(None, document.names):
        folded = fold(name)
        made["names"].append(folded)
        made["exact"].append(longest(folded))
        words.append(folded)
    for language, text in title.texts.items():
        if text:
            _add(made, ("title", "all"), language, text)
            made["exact"].append(longest(fold(text)))
    bodies: dict[str, str] = {}
    for number, body in enumerate(document.body):
        for language, text in body.texts.items():
            if text:
                _add(made, ("all",) if number else ("lead", "all"), language, text)
                before = bodies.get(language, "")
                if len(before) < STORED_BODY:
                    bodies[language] = f"{before} {text}".strip()[:STORED_BODY]
    for name, values in document.fields.items():
        _add_part(made, parts, part_name(name), values)
    made.update(parts)
    original = next((body.original for body in document.body if body), "en")
    stored = {
        "kind": document.kind,
        "key": document.key,
        "path": document.path,
        "title": title.to_json(),
        "body": {"texts": bodies, "original": original} if bodies else {},
        "facets": document.facets,
        "year": document.year,
        "serial": document.serial,
    }
    made["stored"] = base64.b64encode(json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "ignore")).decode()
    return clean(json.dumps(made, ensure_ascii=False, separators=(",", ":")))


def _add_order(made: dict[str, Any], document: Document) -> None:
    serial = max(document.serial, 0)
    year = document.year
    made["serial"] = serial
    made["cursor"] = cursor(serial, document.key)
    sort_title = document.sort_title or fold(document.title.best("en").text)
    made["sort_title"] = f"{sort_title[:100]}\x01{serial:012d}"
    if year is not None:
        made["year"] = year
    shown = min(max(year or 0, 0), _LAST_YEAR)
    made["newest"] = (shown << 40) + serial
    made["oldest"] = ((shown or _LAST_YEAR) << 40) + serial
    published = micros(document.published) if document.published is not None else None
    if published is not None:
        made["published"] = published
    if document.changed is not None:
        made["changed"] = micros(document.changed)
    # Seconds and serial in one number: much is published in the same second.
    made["latest"] = (max(published or 0, 0) // 1_000_000 << 30) + serial % (1 << 30)


def _add(made: dict[str, Any], where: Iterable[str], language: str, text: str) -> None:
    field = language_field(language)
    ready = prepared(text, field)
    for part in where:
        made[f"{part}_{field}"].append(ready)
    if field != "zh":
        made["words"].append(ready if ready.isascii() else fold(text))


def _add_part(made: dict[str, Any], parts: dict[str, dict[str, list[str]]], name: str, values: Iterable[Text | str]) -> None:
    for value in values:
        texts = value.texts if isinstance(value, Text) else {"und": value}
        for language, text in texts.items():
            if text:
                field = language_field(language)
                _add(made, ("all",), language, text)
                parts.setdefault(f"part_{field}", {}).setdefault(name, []).append(prepared(text, field))
