"""What can be imported at the desk. Each kind calls the importer of the room that owns the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.functional import Promise

from plenary.errors import Invalid
from plenary.faces.desk.importing.outcome import Outcome, problems_of
from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Edition

#: Bytes, where a kind says nothing else. Larger files go through the command line, which shows how far it is.
LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be imported. path: ends in the name that its sender gave it.

    given: what was said beside it. progress: is told how many steps of how many are done. resume: whether an import that broke
    off goes on.
    """

    path: Path
    edition: Edition | None
    given: Mapping[str, Any] = field(default_factory=dict)
    progress: Callable[[int, int], None] | None = None
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of records that can be imported.

    suffixes: endings of file names. run: reads the file and writes what is new, or with dry_run only says what it would
    do; raises ``Invalid`` with all problems and has then written nothing. permission: asked with the edition as subject.
    results: label and address of the pages that show what was imported. columns: name and meaning, for the help.
    largest: bytes of a file. at_once: rows that are read while the sender waits; more are in the background. in_parts: whether
    a long file is written part by part, so that the importer looks after its transactions itself. is_mapped: whether columns
    can be called otherwise, and records that are here be brought up to date.
    """

    code: str
    label: str | Promise
    help: str | Promise
    suffixes: tuple[str, ...]
    permission: str
    needs_edition: bool
    run: Callable[[Actor, Source, bool], Outcome]
    results: Callable[[Edition | None], list[tuple[str, str]]]
    command: str
    columns: Callable[[], dict[str, str]] = dict
    largest: int = LARGEST
    at_once: int | None = None
    in_parts: bool = False
    is_mapped: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind of records."""
    _kinds[kind.code] = kind
    return kind


def kinds() -> list[Kind]:
    """All kinds, in the order of their rooms."""
    return list(_kinds.values())


def find(code: str) -> Kind | None:
    """The kind of that code."""
    return _kinds.get(code)


def check(kind: Kind, source: Source, actor: Actor) -> Outcome:
    """What importing the file would do; nothing is written."""
    try:
        return kind.run(actor, source, True)
    except Invalid as error:
        return problems_of(error)
