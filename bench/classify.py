"""How often suggestions of tags are right, and languages told apart: ``python -m bench.classify`` prints a table.

It measures on real records whose tags somebody chose (``PLENARY_SAMPLES``): action lines of prize entries, of which most have a title
only; goals that the owners of digital public goods claim for them; the targets of the United Nations in six languages, which are to be
found back under their goal. "Learnt" is cross-validated: what is asked about was not learnt from. Chance is told beside it.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = {"en": "en", "fr": "fr", "es": "es", "ru": "ru", "ar": "ar", "zh": "zh-Hans"}
FOLDS, LEARNT_FROM = 10, 12_000


@dataclass(frozen=True)
class Record:
    """A text and the concepts it was given, by code."""

    text: str
    codes: frozenset[str]
    language: str = "en"


def table() -> list[str]:
    """The lines of the table, measured in a process of its own on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        environment = {**os.environ, "PLENARY_DATA": folder, "PLENARY_DATABASE_URL": "", "PLENARY_LOG_LEVEL": "ERROR"}
        command = (sys.executable, "-m", "bench.classify", "--here")
        done = subprocess.run(
            command, cwd=ROOT, env={**environment, "DJANGO_SETTINGS_MODULE": "plenary.config.settings"}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout.splitlines()


# ---- the records ----------------------------------------------------------------------------------------------------


def _data() -> Path | None:
    samples = os.environ.get("PLENARY_SAMPLES", "")
    return Path(samples).resolve().parent if samples and Path(samples).is_dir() else None


def _json_lines(path: Path) -> Iterable[dict[str, Any]]:
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line) if path.is_file() else ()


def prizes(data: Path) -> list[Record]:
    """Entries of the prizes and of the stocktaking that carry action lines, each once."""
    found: dict[str, Record] = {}
    path = data / "wsis" / "prizes_all.csv"
    rows: list[dict[str, Any]] = []
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as lines:
            rows = [{**row, "action_lines": [row["action_line"]] if row["action_line"] else []} for row in csv.DictReader(lines)]
    for row in [*rows, *_json_lines(data / "wsis" / "stocktaking_sample.jsonl")]:
        if row["title"] and row["action_lines"]:
            found.setdefault(row["title"].casefold(), Record(f"{row['title']}. {row['description'] or ''}", frozenset(row["action_lines"])))
    return list(found.values())


def projects(data: Path) -> list[Record]:
    """Digital public goods with the goals that their owners claim."""
    rows = _json_lines(data / "samples" / "2-projects" / "dpga-projects.dev.jsonl")
    found = {row["title"].casefold(): Record(f"{row['title']}. {row['description'] or ''}", frozenset(map(str, row["sdgs"]))) for row in rows if row["sdgs"]}
    for row in _json_lines(data / "sdg" / "dpg_dev.jsonl"):
        found.setdefault(row["text"].partition(". ")[0].casefold(), Record(row["text"], frozenset(map(str, row["sdgs"]))))
    return list(found.values())


def targets(data: Path, language: str) -> list[Record]:
    """The official texts of the targets, each with its goal."""
    path = data / "samples" / "4-reference" / "sdg-six-languages" / f"{LANGUAGES[language]}.global_targets.json"
    stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return [
        Record(text, frozenset((key.split("-")[0],)), language)
        for key, text in stored.items()
        if isinstance(text, str) and key.split("-")[0].isdecimal() and len(text) > 10
    ]


# ---- measuring ------------------------------------------------------------------------------------------------------


def _accuracy(records: Sequence[Record], scheme: str) -> tuple[float, float, float]:
    """How often the first suggestion is right, and one of the first three, and how often there is any."""
    from plenary.engines.classify.queries import suggest
    from plenary.ground.framework.text import Text

    first = three = some = 0
    for record in records:
        codes = [each.code for each in suggest([Text.of(record.text, record.language)], scheme, limit=3)]
        first += bool(codes) and codes[0] in record.codes
        three += bool(record.codes.intersection(codes))
        some += bool(codes)
    return first / len(records), three / len(records), some / len(records)


def _with_learning(records: Sequence[Record], scheme: str, learn: Callable[[Sequence[Record]], None]) -> tuple[float, float, float]:
    shuffled = list(records)
    random.Random(7).shuffle(shuffled)
    sums = [0.0, 0.0, 0.0]
    for fold in range(FOLDS):
        tested = shuffled[fold::FOLDS]
        learn([each for place, each in enumerate(shuffled) if place % FOLDS != fold])
        for place, value in enumerate(_accuracy(tested, scheme)):
            sums[place] += value * len(tested)
    return sums[0] / len(shuffled), sums[1] / len(shuffled), sums[2] / len(shuffled)


