"""When mails leave: at once, or only when staff release them; by kind, and by what staff said of a kind or of one scope.

A room says how its mails come (``declare``); of kinds that nobody declared they leave at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from plenary.ground.messages.models import SendingRule

_held: set[str] = set()
_at_once: set[str] = set()


def declare(code: str, *, held: bool = False, always_at_once: bool = False) -> None:
    """Register how mails of a kind leave where staff said nothing; always_at_once: whatever they say."""
    if held:
        _held.add(code)
    if always_at_once:
        _at_once.add(code)


def waits_by_itself(code: str) -> bool:
    """Whether mails of a kind wait for staff unless these say otherwise."""
    return code in _held


def can_wait(code: str) -> bool:
    """Whether staff can let mails of a kind wait."""
    return code not in _at_once


def rules_for(codes: Iterable[str], scope: str = "") -> dict[str, dict[str, bool]]:
    """What staff said, by scope (empty: everybody's) and kind."""
    found: dict[str, dict[str, bool]] = {"": {}, scope: {}}
    for rule in SendingRule.objects.filter(code__in=list(codes), scope__in={"", scope}):
        found[rule.scope][rule.code] = rule.held
    return found


def held_among(codes: Iterable[str], scope: str = "") -> set[str]:
    """The kinds whose mails wait in the outbox until staff release them: as the scope has it, else everybody, else as they come."""
    wanted = [code for code in codes if can_wait(code)]
    rules = rules_for(wanted, scope)
    return {code for code in wanted if rules[scope].get(code, rules[""].get(code, waits_by_itself(code)))}


def is_held(code: str, scope: str = "") -> bool:
    """Whether a mail of a kind waits in the outbox until staff release it."""
    return bool(held_among([code], scope))
