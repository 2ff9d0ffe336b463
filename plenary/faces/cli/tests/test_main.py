"""The command as one types it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings


def test_a_command_before_the_set_up_says_what_to_do(tmp_path: Path) -> None:
    environment = {**os.environ, "PLENARY_DATA": str(tmp_path), "PLENARY_DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "plenary.config.settings"}
    command = (sys.executable, "-m", "plenary", "edition", "check", "editions/demo")
    done = subprocess.run(command, cwd=settings.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "plenary setup" in done.stderr and "Traceback" not in done.stderr
