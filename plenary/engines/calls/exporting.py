"""Submissions as tables: the columns that lists and exports share, and writing them as xlsx, csv and json.

A file is written row by row into a temporary one, so that ten thousand submissions need no more memory than ten.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.form.fields import CATEGORY, COUNTRY, ORGANISATION, TITLE
from plenary.engines.calls.form.lookups import Attached, Lookups, concepts_of
from plenary.engines.calls.form.showing import plain
from plenary.engines.calls.models import Attachment, Submission
from plenary.engines.calls.queries.selection import Sight, answers_of, decision_in_words, rows_at
from plenary.engines.calls.queries.tallies import category_in_words
from plenary.errors import BadQuery

#: Columns of form fields carry this before the field's code, as their controls do.
FIELD = "f-"
#: Rows read from the database at once.
CHUNK = 200
#: The longest text that a cell of a spreadsheet holds.
LONGEST_CELL = 32_767
#: Signs with which a spreadsheet takes a text for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

DEFAULT = ("title", "organisation", "country", "category", "state", "submitted", "assignee", "tags")
#: Of drafts hardly more is known than that they are there.
DEFAULT_OF_DRAFTS = ("title", "state", "origin", "language", "saved", "assignee", "tags")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list or a table. value: text, number or instant of a submission; order: by which the list can be ordered."""

    code: str
    label: str | Promise | Any
    value: Callable[[Submission, Lookups], Any]
    order: str = ""
    field: Any = None


def standing(row: Submission) -> list[str]:
    """The codes of the decisions on a row that was read ``with_details``."""
    return [each.code for each in getattr(row, "standing", ())]


def _contributor(row: Submission, lookups: Lookups) -> str:
    # Whose a draft is that nobody handed in is told no more than what stands in it.
    return str(row.owner) if row.owner and row.owner.person and (row.number or row.entered_by) else ""


def _email(row: Submission, lookups: Lookups) -> str:
    return (row.owner.email if row.owner else row.email) if row.number or row.entered_by else ""


def _title(row: Submission, lookups: Lookups) -> str:
    if row.title or row.number:
        return row.title
    field = row.form.form.by_role.get(TITLE)
    return plain(field, answers_of(row).get(field.code), lookups) if field else ""


_ROLES = {"title": TITLE, "organisation": ORGANISATION, "country": COUNTRY, "category": CATEGORY}
_BUILT_IN: tuple[Column, ...] = (
    Column("reference", gettext_lazy("Reference"), lambda row, _lookups: row.reference, "number"),
    Column("title", gettext_lazy("Title"), _title, "title"),
    Column("organisation", gettext_lazy("Organisation"), lambda row, _lookups: row.organisation, "organisation"),
    Column("country", gettext_lazy("Country"), lambda row, _lookups: str(row.country.label) if row.country else ""),
    Column("category", gettext_lazy("Category"), lambda row, _lookups: row.category),
    Column("state", gettext_lazy("State"), lambda row, _lookups: str(Submission.State(row.state).label), "state"),
    Column("decisions", gettext_lazy("Decisions"), lambda row, _lookups: ", ".join(decision_in_words(code) for code in standing(row))),
    Column("submitted", gettext_lazy("Handed in"), lambda row, _lookups: row.submitted_at, "newest"),
    Column("saved", gettext_lazy("Last changed"), lambda row, _lookups: row.saved_at, "saved"),
    Column("assignee", gettext_lazy("Looked after by"), lambda row, _lookups: str(row.assignee) if row.assignee else ""),
    Column("tags", gettext_lazy("Tags"), lambda row, _lookups: ", ".join(each.name for each in row.tags.all())),
    Column("contributor", gettext_lazy("Contributor"), _contributor),
    Column("email", gettext_lazy("E-mail address"), _email),
    Column("origin", gettext_lazy("Came by"), lambda row, _lookups: str(Submission.Origin(row.origin).label)),
    Column("language", gettext_lazy("Language"), lambda row, _lookups: row.language),
)


def columns_of(sight: Sight) -> dict[str, Column]:
    """All columns that may be chosen, by code: those of every call, then the fields of its forms."""
    names: dict[str, str] = {}

    def category(row: Submission, _lookups: Lookups) -> str:
        if row.category not in names:
            names[row.category] = category_in_words(sight, row.category) if row.category else ""
        return names[row.category]

    found: dict[str, Column] = {}
    for each in _BUILT_IN:
        if _ROLES.get(each.code) in sight.hidden_roles or (each.code == "email" and not sight.decides):
            continue
        found[each.code] = Column("category", each.label, category) if each.code == "category" else each
    for code, field in sight.fields.items():
        found[f"{FIELD}{code}"] = Column(f"{FIELD}{code}", field.label, _answer(field), field=field)
    return found


def _answer(field: Any) -> Callable[[Submission, Lookups], Any]:
    def value(row: Submission, lookups: Lookups) -> Any:
        asked = row.form.form.by_code.get(field.code)
        answer = answers_of(row).get(field.code)
        if asked is None or answer is None:
            return ""
        if asked.kind == "number" and isinstance(answer, int | float):
            return answer
        return plain(asked, answer, lookups)

    return value


