"""The one vocabulary of how far an entry came, and what each level includes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from plenary.programmes.awards.models import Award

Level = Award.Level

#: From the highest to the lowest, as results are read.
ORDER = (Level.WINNER, Level.SPECIAL, Level.CHAMPION, Level.AWARDED, Level.NOMINATED, Level.ELIGIBLE, Level.SUBMITTED)

MEANINGS: dict[str, str | Promise] = {
    Level.WINNER: _("The one project of its category that the experts chose among the champions; in the early years the one with the most votes."),
    Level.SPECIAL: _("A distinction outside the categories, given once."),
    Level.CHAMPION: _("One of the projects of its category that came first in the public vote and did not become its winner."),
    Level.AWARDED: _("The source says that the project was honoured, but not whether as champion or as winner."),
    Level.NOMINATED: _("Chosen by the experts to stand in the public vote."),
    Level.ELIGIBLE: _("Complete and within the rules, as the review found."),
    Level.SUBMITTED: _("Sent in before the deadline."),
}

#: Spellings that sources use, in the form ``fold_level`` gives.
_SPELLINGS = {
    "submitted": Level.SUBMITTED, "submission": Level.SUBMITTED,
    "eligible": Level.ELIGIBLE, "accepted": Level.ELIGIBLE, "eligible after review": Level.ELIGIBLE,
    "nominated": Level.NOMINATED, "nominee": Level.NOMINATED, "nomination": Level.NOMINATED,
    "champion": Level.CHAMPION, "finalist": Level.CHAMPION,
    "winner": Level.WINNER, "won": Level.WINNER,
    "special": Level.SPECIAL, "special recognition": Level.SPECIAL, "special prize winner": Level.SPECIAL, "special prize": Level.SPECIAL,
    "awarded": Level.AWARDED, "awarded level unspecified": Level.AWARDED, "awarded level not stated": Level.AWARDED,
}  # fmt: skip

#: Who came this far or further. An award whose level the source does not name was at least nominated.
AT_LEAST: dict[str, tuple[str, ...]] = {
    Level.SUBMITTED: tuple(Level),
    Level.ELIGIBLE: (Level.ELIGIBLE, Level.NOMINATED, Level.AWARDED, Level.CHAMPION, Level.WINNER),
    Level.NOMINATED: (Level.NOMINATED, Level.AWARDED, Level.CHAMPION, Level.WINNER),
    Level.CHAMPION: (Level.CHAMPION, Level.WINNER),
    Level.WINNER: (Level.WINNER,),
}


def find_level(spelling: str) -> str | None:
    """The level that a source means, or None."""
    words = " ".join(spelling.lower().replace("_", " ").replace("-", " ").split())
    return _SPELLINGS.get(words)


def rank(level: str) -> int:
    """Smaller stands higher."""
    return ORDER.index(Level(level))
