"""What editions bring for this room: ``records/entries.jsonl``."""

from __future__ import annotations

from plenary.ground.framework.editions.records import register
from plenary.programmes.stocktaking.importing.entries import load_records

register("entries.jsonl", load_records)
