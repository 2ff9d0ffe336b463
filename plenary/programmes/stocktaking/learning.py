"""What suggestions of action lines and goals learn from: public entries with the tags that people chose for them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import islice

from django.db.models import Max, Prefetch

from plenary.engines.classify.sources import Tagged, source
from plenary.programmes.stocktaking.models import Entry, EntryConcept
from plenary.programmes.stocktaking.queries import public_entries

#: Vocabularies whose concepts are suggested.
SCHEMES = ("action-lines", "sdgs", "sdg-targets", "themes")
#: Entries that are read: more of them teach little more, and learning takes longer.
MOST = 6_000
_CHUNK = 500


def latest_change() -> Hashable:
    """Differs once an entry has changed (index entry_by_change)."""
    latest: Hashable = Entry.objects.aggregate(latest=Max("updated_at"))["latest"]
    return latest


@source("stocktaking.entry", stamp=latest_change)
def tagged_entries() -> Iterator[Tagged]:
    """What public entries say, with their tags; the latest first."""
    links = EntryConcept.objects.filter(concept__scheme__code__in=SCHEMES).select_related("concept__scheme")
    entries = public_entries().order_by("-pk").prefetch_related(Prefetch("links", links))
    for entry in islice(entries.iterator(chunk_size=_CHUNK), MOST):
        yield Tagged((entry.title, entry.summary, entry.description), tuple((link.concept.scheme.code, link.concept.code) for link in entry.links.all()))
