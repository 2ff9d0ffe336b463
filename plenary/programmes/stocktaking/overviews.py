"""What is found, seen at once: countries by region, and years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from plenary.ground.framework.models import Concept
from plenary.ground.people.names import fold
from plenary.programmes.stocktaking.facets import Facet
from plenary.programmes.stocktaking.filters import members_today
from plenary.programmes.stocktaking.finding import Listed, Row
from plenary.programmes.stocktaking.listing import EntryQuery

REGIONS = "itu-regions"
_SHADES = 5
#: The height of the highest bar, in units of the drawing.
HEIGHT = 100


@dataclass(frozen=True, slots=True)
class Tile:
    """A country with the number of its entries. shade: from 0 (none) to 5 (most). path: of the list of them; empty where there are none."""

    code: str
    name: str
    number: int
    shade: int
    path: str
    chosen: bool


@dataclass(slots=True)
class Region:
    """A region with its countries. number: of entries, each once, however many of its countries they name."""

    name: str
    number: int
    path: str = ""
    tiles: list[Tile] = field(default_factory=list)


def tiles(found: Listed, query: EntryQuery) -> list[Region]:
    """All countries by region, as they belong to them today: two queries. No borders, hence no opinion on any."""
    counts = _numbers(found.facet("country"))
    region_counts = _numbers(found.facet("region"))
    most = max(counts.values(), default=0)
    regions: dict[str, Region] = {}
    of: dict[int, list[str]] = {}
    for member, code, label in members_today(REGIONS).order_by("group__position", "group__code").values_list("member_id", "group__code", "group__label"):
        path = f"?{query.address(view=None, region=code)}" if region_counts.get(code) else ""
        regions.setdefault(code, Region(str(label), region_counts.get(code, 0), path))
        of.setdefault(member, []).append(code)
    others = Region(_("Other countries and areas"), 0)
    for key, code, label, retired in Concept.objects.filter(scheme__code="countries").values_list("pk", "code", "label", "retired_on"):
        number = counts.get(code, 0)
        if retired and not number:
            continue
        path = f"?{query.address(view=None, country=code)}" if number else ""
        tile = Tile(code, str(label) or code, number, _shade(number, most), path, code in query.country)
        for region in [regions[each] for each in of.get(key, [])] or ([others] if number else []):
            region.tiles.append(tile)
    found_regions = [*regions.values(), *([others] if others.tiles else [])]
    for region in found_regions:
        region.tiles.sort(key=lambda tile: fold(tile.name))
    return found_regions


def _shade(number: int, most: int) -> int:
    """Shades stand for magnitudes, since few countries have many entries."""
    if not number:
        return 0
    return 1 + min(_SHADES - 1, int(_SHADES * math.log(number) / math.log(most + 1))) if most > 1 else _SHADES


def _numbers(facet: Facet | None) -> dict[str, int]:
    return {choice.option.code: choice.number for choice in facet.choices} if facet else {}


@dataclass(frozen=True, slots=True)
class Bar:
    """A year with the number of its entries. top, height: of its bar in the drawing."""

    year: int
    number: int
    top: int
    height: int
    path: str
    chosen: bool


def years(found: Listed, query: EntryQuery) -> list[Bar]:
    """A bar for each year from the first to the last that has entries, the earliest first; also for those without any between them."""
    counts = {int(code): number for code, number in _numbers(found.facet("year")).items()}
    if not counts:
        return []
    most = max(counts.values()) or 1
    chosen = set(query.year)
    first, last = min(counts), max(counts)
    # Where years lie far apart (a slip of the pen, 1900), those without entries would push the others out of sight.
    shown = range(first, last + 1) if last - first < 60 else sorted(counts)
    bars = []
    for year in shown:
        number = counts.get(year, 0)
        height = max(2, round(HEIGHT * number / most)) if number else 0
        path = f"?{query.address(year=year, year_from=None, year_to=None)}" if number else ""
        bars.append(Bar(year, number, HEIGHT - height, height, path, year in chosen))
    return bars


def by_year(rows: Sequence[Row]) -> list[tuple[int | None, list[Row]]]:
    """The rows of a page under their years, in the order in which they come."""
    groups: list[tuple[int | None, list[Row]]] = []
    for row in rows:
        if not groups or groups[-1][0] != row.entry.year:
            groups.append((row.entry.year, []))
        groups[-1][1].append(row)
    return groups