def chosen_columns(sight: Sight, codes: Iterable[str], *, of_drafts: bool = False) -> list[Column]:
    """The columns asked for, in the order asked; the usual ones where none are. Raises: BadQuery where there is no such column."""
    known = columns_of(sight)
    wanted = list(dict.fromkeys(codes))
    if any(code not in known for code in wanted):
        raise BadQuery({"columns": [_("This value is not one of those that can be asked for.")]})
    return [known[code] for code in wanted or (DEFAULT_OF_DRAFTS if of_drafts else DEFAULT) if code in known]


def lookups_of(rows: list[Submission], sight: Sight, columns: Iterable[Column], *, addresses: bool = False) -> Lookups:
    """What putting the answers of these rows into words needs to know; at most two statements.

    addresses: whether files are called by their address on this site too, for tables that are read elsewhere.
    """
    fields = [column.field for column in columns if column.field is not None]
    files: dict[str, Attached] = {}
    if any(field.kind in ("file", "image") for field in fields):
        for each in Attachment.objects.filter(submission__in=[row.pk for row in rows], file__deleted_at=None).select_related("file"):
            file = each.file
            name = f"{file.name} {settings.BASE_URL}{file.path}" if addresses else file.name
            files[str(file.pk)] = Attached(str(file.pk), each.field, name, file.kind, file.size, file.width, file.height)
    schemes = tuple(dict.fromkeys(scheme for form in sight.forms.values() for scheme in form.form.schemes))
    return Lookups(concepts_of(schemes), files)


# ---- writing --------------------------------------------------------------------------------------------------------


def rows_of(found: QuerySet[Submission], sight: Sight, columns: list[Column]) -> Iterator[tuple[Submission, list[Any]]]:
    """The submissions with the values of the columns, read in chunks."""
    keys = list(found.values_list("pk", flat=True))
    for first in range(0, len(keys), CHUNK):
        rows = rows_at(sight, keys[first : first + CHUNK])
        lookups = lookups_of(rows, sight, columns, addresses=True)
        for row in rows:
            yield row, [column.value(row, lookups) for column in columns]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _heads(columns: list[Column]) -> list[str]:
    return [harmless(str(column.label)) for column in columns]


def write_csv(found: QuerySet[Submission], sight: Sight, columns: list[Column]) -> IO[bytes]:
    """A table in UTF-8, with the mark by which spreadsheets know it."""
    zone = ZoneInfo(sight.call.edition.zone)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_heads(columns))
    for _row, values in rows_of(found, sight, columns):
        writer.writerow([_as_text(value, zone) for value in values])
    text.detach()
    file.seek(0)
    return file


def _as_text(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return harmless(value) if isinstance(value, str) else "" if value is None else value


def write_xlsx(found: QuerySet[Submission], sight: Sight, columns: list[Column]) -> IO[bytes]:
    """A workbook with one sheet, its head fixed."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    zone = ZoneInfo(sight.call.edition.zone)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sight.call.slug[:31])
    sheet.freeze_panes = "A2"
    for place in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 24
    heads = [WriteOnlyCell(sheet, value=_for_cell(head, zone)) for head in _heads(columns)]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for _row, values in rows_of(found, sight, columns):
        sheet.append([_for_cell(value, zone) for value in values])
    file = tempfile.TemporaryFile()  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return file


#: Signs that XML, and so a workbook, cannot hold.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def _for_cell(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    if not isinstance(value, str):
        return value
    text = harmless(_UNPRINTABLE.sub("\ufffd", value))
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def write_json(found: QuerySet[Submission], sight: Sight, columns: list[Column]) -> IO[bytes]:
    """The answers as they are kept, under the codes of the form, for programs."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    head = {"call": str(sight.call), "title": sight.call.title.to_plain(), "made_at": timezone.now().astimezone(UTC).isoformat(timespec="seconds")}
    file.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "submissions": [\n')
    for number, (row, values) in enumerate(rows_of(found, sight, columns)):
        file.write((b",\n" if number else b"") + json.dumps(_as_data(row, columns, values), ensure_ascii=False).encode())
    file.write(b"\n]}\n")
    file.seek(0)
    return file


_MACHINE: Mapping[str, Callable[[Submission], Any]] = {
    "country": lambda row: row.country.code if row.country else None,
    "category": lambda row: row.category or None,
    "state": lambda row: row.state,
    "origin": lambda row: row.origin,
    "decisions": standing,
    "tags": lambda row: [each.name for each in row.tags.all()],
}


def _as_data(row: Submission, columns: list[Column], values: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"id": str(row.pk), "reference": row.reference}
    given = answers_of(row)
    answers: dict[str, Any] = {}
    for column, value in zip(columns, values, strict=True):
        if column.field is not None:
            if column.field.code in given:
                # Of a file its name and address say more than its key.
                answers[column.field.code] = value if column.field.kind in ("file", "image") else given[column.field.code]
        elif column.code in _MACHINE:
            found[column.code] = _MACHINE[column.code](row)
        else:
            found[column.code] = value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value or None
    return {**found, "answers": answers} if any(column.field is not None for column in columns) else found


#: By the ending of the file: its media type, and what writes it.
FORMATS: dict[str, tuple[str, Callable[[QuerySet[Submission], Sight, list[Column]], IO[bytes]]]] = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "csv": ("text/csv; charset=utf-8", write_csv),
    "json": ("application/json", write_json),
}


def file_name(sight: Sight, ending: str) -> str:
    """What the file is called: call and day."""
    day = timezone.localtime(timezone=ZoneInfo(settings.CONVENER_ZONE)).strftime("%Y-%m-%d")
    return f"{sight.call.edition.code}-{sight.call.slug}-{day}.{ending}"
