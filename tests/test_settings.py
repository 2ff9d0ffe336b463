"""Settings refuse nonsense at the start, with a sentence that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plenary.config.env import Environment

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a" * 50


def start(tmp_path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
    return subprocess.run(
        (sys.executable, "-c", "from django.conf import settings; print(settings.BASE_URL, settings.DEMO)"),
        env={**environment, "DJANGO_SETTINGS_MODULE": "plenary.config.settings", "PLENARY_DATA": str(tmp_path / "data"), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "variables,sentence",
    [
        ({"PLENARY_BASE_URL": "example.org"}, "PLENARY_BASE_URL: must start with http:// or https://"),
        ({"PLENARY_ZONE": "Europe/Atlantis"}, "use a name such as Europe/Zurich"),
        ({"PLENARY_ZONE": "../../etc/passwd"}, "use a name such as Europe/Zurich"),
        ({"PLENARY_MAIL_URL": "ftp://mail"}, "must start with console://, smtp://, smtp+starttls:// or smtps://"),
        ({"PLENARY_DEMO": "perhaps"}, "PLENARY_DEMO"),
        ({"PLENARY_DEBUG": "2"}, "PLENARY_DEBUG"),
        ({"PLENARY_LOG_LEVEL": "LOUD"}, "PLENARY_LOG_LEVEL"),
        ({"PLENARY_LOG_FORMAT": "xml"}, "PLENARY_LOG_FORMAT"),
        ({"PLENARY_TRUSTED_PROXIES": "-1"}, "PLENARY_TRUSTED_PROXIES"),
        ({"PLENARY_TRUSTED_PROXIES": "many"}, "PLENARY_TRUSTED_PROXIES"),
        ({"PLENARY_DEMO": "false"}, "PLENARY_SECRET_KEY is not set"),
        ({"PLENARY_SECRET_KEY": "short"}, "PLENARY_SECRET_KEY is too short"),
        ({"PLENARY_SECRET_KEY_FILE": "/nowhere/secret"}, "PLENARY_SECRET_KEY_FILE"),
        ({"PLENARY_DATABASE_URL": "mysql://somewhere/plenary"}, "PLENARY_DATABASE_URL"),
        ({"PLENARY_DATABASE_URL": "nonsense"}, "PLENARY_DATABASE_URL"),
        ({"PLENARY_COLOUR": "blue"}, "PLENARY_COLOUR: there is no such setting"),
        ({"PLENARY_DATA": "/dev/null/data"}, "PLENARY_DATA: the folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_bad_value_stops_the_start_with_a_sentence(tmp_path, variables, sentence):
    done = start(tmp_path, **variables)
    assert done.returncode == 2, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_starts_with_nothing_set_and_keeps_its_secret(tmp_path):
    first = start(tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout.split() == ["http://127.0.0.1:8000", "True"]
    secret = tmp_path / "data" / "secret-key"
    kept = secret.read_text()
    assert secret.stat().st_mode & 0o077 == 0
    start(tmp_path)
    assert secret.read_text() == kept


def test_outside_the_demo_a_long_secret_is_enough(tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    done = start(tmp_path, PLENARY_DEMO="false", PLENARY_SECRET_KEY_FILE=str(tmp_path / "secret"), PLENARY_BASE_URL="https://wsis.example.org/")
    assert done.stdout.split() == ["https://wsis.example.org", "False"]


def documented() -> str:
    """The table of settings as docs/operations.md must have it."""
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Environment.model_fields.items():
        default = field.default
        words = {None: "", "": "", True: "true", False: "false"}.get(default, default) if not isinstance(default, int) or isinstance(default, bool) else default
        words = "`data` beside the code" if name == "data" else f"`{words}`" if str(words) else ""
        lines.append(f"| `PLENARY_{name.upper()}` | {words} | {field.description} |")
    return "\n".join(lines)


def test_the_documentation_lists_every_setting_with_default_and_meaning():
    assert documented() in (ROOT / "docs" / "operations.md").read_text(), f"docs/operations.md must hold:\n{documented()}"
