"""Which addresses the sitemap names, in parts that stay small whatever the number of records.

A file may name 50,000 addresses, and each record has one in every language. Entries are many: their parts are ranges of
their primary keys, so that a part is found at once and keeps its addresses for ever. Of all other kinds the parts follow
the order in which the kind gives its records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.db.models import ExpressionWrapper, F, IntegerField, Max
from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.translation import override

from plenary.ground.search.registry import Kind, kinds
from plenary.ground.web.languages import in_language
from plenary.programmes.stocktaking.queries import public_entries

#: Pages that are no records of any kind.
FIXED = (
    "site:home",
    "site:about",
    "site:accessibility",
    "calls:list",
    "stocktaking:list",
    "organisations:list",
    "awards:list",
    "forum:list",
    "insights:matrix",
    "insights:countries",
    "data",
)
MOST = 8_000  # records in a part, each in six languages: the protocol allows 50,000 addresses
PAGES = "pages"
ENTRIES = "entry"
_BLOCK = 100
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the sitemap. number: from 1; the first one's name has none. changed: when anything in it last changed, if that is known."""

    kind: str
    number: int = 1
    changed: datetime | None = None

    @property
    def name(self) -> str:
        return self.kind if self.number == 1 else f"{self.kind}-{self.number}"


Address = tuple[str, datetime | None]


def parts() -> list[Part]:
    """All parts that hold something."""
    found = [Part(PAGES)]
    for kind in kinds().values():
        if kind.code == ENTRIES:
            found += _parts_of_entries()
        else:
            found += [Part(kind.code, number + 1) for number in range(-(-_count(kind) // MOST))]
    return found


def _count(kind: Kind) -> int:
    return kind.count() if kind.count else sum(1 for _each in kind.documents())


def _parts_of_entries() -> list[Part]:
    """One statement for all parts."""
    number = ExpressionWrapper((F("pk") - 1) / MOST, output_field=IntegerField())
    rows = public_entries().order_by().annotate(part=number).values("part").annotate(changed=Max("updated_at")).order_by("part")
    return [Part(ENTRIES, row["part"] + 1, row["changed"]) for row in rows]


def find(name: str) -> Part | None:
    """The part of that name; None where there can be none."""
    if name == PAGES:
        return Part(PAGES)
    known = kinds()
    if name in known:
        return Part(name)
    kind, _dash, number = name.rpartition("-")
    if kind not in known or not number.isascii() or not number.isdecimal() or len(number) > 9 or int(number) < 2:
        return None
    return Part(kind, int(number))


def addresses(part: Part) -> Iterator[Address]:
    """The English paths of a part, each with the instant of its last change."""
    start = (part.number - 1) * MOST
    if part.kind == PAGES:
        with override("en"):
            yield from ((reverse(name), None) for name in FIXED)
    elif part.kind == ENTRIES:
        rows = public_entries().filter(pk__gt=start, pk__lte=start + MOST).order_by("pk").values_list("number", "updated_at")
        with override("en"):
            pattern = reverse("stocktaking:entry", args=["-"])
        for number, changed in rows.iterator(chunk_size=2000):
            yield pattern.replace("/-/", f"/{number}/"), changed
    else:
        for document in islice(kinds()[part.kind].documents(), start, start + MOST):
            yield document.path, document.changed


def index_file() -> str:
    """The file that names all parts."""
    body = "".join(
        f"<sitemap><loc>{escape(settings.BASE_URL + reverse('sitemap-part', args=[part.name]))}</loc>{_changed(part.changed)}</sitemap>" for part in parts()
    )
    return f"{_HEAD}<sitemapindex {_NAMES}>{body}</sitemapindex>"


def part_file(found: Iterator[Address]) -> Iterator[str]:
    """A part with each address in every language, a few at a time."""
    yield f'{_HEAD}<urlset {_NAMES} xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    seen: set[str] = set()
    while block := list(islice(found, _BLOCK)):
        yield "".join(_url(bare, changed, seen) for path, changed in block for bare in (iri_to_uri(path.split("#", 1)[0]),))
    yield "</urlset>"


def _url(bare: str, changed: datetime | None, seen: set[str]) -> str:
    if bare in seen:
        return ""
    seen.add(bare)
    everywhere = {code.split("-")[0]: settings.BASE_URL + in_language(bare, code) for code, _name in settings.LANGUAGES}
    links = "".join(f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address)}/>' for code, address in everywhere.items())
    return "".join(f"<url><loc>{escape(address)}</loc>{_changed(changed)}{links}</url>" for address in everywhere.values())


def _changed(at: datetime | None) -> str:
    return f"<lastmod>{at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}</lastmod>" if at else ""
