"""What an import has to say: what is wrong, what was mended, what it did."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.errors import Invalid

#: More problems than this are counted but not told one by one: nobody reads them, and a wrong file may have millions.
TOLD = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one cell. row: 0 where it concerns the whole file."""

    row: int
    column: str
    text: str

    @property
    def place(self) -> str:
        """Where: ``row 12, year``."""
        return ", ".join(part for part in (_("row %(row)s") % {"row": self.row} if self.row else "", self.column) if part)

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


@dataclass(slots=True)
class Report:
    """Collects remarks while a file is read."""

    file: str
    rows: int = 0
    problems: list[Remark] = field(default_factory=list)
    more_problems: int = 0
    mended: list[Remark] = field(default_factory=list)
    more_mended: int = 0
    summary: list[str] = field(default_factory=list)

    def wrong(self, row: int, column: str, text: str) -> None:
        """Note a problem; nothing will be written."""
        if len(self.problems) < TOLD:
            self.problems.append(Remark(row, column, text))
        else:
            self.more_problems += 1

    def mend(self, row: int, column: str, text: str) -> None:
        """Note what was put right without asking."""
        if len(self.mended) < TOLD:
            self.mended.append(Remark(row, column, text))
        else:
            self.more_mended += 1

    @property
    def is_full(self) -> bool:
        """Whether reading on would tell nothing new."""
        return len(self.problems) >= TOLD and self.more_problems > 5000

    def stop(self) -> None:
        """Raises: Invalid with all problems by row and column, if there are any."""
        if not self.problems:
            return
        found: dict[str, list[str]] = {}
        for remark in self.problems:
            found.setdefault(remark.place, []).append(remark.text)
        if self.more_problems:
            found.setdefault("", []).append(_("There are %(count)s more problems like these.") % {"count": f"{self.more_problems:,}"})
        raise Invalid(found)

    def lines(self) -> list[str]:
        """The report in words, for the terminal and the desk."""
        told = [str(remark) for remark in self.mended]
        if self.more_mended:
            told.append(_("and %(count)s more of the kind") % {"count": f"{self.more_mended:,}"})
        read = ngettext("%(file)s: %(count)s row read.", "%(file)s: %(count)s rows read.", self.rows) % {"file": self.file, "count": f"{self.rows:,}"}
        return [read, *([_("Put right:"), *(f"  {line}" for line in told)] if told else []), *self.summary]
