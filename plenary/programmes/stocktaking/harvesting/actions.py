"""Datestamps of entries about which something changed elsewhere."""

from __future__ import annotations

from django.utils import timezone

from plenary.programmes.stocktaking.models import Entry

_CHUNK = 500


def touch_entries(*numbers: str) -> int:
    """Give entries a new datestamp, so that harvesters fetch them again; how many.

    To be called in the transaction of the action that changed what is told with an entry without editing it: an award,
    the name of an organisation. That action has asked who may and writes the trail.
    """
    touched = 0
    for first in range(0, len(numbers), _CHUNK):
        touched += Entry.objects.filter(number__in=numbers[first : first + _CHUNK]).update(updated_at=timezone.now())
    return touched
