"""Collects the interface's strings for translators: ``python -m tests.messages``. Needs gettext, which nothing else does.

File names stay as references, line numbers do not, so that a catalogue changes only where a string did. Nothing is
guessed: a changed string comes back untranslated rather than with a translation that no longer fits.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ("ar", "zh_Hans", "fr", "ru", "es")
OPTIONS = ("--add-location", "file", "--no-obsolete", "--no-wrap", "--ignore", ".venv", "--ignore", "tests", "--ignore", "bench", "--ignore", "docs")


def collect() -> int:
    """Renew all catalogues; the exit code of the work."""
    if shutil.which("msgmerge") is None:
        print("gettext is missing: install it (Debian: apt-get install gettext) and try again.", file=sys.stderr)
        return 1
    locales = [part for locale in LOCALES for part in ("--locale", locale)]
    for locale in LOCALES:
        (ROOT / "plenary" / "locale" / locale / "LC_MESSAGES").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "PLENARY_DATA": data, "DJANGO_SETTINGS_MODULE": "plenary.config.settings", "PYTHONPATH": str(ROOT)}
        code = subprocess.call((sys.executable, "-m", "django", "makemessages", *locales, *OPTIONS), cwd=ROOT / "plenary", env=environment)
    for path in sorted((ROOT / "plenary" / "locale").glob("*/LC_MESSAGES/django.po")):
        _write_header(path)
        _drop_guesses(path)
    return code


def _write_header(path: Path) -> None:
    """A header of our own: no placeholders, no dates, no names."""
    locale = path.parts[-3]
    text = path.read_text()
    forms = re.search(r'^"Plural-Forms: .*"$', text, re.MULTILINE)
    lines = [
        f"# The interface of Plenary in the language {locale}.",
        'msgid ""',
        'msgstr ""',
        '"Project-Id-Version: Plenary\\n"',
        f'"Language: {locale}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=UTF-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        *([forms[0]] if forms else []),
    ]
    # gettext gives a new string two plural forms whatever the language has
    count = int(re.search(r"nplurals=(\d+)", forms[0])[1]) if forms else 2  # type: ignore[index]
    empty = "".join(f'msgstr[{number}] ""\n' for number in range(count))
    body = re.sub(r'(?:^msgstr\[\d\] ""\n)+(?!")', empty, text.split("\n\n", 1)[1] + "\n", flags=re.MULTILINE)
    path.write_text("\n".join(lines) + "\n\n" + body.rstrip("\n") + "\n")


def _drop_guesses(path: Path) -> None:
    """Empty the translations that gettext guessed, and leave out the date on which the file was made."""
    from babel.messages.pofile import read_po

    with path.open("rb") as stream:
        guessed = [message.id for message in read_po(stream, locale=path.parts[-3]) if message.fuzzy and message.id]
    if guessed:
        subprocess.check_call(("msgattrib", "--no-fuzzy", "--no-wrap", "--output-file", str(path) + ".kept", str(path)))
        template = path.with_suffix(".all")
        subprocess.check_call(("msgattrib", "--clear-fuzzy", "--empty", "--no-wrap", "--output-file", str(template), str(path)))
        subprocess.check_call(
            ("msgmerge", "--quiet", "--no-fuzzy-matching", "--no-wrap", "--add-location=file", "--output-file", str(path), str(path) + ".kept", str(template))
        )
        template.unlink()
        Path(str(path) + ".kept").unlink()


if __name__ == "__main__":
    sys.exit(collect())
