"""Which projects of a file are here already, and which stand in it twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from plenary.ground.files.tables import Report, shorten
from plenary.programmes.stocktaking.drafts import EntryDraft
from plenary.programmes.stocktaking.importing.columns import Record
from plenary.programmes.stocktaking.models import Entry, EntryNumber

_CHUNK = 500


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted({value for value in values if value})
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


class Known:
    """Which of a set of drafts stand for projects that are here already.

    others: further numbers that are asked for (``taken``).
    """

    def __init__(self, drafts: Sequence[EntryDraft], others: Iterable[str] = ()) -> None:
        self.by_source: dict[str, int] = {}
        self.by_number: dict[str, int] = {}
        self.by_identity: dict[str, list[tuple[int, str]]] = {}
        for chunk in _chunks(draft.source_id for draft in drafts):
            self.by_source.update(Entry.objects.filter(source_id__in=chunk).values_list("source_id", "pk"))
        for chunk in _chunks([*(draft.number for draft in drafts), *others]):
            self.by_number.update(EntryNumber.objects.filter(number__in=chunk).values_list("number", "entry_id"))
            self.by_number.update(Entry.objects.filter(number__in=chunk).values_list("number", "pk"))
        for chunk in _chunks(draft.identity for draft in drafts):
            for identity, key, source_id in Entry.objects.filter(identity__in=chunk).order_by("pk").values_list("identity", "pk", "source_id"):
                self.by_identity.setdefault(identity, []).append((key, source_id))

    def find(self, draft: EntryDraft, number: str = "") -> int | None:
        """The key of the entry that is the same project; of a withdrawn one too, which stays withdrawn.

        number: that the file names as the number here, which says more than anything else.
        """
        if number and number in self.by_number:
            return self.by_number[number]
        if draft.source_id and draft.source_id in self.by_source:
            return self.by_source[draft.source_id]
        for key, source_id in self.by_identity.get(draft.identity, ()):
            # Two numbers of the convener are two records, however alike they look.
            if not draft.source_id or not source_id:
                return key
        return None

    def new(self, pairs: Sequence[tuple[Record, EntryDraft]], report: Report) -> list[EntryDraft]:
        """The drafts that stand for projects which are not here yet, each once."""
        once = Once()
        fresh: list[EntryDraft] = []
        for record, draft in pairs:
            if self.find(draft) is not None:
                continue
            if once.is_again(record, draft, report):
                continue
            if draft.number and draft.number in self.by_number:
                report.wrong(record.row, "source_id", _("%(value)s is the number of another entry here.") % {"value": shorten(draft.number)})
                continue
            fresh.append(draft)
        return fresh


class Once:
    """What the rows of a file were about so far, so that each project is taken once."""

    def __init__(self) -> None:
        self._identities: dict[str, tuple[int, str]] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    def is_again(self, record: Record, draft: EntryDraft, report: Report) -> bool:
        """Whether an earlier row is about the same project; told as put right."""
        identity = draft.identity
        first = self._identities.get(identity)
        if first is None:
            self._identities[identity] = (record.row, draft.source_id)
            return False
        if draft.source_id and first[1]:
            return False  # two numbers of the convener
        report.mend(record.row, "", _("the same project as in row %(row)s; kept once") % {"row": first[0]})
        return True

    def check_numbers(self, record: Record, report: Report) -> None:
        """No number may stand for two rows."""
        for column, values in (("source_id", [record.source_id]), ("number", [record.number, *record.other_numbers])):
            for value in filter(None, values):
                first = self._numbers.setdefault((column, value), record.row)
                if first != record.row and (column == "source_id" or value != record.source_id):
                    place = "source_id" if column == "source_id" else "number" if value == record.number else "other_numbers"
                    report.wrong(record.row, place, _("%(value)s stands in row %(row)s already.") % {"value": shorten(value), "row": first})
        if len(record.source_id) > 200:
            report.wrong(record.row, "source_id", _("%(value)s has more than 200 characters.") % {"value": shorten(record.source_id)})
