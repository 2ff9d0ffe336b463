"""An entry as parts that change one by one, so that two people's changes can be put together.

A part is a field of the snapshot, except that what the entry is about is one part for each vocabulary
(``concepts.countries``, ``concepts.sdgs``), since somebody who adds a country has not touched the goals.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from plenary.programmes.stocktaking.drafts import STORY

Snapshot = Mapping[str, Any]
CONCEPTS = "concepts."
#: The fields of a snapshot that whoever speaks for an entry may change; the others are the secretariat's.
PLAIN = (*STORY, "stakeholder_type", "reach", "status", "starts_on", "ends_on", "website", "web_links", "organisations", "media")
#: Where a request keeps what its writer saw of the parts that they changed, beside the entry as it is to be.
SEEN = "seen"


def parts_of(snapshot: Snapshot) -> dict[str, Any]:
    """The parts that can be changed, comparable: where two are equal, nothing has changed."""
    found: dict[str, Any] = {name: snapshot.get(name) for name in PLAIN}
    # By name, role and country: that an organisation has a record now is no change of the entry.
    found["organisations"] = [(*body, "lead", "")[1:4] if len(body) < 4 else tuple(body[1:4]) for body in snapshot.get("organisations", [])]
    for name in ("web_links", "media"):
        found[name] = found[name] or []
    for scheme, code, reason in snapshot.get("concepts", []):
        found.setdefault(f"{CONCEPTS}{scheme}", []).append((code, reason or {}))
    return found


def signs_of(snapshot: Snapshot) -> dict[str, str]:
    """A short sign of each part, by which a page says what its reader saw."""
    return {name: _sign(value) for name, value in parts_of(snapshot).items()}


def _sign(value: Any) -> str:
    plain = json.dumps(value or None, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def changed_parts(before: Snapshot, after: Snapshot) -> list[str]:
    """The names of the parts that differ, in the order in which they are shown."""
    one, other = signs_of(before), signs_of(after)
    return [name for name in {**one, **other} if one.get(name, _NOTHING) != other.get(name, _NOTHING)]


_NOTHING = _sign(None)


def differs(signs: Mapping[str, str], snapshot: Snapshot) -> list[str]:
    """The parts of the snapshot that are others than those a page was made from."""
    now = signs_of(snapshot)
    return [name for name in {**now, **signs} if now.get(name, _NOTHING) != signs.get(name, _NOTHING)]


def put_together(base: Snapshot, wanted: Snapshot, names: Iterable[str]) -> dict[str, Any]:
    """The base with some parts taken from the other."""
    names = list(names)
    whole = dict(base)
    whole.pop(SEEN, None)
    for name in names:
        if not name.startswith(CONCEPTS):
            whole[name] = wanted.get(name)
    schemes = {name.removeprefix(CONCEPTS) for name in names if name.startswith(CONCEPTS)}
    kept = [each for each in base["concepts"] if each[0] not in schemes]
    whole["concepts"] = [*kept, *(each for each in wanted.get("concepts", ()) if each[0] in schemes)]
    return whole


def only_parts(snapshot: Snapshot, names: Iterable[str]) -> dict[str, Any]:
    """Some parts of a snapshot, in the form of one: what a request keeps of what its writer saw."""
    names = list(names)
    schemes = {name.removeprefix(CONCEPTS) for name in names if name.startswith(CONCEPTS)}
    told: dict[str, Any] = {name: snapshot.get(name) for name in names if not name.startswith(CONCEPTS)}
    told["concepts"] = [each for each in snapshot["concepts"] if each[0] in schemes]
    told["parts"] = names
    return told
