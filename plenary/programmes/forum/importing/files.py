"""Finding out what kind of programme a file is, and reading it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plenary.ground.framework.files import Problems, read_text
from plenary.ground.framework.models import Edition
from plenary.programmes.forum.importing import frab_json, frab_xml, table
from plenary.programmes.forum.importing.data import Reader, SessionData


@dataclass(frozen=True, slots=True)
class Programme:
    """What a file holds. others: rows of a table that belong to other editions."""

    sessions: list[SessionData]
    others: int
    problems: Problems


def read_programme(path: Path, edition: Edition) -> Programme:
    """Read a programme of any known kind; told apart by its content, not by its name."""
    problems = Problems()
    reader = Reader(path, problems, edition.zone)
    text = read_text(path, path.name, problems)
    if text is None:
        return Programme([], 0, problems)
    start = text.lstrip()[:1]
    if start == "<":
        return Programme(frab_xml.read(text, reader), 0, problems)
    if start in ("{", "["):
        return Programme(frab_json.read(text, reader), 0, problems)
    sessions, others = table.read(text, reader, edition)
    return Programme(sessions, others, problems)
