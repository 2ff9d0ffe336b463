"""What an entry is about, on its form: boxes to tick, and for goals and action lines a line for the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.people.names import fold
from plenary.ground.people.queries import offered
from plenary.programmes.stocktaking.drafts import LinkDraft

#: The vocabularies of the form, in the order in which they stand, and whether a reason is asked for.
ASKED: Mapping[str, bool] = {"countries": False, "action-lines": True, "sdgs": True, "sdg-targets": True, "themes": False}
LONGEST_REASON = 600


@dataclass(slots=True)
class Box:
    """A concept that can be ticked. reason: as it is shown in the control."""

    concept: Concept
    label: str
    code: str
    ticked: bool = False
    reason: str = ""
    problem: str = ""
    below: list[Box] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"about-{self.concept.scheme.code}"

    @property
    def reason_name(self) -> str:
        return f"why-{self.concept.scheme.code}-{self.concept.code}"

    @property
    def ticked_below(self) -> int:
        return sum(each.ticked for each in self.below)


@dataclass(slots=True)
class Boxes:
    """A vocabulary on the form."""

    scheme: str
    title: str
    asks_why: bool
    boxes: list[Box]

    @property
    def ticked(self) -> int:
        return sum(box.ticked + box.ticked_below for box in self.boxes)


class Links:
    """All vocabularies of the form, read from a draft or from what was sent."""

    def __init__(self, links: Sequence[LinkDraft], language: str, data: QueryDict | None = None) -> None:
        self.language = language
        self.before = {(link.concept.scheme.code, link.concept.code): link for link in links}
        self.others = [link for link in links if link.concept.scheme.code not in ASKED]
        self.problems: list[tuple[str, str, str]] = []  # id of the control, label, sentence
        self.groups = [self._group(scheme, data) for scheme in ASKED if scheme != "sdg-targets"]

    def _group(self, scheme: str, data: QueryDict | None) -> Boxes:
        boxes = self._boxes(scheme, data)
        title = str(boxes[0].concept.scheme.title) if boxes else scheme
        if scheme == "sdgs":
            goals = {box.concept.pk: box for box in boxes}
            for target in self._boxes("sdg-targets", data):
                if target.concept.parent_id in goals:
                    goals[target.concept.parent_id].below.append(target)
        elif scheme == "action-lines":
            tops = {box.concept.pk: box for box in boxes}
            for box in boxes:
                if box.concept.parent_id in tops:
                    tops[box.concept.parent_id].below.append(box)
            boxes = [box for box in boxes if box.concept.parent_id not in tops]
        elif scheme == "countries":
            boxes.sort(key=lambda box: (not box.ticked, fold(box.label)))
        return Boxes(scheme, title, ASKED[scheme], boxes)

    def _boxes(self, scheme: str, data: QueryDict | None) -> list[Box]:
        concepts: dict[str, Concept] = {each.code: each for each in offered(scheme).select_related("scheme")}
        for (kind, code), link in self.before.items():
            if kind == scheme:
                concepts.setdefault(code, link.concept)  # one that is no longer offered stays where it was chosen
        wanted = set(data.getlist(f"about-{scheme}")) if data is not None else {code for kind, code in self.before if kind == scheme}
        return [self._box(concept, scheme, concept.code in wanted, data) for concept in concepts.values()]

    def _box(self, concept: Concept, scheme: str, ticked: bool, data: QueryDict | None) -> Box:
        code = concept.code if concept.code[:1].isdigit() or (concept.code[:1].isupper() and scheme == "action-lines") else ""
        box = Box(concept, str(concept.label), code, ticked)
        if not ASKED[scheme]:
            return box
        before = self.before.get((scheme, concept.code))
        box.reason = self._shown(before.reason) if before else ""
        if data is not None:
            box.reason = data.get(box.reason_name, "").replace("\x00", "").replace("\r\n", "\n").strip()
        if ticked and len(box.reason) > LONGEST_REASON:
            box.problem = _("At most %(n)s characters fit.") % {"n": LONGEST_REASON}
            self.problems.append((box.reason_name, f"{box.code} {box.label}".strip(), box.problem))
        return box

    def _shown(self, reason: Text) -> str:
        return reason.texts.get(self.language) or reason.best(reason.original).text

    def drafts(self) -> tuple[LinkDraft, ...]:
        """The links as they are to be; a reason that nobody changed stays with its translations."""
        return (*self.others, *(self._draft(box) for group in self.groups for box in _all(group.boxes) if box.ticked))

    def _draft(self, box: Box) -> LinkDraft:
        before = self.before.get((box.concept.scheme.code, box.concept.code))
        if before is not None and (box.reason == self._shown(before.reason).replace("\r\n", "\n").strip() or not ASKED[box.concept.scheme.code]):
            return before
        return LinkDraft(box.concept, Text.of(box.reason, self.language))


def _all(boxes: Iterable[Box]) -> Iterable[Box]:
    for box in boxes:
        yield box
        yield from box.below
