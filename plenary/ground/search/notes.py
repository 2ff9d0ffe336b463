"""What a reader is told about the words they typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

Code = Literal["too_long", "too_many", "open_quote", "unknown_field", "nothing", "small_words"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a query that was not done as it was typed. about: the name or number that it is about."""

    code: Code
    about: str = ""

    def __str__(self) -> str:
        return {
            "too_long": _("The search looks at the first %(about)s characters only."),
            "too_many": _("The search looks at the first %(about)s words only."),
            "open_quote": _("A quotation mark is not closed, so all words after it were taken as one phrase."),
            "unknown_field": _("There is no field “%(about)s”, so it was searched as a word."),
            "nothing": _("There is no letter or digit to search for."),
            "small_words": _("These words stand in nearly every record; add others to find less."),
        }[self.code] % {"about": self.about}
