"""Set-up that the framework's tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework import actions
from plenary.ground.framework.editions import loading


@pytest.fixture
def concepts(db):
    """All concept schemes of the project."""
    actions.load_concepts(actor=SYSTEM)


@pytest.fixture
def folder(tmp_path) -> Callable[..., Path]:
    """Makes an edition folder from the texts of its files: ``folder({"edition.toml": "..."})``."""

    def make(files: dict[str, str | bytes], name: str = "wsis-2031") -> Path:
        path = tmp_path / name
        for file, content in files.items():
            (path / file).parent.mkdir(parents=True, exist_ok=True)
            (path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


@pytest.fixture
def load() -> Callable[..., loading.LoadResult]:
    """Loads one folder as the system and gives the result."""

    def run(path: Path, **options: bool) -> loading.LoadResult:
        return loading.load(actor=SYSTEM, paths=[path], **options)[0]

    return run
