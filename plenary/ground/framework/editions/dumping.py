"""Dumping an edition to the canonical files of its folder: no keys, no times of loading, no trail."""

from __future__ import annotations

from pathlib import Path

from plenary.errors import Conflict
from plenary.ground.framework.editions.plain import to_csv, to_toml
from plenary.ground.framework.editions.sections import sections
from plenary.ground.framework.models import Edition


def files_of(edition: Edition) -> dict[str, str]:
    """The texts of all files of an edition by name; loading them gives the same edition."""
    files: dict[str, str] = {}
    for section in sections():
        rows = section.read(edition)
        if rows:
            files[section.file] = to_csv(section, rows) if section.file.endswith(".csv") else to_toml(section, rows)
    return files


def dump(*, code: str, out: Path) -> list[Path]:
    """Write an edition's files into a folder, and take away those of sections that are empty now.

    Raises: Conflict where there is no such edition, or the folder holds another one.
    """
    edition = Edition.objects.filter(code=code).first()
    if edition is None:
        raise Conflict(f"There is no edition {code}.")
    head = out / "edition.toml"
    if head.exists() and f'code = "{code}"\n' not in head.read_text(encoding="utf-8", errors="replace"):
        raise Conflict(f"{out} holds another edition; give a folder of its own.")
    files = files_of(edition)
    out.mkdir(parents=True, exist_ok=True)
    for section in sections():
        if section.file not in files:
            (out / section.file).unlink(missing_ok=True)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return [out / name for name in files]
