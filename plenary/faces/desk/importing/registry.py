"""What can be imported at the desk. Each kind calls the importer of the room that owns the records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise

from plenary.errors import Invalid
from plenary.faces.desk.importing.outcome import Outcome, problems_of
from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Edition

#: Bytes. Larger files go through the command line, which shows how far it is.
LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be imported. path: ends in the name that its sender gave it."""

    path: Path
    edition: Edition | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of records that can be imported.

    suffixes: endings of file names. run: reads the file and writes what is new, or with dry_run only says what it would
    do; raises ``Invalid`` with all problems and has then written nothing. permission: asked with the edition as subject.
    results: label and address of the pages that show what was imported. columns: name and meaning, for the help.
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