def _line(label: str, number: int, found: tuple[float, float, float], choices: int) -> str:
    first, three, some = found
    return f"{label:52}{number:>8}{first:>10.0%}{three:>10.0%}{some:>10.0%}{1 / choices:>10.0%}{3 / choices:>10.0%}"


def measure() -> list[str]:
    """All lines, on the database of this process."""
    from plenary.engines.classify import sources
    from plenary.engines.classify.queries import forget_all
    from plenary.engines.classify.schemes import described

    data = _data()
    if data is None:
        return ["Suggestions: not measured, since PLENARY_SAMPLES names no folder."]
    taught: list[sources.Tagged] = []
    scheme_learnt = ""

    @sources.source("bench", stamp=lambda: len(taught))
    def records_to_learn() -> list[sources.Tagged]:
        return taught

    def learn(records: Sequence[Record]) -> None:
        from plenary.ground.framework.text import Text

        taught[:] = [sources.Tagged((Text.of(each.text, each.language),), tuple((scheme_learnt, code) for code in sorted(each.codes))) for each in records]
        forget_all()

    lines = [f"{'suggestions':52}{'records':>8}{'first':>10}{'of three':>10}{'any':>10}{'chance':>10}{'of three':>10}"]
    for label, scheme, records in (
        ("action lines of prize entries (most a title only)", "action-lines", prizes(data)),
        ("goals claimed for digital public goods", "sdgs", projects(data)),
    ):
        if not records:
            continue
        choices = len(described(scheme).concepts) - len(described(scheme).heads)
        scheme_learnt = scheme
        learn([])
        lines.append(_line(label, len(records), _accuracy(records, scheme), choices))
        lines.append(_line("  the same, learnt from the other records", len(records), _with_learning(records, scheme, learn), choices))
    learn([])
    for language in LANGUAGES:
        records = targets(data, language)
        if records:
            lines.append(_line(f"goals of the official targets, {language}", len(records), _accuracy(records, "sdgs"), len(described("sdgs").concepts)))
    return [*lines, "", *_languages(data), "", *_speed(data, learn)]


def _languages(data: Path) -> list[str]:
    from plenary.engines.classify.queries import language_of

    lines = [f"{'language of official targets, from their beginning':52}" + "".join(f"{heading:>10}" for heading in ("3 words", "5 words", "8 words", "all"))]
    for language in LANGUAGES:
        texts = [record.text for record in targets(data, language)]
        if not texts:
            continue
        cells = []
        for words in (3, 5, 8, 1000):
            # Chinese is cut by signs, of which two make a word.
            cut = [text[: 2 * words] if language == "zh" else " ".join(text.split()[:words]) for text in texts]
            cells.append(sum(language_of(text) == language for text in cut) / len(cut))
        lines.append(f"  {language:50}" + "".join(f"{cell:>10.0%}" for cell in cells))
    return lines


def _speed(data: Path, learn: Callable[[Sequence[Record]], None]) -> list[str]:
    from plenary.engines.classify.learning import MOST_RECORDS
    from plenary.engines.classify.queries import language_of, suggest
    from plenary.ground.framework.text import Text

    known = projects(data) or prizes(data)
    if not known:
        return []
    generator = random.Random(7)
    many = [Record(" ".join(generator.choice(known).text for _each in range(3)), generator.choice(known).codes) for _record in range(LEARNT_FROM)]
    learn(many)
    start = time.process_time()
    suggest(["health"], "sdgs")
    took = time.process_time() - start
    text = " ".join(record.text for record in known[:20])[:2000]
    durations = []
    for scheme in ("action-lines", "sdgs", "sdg-targets", "themes"):
        suggest([Text.of(text)], scheme)
        start = time.process_time()
        for _turn in range(20):
            suggest([Text.of(text)], scheme)
        durations.append(f"{scheme} {(time.process_time() - start) / 20 * 1000:.1f}")
    start = time.process_time()
    for _turn in range(100):
        language_of(text)
    return [
        f"Learning on a site of {LEARNT_FROM:,} records, of which the latest {MOST_RECORDS:,} are read, and the first suggestion: {took:.1f} CPU s.",
        f"A text of 2,000 characters, CPU milliseconds: {', '.join(durations)}; its language {(time.process_time() - start) * 10:.1f}.",
    ]


def main() -> None:
    if "--here" not in sys.argv:
        print("\n".join(table()))
        return
    import django

    django.setup()
    from django.core.management import call_command

    from plenary.ground.audit.actors import SYSTEM
    from plenary.ground.framework.actions import load_concepts

    call_command("migrate", verbosity=0)
    load_concepts(actor=SYSTEM)
    print("\n".join(measure()))


if __name__ == "__main__":
    main()
