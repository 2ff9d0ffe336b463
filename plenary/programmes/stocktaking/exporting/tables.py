"""Entries as tables: a row each, with codes for programs and their names for people."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.exporting import LONGEST_CELL, harmless
from plenary.programmes.stocktaking.drafts import STORY
from plenary.programmes.stocktaking.filters import Filter, LinkFilter, filters, options_of
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation
from plenary.programmes.stocktaking.queries import Badge, badges_for
from plenary.programmes.stocktaking.wording import HEADINGS

#: Between several values of a cell.
BETWEEN = "; "
#: Signs that neither XML nor a reader of tables can take, and halves of signs.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Known:
    """What is known of a chunk of entries beside what was read with them. codes: by filter and entry; labels: by filter and code."""

    codes: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    badges: Mapping[int, list[Badge]] = field(default_factory=dict)

    def names(self, name: str, entry: Entry) -> str:
        labels = self.labels.get(name, {})
        return BETWEEN.join(labels.get(code, code) for code in self.codes[name].get(entry.pk, ()))


@dataclass(frozen=True, slots=True)
class Column:
    """A column. code: its head in a file for programs; label: its head in a workbook."""

    code: str
    label: str | Promise
    value: Callable[[Entry, Known], Any]


_STORY: Mapping[str, str | Promise] = {"title": _("Title"), "summary": _("Summary"), **HEADINGS}


def columns() -> list[Column]:
    """All columns: the texts in the reader's language where there is one, every filter as codes and as names, and the facts."""
    found = [
        Column("number", _("Number"), lambda entry, _known: entry.number),
        Column("url", _("Address"), lambda entry, _known: f"{settings.BASE_URL}{reverse('stocktaking:entry', args=[entry.number])}"),
        *(Column(name, _STORY[name], _text(name)) for name in STORY),
        Column("original_title", _("Title in the original"), lambda entry, _known: entry.title.best(entry.title.original).text),
        Column("organisations", _("Organisations"), _organisations),
        Column("organisation_roles", _("Roles of the organisations"), _roles),
    ]
    for each in filters():
        # The year is a fact of its own, and organisations have their names.
        if each.name not in ("year", "organisation"):
            found += [
                Column(f"{each.name}_codes", _("%(name)s (codes)") % {"name": each.label}, _codes(each.name)),
                Column(each.name, each.label, _names(each.name)),
            ]
    return [
        *found,
        Column("awards", _("Awards"), lambda entry, known: BETWEEN.join(str(badge.label) for badge in known.badges.get(entry.pk, ()))),
        Column("edition", _("First submitted in"), lambda entry, _known: entry.edition.code if entry.edition else ""),
        Column("year", _("Year"), lambda entry, _known: entry.year),
        Column("starts_on", _("From"), lambda entry, _known: entry.starts_on),
        Column("ends_on", _("Until"), lambda entry, _known: entry.ends_on),
        Column("website", _("Website"), lambda entry, _known: entry.website),
        Column("links", _("Further links"), lambda entry, _known: BETWEEN.join(link["url"] for link in entry.web_links)),
        Column("source", _("Source"), lambda entry, _known: entry.source),
        Column("published_at", _("Public since"), lambda entry, _known: entry.published_at),
        Column("updated_at", _("Last changed"), lambda entry, _known: entry.updated_at),
    ]


def _text(name: str) -> Callable[[Entry, Known], str]:
    return lambda entry, _known: str(getattr(entry, name))


def _codes(name: str) -> Callable[[Entry, Known], str]:
    return lambda entry, known: BETWEEN.join(known.codes[name].get(entry.pk, ()))


def _names(name: str) -> Callable[[Entry, Known], str]:
    return lambda entry, known: known.names(name, entry)


def _organisations(entry: Entry, _known: Known) -> str:
    return BETWEEN.join(str(link.organisation.name) for link in entry.organisation_links.all())


def _roles(entry: Entry, _known: Known) -> str:
    return BETWEEN.join(str(EntryOrganisation.Role(link.role).value) for link in entry.organisation_links.all())


def rows(chunks: Iterable[Sequence[Entry]], wanted: Sequence[Column]) -> Iterator[list[Any]]:
    """The values of each entry; a fixed number of queries for each chunk."""
    kept = [each for each in filters() if each.name not in ("year", "organisation")]
    by_link = {each.name: each.codes() for each in kept if isinstance(each, LinkFilter)}
    labels: dict[str, dict[str, str]] = {}
    for entries in chunks:
        known = _known(entries, kept, by_link, labels)
        for entry in entries:
            yield [column.value(entry, known) for column in wanted]


def _known(entries: Sequence[Entry], kept: Sequence[Filter], by_link: dict[str, dict[int, list[str]]], labels: dict[str, dict[str, str]]) -> Known:
    """By filter the codes of each entry: of concepts those that it names itself, of everything else those that it is found by."""
    codes: dict[str, dict[int, list[str]]] = {each.name: {} for each in kept}
    keys = [entry.pk for entry in entries]
    for each in kept:
        if each.name in by_link:
            for entry in entries:
                own = [code for link in entry.links.all() for code in _own(each, link.concept, by_link[each.name])]
                codes[each.name][entry.pk] = list(dict.fromkeys(own))
        else:
            for code, key in each.pairs(keys):
                given = codes[each.name].setdefault(key, [])
                if code not in given:
                    given.append(code)
    missing = {each: {code for given in codes[each.name].values() for code in given} - labels.setdefault(each.name, {}).keys() for each in kept}
    for name, options in options_of(missing).items():
        labels[name] |= {option.code: option.label for option in options}
    return Known(codes, labels, badges_for(entries))


def _own(each: Filter, concept: Any, codes: dict[int, list[str]]) -> list[str]:
    """A link counts for the concept itself, and for what a filter derives from it (a region from a country), not for what stands above it."""
    if concept.scheme.code == each.scheme:
        return [concept.code]
    above = concept.parent.scheme.code if concept.parent is not None else ""
    return [] if above == each.scheme else codes.get(concept.pk, [])


# ---- writing --------------------------------------------------------------------------------------------------------


def csv_parts(chunks: Iterable[Sequence[Entry]]) -> Iterator[bytes]:
    """A table in UTF-8, with the mark by which spreadsheets know it."""
    wanted = columns()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.code for column in wanted])
    yield b"\xef\xbb\xbf"
    for number, values in enumerate(rows(chunks, wanted)):
        writer.writerow([_as_text(value) for value in values])
        if number % 200 == 199:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return harmless(_UNPRINTABLE.sub("\ufffd", value)) if isinstance(value, str) else "" if value is None else value


def xlsx_parts(chunks: Iterable[Sequence[Entry]]) -> Iterator[bytes]:
    """A workbook with one sheet, its head fixed and named in the reader's language."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    wanted = columns()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("stocktaking")
    sheet.freeze_panes = "C2"
    heads = [WriteOnlyCell(sheet, value=_for_cell(str(column.label))) for column in wanted]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for values in rows(chunks, wanted):
        sheet.append([_for_cell(value) for value in values])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while part := file.read(1 << 16):
            yield part


def _for_cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    if not isinstance(value, str):
        return value
    text = harmless(_UNPRINTABLE.sub("\ufffd", value))
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
