"""The errors that actions raise, each something a caller can act on."""

from __future__ import annotations


class PlenaryError(Exception):
    """Base of all errors that the platform raises on purpose."""


class NotAllowed(PlenaryError):
    """The actor lacks the permission; pages answer 403, or 404 where even the existence is secret."""


class Invalid(PlenaryError):
    """What was given does not hold; ``problems`` are sentences by field (empty name: the whole)."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{field}: {' '.join(texts)}" if field else " ".join(texts) for field, texts in problems.items()))
        self.problems = problems


class Conflict(PlenaryError):
    """Somebody else changed the same thing meanwhile, or it is in the wrong state."""


class Stale(Conflict):
    """The change was made to a revision that is not the latest any more."""


class BadQuery(PlenaryError):
    """The query part of an address makes no sense; pages answer 400 and say what would."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(", ".join(sorted(problems)))
        self.problems = problems
