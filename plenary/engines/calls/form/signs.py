"""Signs of answers, by which a page says what its writer saw, so that two writers never overwrite each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from plenary.engines.calls.form.definition import Definition


def as_written(answer: Any) -> Any:
    """An answer as a page would send it, so that what is typed and what was stored compare: 12 is "12", nothing is None."""
    if isinstance(answer, Mapping):
        written = {str(key): as_written(each) for key, each in sorted(answer.items())}
        return {key: each for key, each in written.items() if each is not None} or None
    if isinstance(answer, list | tuple):
        return sorted(str(each) for each in answer if str(each).strip()) or None
    if answer is None or answer is False or answer == "":
        return None
    return "true" if answer is True else str(answer).replace("\r\n", "\n").strip() or None


def seen_digest(answer: Any) -> str:
    """A short sign of an answer; a page sends it back to say what its reader saw."""
    return hashlib.blake2b(json.dumps(as_written(answer), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace"), digest_size=6).hexdigest()


def signs_of(definition: Definition, answers: Mapping[str, Any]) -> dict[str, str]:
    """The signs of all answers, by the code of their field."""
    return {each.code: seen_digest(answers.get(each.code)) for each in definition}
