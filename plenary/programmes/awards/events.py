"""What happens to awards, told after it is on disk."""

from __future__ import annotations

from dataclasses import dataclass

from plenary.ground.audit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardsGiven(Event):
    """Entries received awards. contest: ``2020/prizes``. numbers: of the entries."""

    contest: str
    numbers: tuple[str, ...]
