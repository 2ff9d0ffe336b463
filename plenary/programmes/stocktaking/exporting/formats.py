"""The formats in which a result is given out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja.responses import NinjaJSONEncoder

from plenary.programmes.stocktaking import citing
from plenary.programmes.stocktaking.exporting.tables import csv_parts, xlsx_parts
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.presenting import present

#: Rows that a workbook takes: more would have to be held in memory, or kept on disk for long, before the first is sent.
MOST_IN_WORKBOOK = 100_000

Chunks = Iterable[Sequence[Entry]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format. write: the parts of the file, of entries that come in chunks; most: how many entries it takes, 0 for any."""

    name: str
    label: str | Promise
    media_type: str
    ending: str
    write: Callable[[Chunks], Iterator[bytes]]
    most: int = 0


def _cited(write: Callable[[Iterable[Entry | citing.Citation]], Iterator[str]]) -> Callable[[Chunks], Iterator[bytes]]:
    return lambda chunks: (part.encode() for part in write(chain.from_iterable(chunks)))


def _lines(chunks: Chunks) -> Iterator[bytes]:
    """An entry a line, in the form of the API; its address in full, since a file is read elsewhere."""
    for entries in chunks:
        found = (present(entry).model_dump() for entry in entries)
        lines = (json.dumps(each | {"url": f"{settings.BASE_URL}{each['url']}"}, cls=NinjaJSONEncoder, ensure_ascii=False) for each in found)
        yield "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("csv", _("Table (CSV)"), "text/csv; charset=utf-8", "csv", csv_parts),
        Format("xlsx", _("Workbook (Excel)"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", xlsx_parts, MOST_IN_WORKBOOK),
        Format("jsonl", _("For programs (JSON lines)"), "application/jsonl; charset=utf-8", "jsonl", _lines),
        Format("bibtex", _("Citations (BibTeX)"), citing.BIBTEX, "bib", _cited(citing.bibtex)),
        Format("ris", _("Citations (RIS)"), citing.RIS, "ris", _cited(citing.ris)),
        Format("csl", _("Citations (CSL-JSON)"), citing.CSL, "json", _cited(citing.csl)),
    )
}


def file_name(found: Format) -> str:
    """What the file is called: of the day, since the records change."""
    day = timezone.localtime(timezone=ZoneInfo(settings.CONVENER_ZONE)).strftime("%Y-%m-%d")
    return f"stocktaking-{day}.{found.ending}"
