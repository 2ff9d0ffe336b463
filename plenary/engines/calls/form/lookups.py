"""What the checks must know of the database: which concepts are offered, which files were attached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.utils import timezone

from plenary.ground.framework.models import Concept
from plenary.ground.framework.spelling import fold
from plenary.ground.framework.text import Text
from plenary.ground.web.cache import current_generation


@dataclass(frozen=True, slots=True)
class Known:
    """A concept as forms see it."""

    scheme: str
    code: str
    label: Text
    parent: str
    offered: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """A file attached to a field of a submission."""

    key: str
    field: str
    name: str
    kind: str
    size: int
    width: int | None = None
    height: int | None = None


@dataclass(slots=True)
class Lookups:
    """Concepts by scheme and code, and the files of one submission by their key."""

    concepts: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    files: Mapping[str, Attached] = field(default_factory=dict)
    _spellings: dict[str, dict[str, str]] = field(default_factory=dict)

    def concept(self, schemes: Iterable[str], code: str) -> Known | None:
        """The concept of that code in one of the schemes."""
        return next((found for scheme in schemes if (found := self.concepts.get(scheme, {}).get(code)) is not None), None)

    def offered(self, schemes: Iterable[str], *, leaves: bool = False) -> list[Known]:
        """The concepts to choose from, in their order. leaves: only those with nothing below them in their scheme."""
        found = []
        for scheme in schemes:
            here = [each for each in self.concepts.get(scheme, {}).values() if each.offered]
            above = {each.parent for each in here} if leaves else set()
            found += [each for each in here if each.code not in above]
        return found

    def by_spelling(self, schemes: Iterable[str], spelling: str) -> str:
        """The code that a label in any language stands for, for tables that people fill in; the spelling itself where none does."""
        wanted, folded = tuple(schemes), fold(spelling)
        if self.concept(wanted, spelling) is not None:
            return spelling
        for scheme in wanted:
            if scheme not in self._spellings:
                # What is offered wins over what was retired under the same name.
                known = sorted(self.concepts.get(scheme, {}).values(), key=lambda each: each.offered)
                self._spellings[scheme] = {fold(label): each.code for each in known for label in each.label.texts.values()}
                self._spellings[scheme] |= {fold(each.code): each.code for each in known}
            if folded and (code := self._spellings[scheme].get(folded)):
                return code
        return spelling


_lock = Lock()
_kept: dict[tuple[str, ...], tuple[Any, Mapping[str, Mapping[str, Known]]]] = {}


def concepts_of(schemes: tuple[str, ...]) -> Mapping[str, Mapping[str, Known]]:
    """The concepts of schemes, in their order, retired ones too; one small statement where they were read before."""
    if not schemes:
        return {}
    # Read before the concepts, so that a change in between is seen next time.
    now = (timezone.localdate(), current_generation())
    with _lock:
        kept = _kept.get(schemes)
    if kept is not None and kept[0] == now:
        return kept[1]
    found: dict[str, dict[str, Known]] = {scheme: {} for scheme in schemes}
    rows = Concept.objects.filter(scheme__code__in=schemes).order_by("position", "code")
    for scheme, code, label, parent, retired_on in rows.values_list("scheme__code", "code", "label", "parent__code", "retired_on"):
        found[scheme][code] = Known(scheme, code, label, parent or "", retired_on is None or retired_on > now[0])
    with _lock:
        if len(_kept) > 50:
            _kept.clear()
        _kept[schemes] = (now, found)
    return found
