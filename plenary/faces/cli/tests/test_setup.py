"""Setting up: what is done, what is skipped, what is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings as configured

from plenary.faces.cli import setup
from plenary.faces.cli.catalogues import compile_catalogues
from plenary.faces.cli.commands import commands
from plenary.faces.cli.main import command
from plenary.faces.cli.running import default_workers
from plenary.faces.cli.stamps import Stamps, hash_of

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Welcome"
msgstr "Bienvenue"

#, fuzzy
msgid "Guessed"
msgstr "Deviné"
"""


@pytest.fixture
def folder(tmp_path, settings):
    settings.DATA = tmp_path / "data"
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path


def catalogue(folder: Path) -> Path:
    path = folder / "locale" / "fr" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO)
    return path


def test_catalogues_are_compiled_when_they_changed_and_guesses_left_out(folder):
    source = catalogue(folder)
    assert compile_catalogues() == 1
    assert compile_catalogues() == 0
    compiled = source.with_suffix(".mo").read_bytes()
    assert b"Bienvenue" in compiled
    assert "Deviné".encode() not in compiled
    os.utime(source, ns=(1, source.with_suffix(".mo").stat().st_mtime_ns + 1))
    assert compile_catalogues() == 1
    assert not list(source.parent.glob("*.tmp"))


def test_a_hash_changes_with_content_and_name_but_not_with_time(tmp_path):
    (tmp_path / "a").write_text("one")
    first = hash_of([tmp_path, "text"])
    os.utime(tmp_path / "a", (1, 1))
    assert hash_of([tmp_path, "text"]) == first
    (tmp_path / "a").write_text("two")
    changed = hash_of([tmp_path, "text"])
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, changed, hash_of([tmp_path, "text"]), hash_of([tmp_path, "other"])}) == 4


def test_stamps_belong_to_one_database(folder, monkeypatch):
    stamps = Stamps()
    stamps.put("concepts", "key")
    assert stamps.fits("concepts", "key")
    assert not stamps.fits("concepts", "other")
    assert stamps.exists("concepts")
    monkeypatch.setitem(configured.DATABASES["default"], "NAME", "another")
    assert not Stamps().exists("concepts")
    stamps.forget()
    assert not stamps.exists("concepts")


@pytest.mark.django_db
def test_a_step_runs_again_only_when_its_inputs_changed_and_the_demo_never(folder, monkeypatch):
    done, content = [], ["first"]
    steps = [
        setup.Step("facts", "Loading facts", lambda: done.append("facts"), lambda: content, changes_records=True),
        setup.Step("demo", "Making a demo", lambda: done.append("demo"), lambda: content, once=True, changes_records=True),
    ]
    monkeypatch.setattr(setup, "steps", lambda: steps)
    monkeypatch.setattr(setup, "rebuild_index", lambda: done.append("index"))
    monkeypatch.setattr(setup.index, "current", lambda: Path("/index"))
    setup.set_up(quiet=True)
    assert done == ["facts", "demo", "index"]
    setup.set_up(quiet=True)
    assert done == ["facts", "demo", "index"]
    content[0] = "second"
    setup.set_up(quiet=True)
    assert done == ["facts", "demo", "index", "facts", "index"]


@pytest.mark.django_db
def test_a_step_that_fails_is_tried_again(folder, monkeypatch):
    tries = []

    def step() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("no room left")

    monkeypatch.setattr(setup, "steps", lambda: [setup.Step("facts", "Loading facts", step, list)])
    monkeypatch.setattr(setup.index, "current", lambda: Path("/index"))
    with pytest.raises(OSError):
        setup.set_up(quiet=True)
    setup.set_up(quiet=True)
    setup.set_up(quiet=True)
    assert len(tries) == 2


def test_every_command_says_what_it_does():
    group = command()
    context = group.make_context("plenary", [], resilient_parsing=True)
    for name, each in group.commands.items():
        assert each.get_short_help_str(200), name
    assert {"setup", "run", "work"} <= set(group.commands)
    assert "edition" in group.commands
    assert context.info_name == "plenary"


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "70000"], ["--port", "x"], ["--workers", "-1"], ["--colour"]])
def test_nonsense_is_refused_before_anything_starts(arguments):
    run = next(each for each in commands if each.name == "run")
    done = CliRunner().invoke(run, arguments)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_there_is_a_web_process_for_each_core_within_reason():
    assert 1 <= default_workers() <= 8
