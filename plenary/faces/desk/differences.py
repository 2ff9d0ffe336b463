"""What was changed at the desk since an edition's folder was last loaded, and where the folder disagrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions.loading import Conflict, load
from plenary.ground.framework.editions.plain import defaults_of, values_of
from plenary.ground.framework.editions.sections import Section, sections
from plenary.ground.framework.models import Edition, LoadedRecord

FOLDERS: Path = settings.ROOT / "editions"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is another now than when the folder was loaded. record: ``calls/prizes``; field empty: the whole record."""

    record: str
    field: str
    loaded: Any
    now: Any


def differences_of(edition: Edition) -> list[Difference]:
    """All that was changed, added or deleted at the desk; empty for an edition that came from no folder."""
    found: list[Difference] = []
    loaded: dict[str, dict[str, Any]] = {}
    for record in LoadedRecord.objects.filter(edition_code=edition.code).order_by("section", "key"):
        loaded.setdefault(record.section, {})[record.key] = record.values
    if not loaded:
        return []
    for section in sections():
        found += _in_section(section, edition, loaded.get(section.name, {}))
    return found


def _in_section(section: Section[Any], edition: Edition, loaded: dict[str, Any]) -> Iterator[Difference]:
    defaults = defaults_of(section.row)
    now = {row.key: values_of(row) for row in section.read(edition)}
    for key, values in loaded.items():
        if key not in now:
            yield Difference(f"{section.name}/{key}", "", True, None)
            continue
        before = {**defaults, **values.get("held", {})}
        yield from _between(f"{section.name}/{key}", "", before, now[key])
    for key in now.keys() - loaded.keys():
        yield Difference(f"{section.name}/{key}", "", None, True)


def _between(record: str, field: str, before: Any, after: Any) -> Iterator[Difference]:
    """The leaves that differ; a text by language, a list as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in {**before, **after}:
            yield from _between(record, f"{field}.{name}" if field else str(name), before.get(name), after.get(name))
    elif before != after:
        yield Difference(record, field, before, after)


def folder_of(edition: Edition) -> Path | None:
    """The folder of the edition that comes with the platform; None where there is none."""
    mark = f'code = "{edition.code}"'
    for head in sorted(FOLDERS.glob("*/edition.toml")):
        if any(line.strip() == mark for line in head.read_text(encoding="utf-8", errors="replace").splitlines()):
            return head.parent
    return None


def conflicts_of(edition: Edition, folder: Path, actor: Actor) -> list[Conflict]:
    """Where folder and desk both changed a value to something else; nothing is written.

    Raises: BadFiles, NotAllowed.
    """
    return [conflict for result in load(actor=actor, paths=[folder], dry_run=True) if result.code == edition.code for conflict in result.conflicts]
