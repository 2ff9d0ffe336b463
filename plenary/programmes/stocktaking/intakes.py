"""Accepted submissions become entries, or bring entries up to date; entries are what submissions can start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.form.fields import schemes_of
from plenary.engines.calls.intakes import Intake, Made, Source, register, register_source
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.reading import Answers, page_at, rewritten, source_of, taken_back
from plenary.errors import Conflict
from plenary.ground.audit.actors import Actor
from plenary.ground.audit.models import Version
from plenary.ground.audit.queries import versions_of
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import ensure_organisation
from plenary.ground.people.names import fold
from plenary.programmes.stocktaking import actions, queries
from plenary.programmes.stocktaking.drafts import EntryDraft, LinkDraft, OrganisationDraft
from plenary.programmes.stocktaking.models import Entry

CODE = "stocktaking.entry"
#: The number of the entry that a submission brings news of; a submission without one becomes an entry of its own.
UPDATES = "updates"
#: Longer addresses of organisations are left out: their field is shorter than that of an answer.
_LONGEST_WEBSITE = 200


# ---- from a submission to an entry ----------------------------------------------------------------------------------


def accept(actor: Actor, submission: Submission) -> Made:
    """Make the submission an entry that everybody reads, or change the entry that it brings news of."""
    number = _number(Answers(submission, private=True).line(UPDATES))
    entry = _update(actor, submission, number) if number else _add(actor, submission)
    return Made(actions.KIND, entry.number, page_at("stocktaking:entry", entry.number))


def _add(actor: Actor, submission: Submission) -> Entry:
    answers = Answers(submission)
    answers.need("title")
    edition = submission.call.edition
    blank = EntryDraft(title=Text(), edition=edition, year=queries.year_of(edition) or None, source=source_of(submission), source_id=submission.reference)
    # A decision that was undone and made again: the same entry comes back.
    known = Entry.objects.filter(source_id=submission.reference).first()
    if known is None:
        draft = _draft(answers, blank, actor)
        same = _same_project(draft)
        if same is not None:
            return _update(actor, submission, same.number)
        return actions.create_entry(actor=actor, draft=draft, state=Entry.State.PUBLIC)
    before = submission.results.filter(intake=CODE).first()
    if before is None or rewritten(submission, before):
        known = actions.edit_entry(actor=actor, entry=known, draft=_draft(answers, replace(blank, number=known.number), actor), reason=source_of(submission))
    return actions.restore_entry(actor=actor, entry=known, reason=source_of(submission)) if known.state == Entry.State.WITHDRAWN else known


def _same_project(draft: EntryDraft) -> Entry | None:
    """The entry of the same project, as imports recognise it: projects come back, and stand here once.

    A title alone is no sign: without an organisation every submission is an entry of its own.
    """
    if not draft.organisations:
        return None
    return Entry.objects.filter(identity=draft.identity).exclude(state=Entry.State.WITHDRAWN).order_by("pk").first()


def _number(given: str) -> str:
    """The number in what somebody wrote: itself, or the address of the entry's page."""
    return given.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1].strip() if "/stocktaking/" in given else given.strip()


def _update(actor: Actor, submission: Submission, number: str) -> Entry:
    entry = queries.with_number(Entry.objects.all(), number).first()
    if entry is None:
        raise Conflict(_("There is no entry with the number “%(number)s”, which this submission wants to update.") % {"number": number[:60]})
    if entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry %(number)s is withdrawn. Make it public again before it is updated.") % {"number": entry.number})
    base = actions.current_draft(entry)
    source = source_of(submission)
    draft = _draft(Answers(submission), base, actor)
    if source not in base.source.split(" ; "):
        draft = replace(draft, source=" ; ".join(filter(None, (base.source, source))))
    return actions.edit_entry(actor=actor, entry=entry, draft=draft, reason=source_of(submission))


def _draft(answers: Answers, base: EntryDraft, actor: Actor) -> EntryDraft:
    """The draft with what was answered; what was not asked or left empty stays as it is."""
    changed: dict[str, Any] = {name: _newer(getattr(base, name), answers.text(name)) for name in ("title", "summary", "description") if name in answers}
    for name, known in (("status", Entry.Status.values), ("reach", Entry.Reach.values)):
        if answers.line(name) in known:
            changed[name] = answers.line(name)
    if "timeframe" in answers:
        changed["starts_on"], changed["ends_on"] = answers.days("timeframe")
    if "website" in answers:
        changed["website"] = answers.line("website")
    kind = answers.stakeholder_type()
    if kind is not None:
        changed["stakeholder_type"] = kind
    changed["links"] = _links(answers, base)
    changed["organisations"] = _organisations(answers, base, actor)
    return replace(base, **changed)


def _newer(old: Text, new: Text) -> Text:
    """The new text; where it says what the old one said in that language, the old one with all its translations."""
    return old if all(old.texts.get(language) == text for language, text in new.texts.items()) else new


def _links(answers: Answers, base: EntryDraft) -> tuple[LinkDraft, ...]:
    """What the entry is about: of each vocabulary that was answered what the answers name, of the others what stood there."""
    about: list[Concept] = []
    about += answers.countries()
    body = answers.organisation()
    if not about and body is not None and body.country is not None and not _of(base, "countries"):
        about.append(body.country)
    about += [*answers.concepts("action-lines", "action-lines"), *answers.concepts("action-line", "action-lines")]
    about += [*answers.concepts("sdgs", "sdgs", "sdg-targets"), *answers.concepts("themes", "themes")]
    if "category" in answers and "action-lines" in schemes_of(answers.fields["category"]):  # as those of the Prizes are
        about += answers.concepts("category")
    answered = {concept.scheme.code for concept in about}
    reasons = {link.concept.pk: link for link in base.links}
    kept = [link for link in base.links if link.concept.scheme.code not in answered]
    return (*(reasons.get(concept.pk, LinkDraft(concept)) for concept in dict.fromkeys(about)), *kept)


def _of(base: EntryDraft, scheme: str) -> list[LinkDraft]:
    return [link for link in base.links if link.concept.scheme.code == scheme]


def _organisations(answers: Answers, base: EntryDraft, actor: Actor) -> tuple[OrganisationDraft, ...]:
    """The organisation that carries the entry first; those that stood beside it stay."""
    body = answers.organisation()
    if body is None or any(fold(each.name) == fold(body.name) for each in base.organisations):
        return base.organisations
    if body.website and len(body.website) <= _LONGEST_WEBSITE:
        ensure_organisation(actor=actor, name=body.name, country=body.country, stakeholder_type=body.stakeholder_type, website=body.website)
    return (OrganisationDraft(body.name, body.country, body.stakeholder_type), *base.organisations[1:])


# ---- taking it back -------------------------------------------------------------------------------------------------


def retract(actor: Actor, result: IntakeResult) -> None:
    """Withdraw the entry that a submission became, unless another accepted one rests on it; of one that it updated, take back what it changed."""
    entry = Entry.objects.filter(number=result.key).first()
    if entry is None:
        return
    others = IntakeResult.objects.filter(kind=result.kind, key=result.key, retracted_at=None).exclude(pk=result.pk)
    if entry.source_id != result.submission.reference:
        _revert(actor, entry, result.submission)
    elif not others.exists() and entry.state != Entry.State.WITHDRAWN:
        actions.withdraw_entry(actor=actor, entry=entry, reason=taken_back(result.submission))


def _revert(actor: Actor, entry: Entry, submission: Submission) -> None:
    """Put back, value by value, what the update changed and nobody has changed since."""
    versions = versions_of(actions.KIND, entry.number).order_by("-number")
    updated = versions.filter(payload__reason=source_of(submission)).first()
    undone = versions.filter(payload__reason__startswith=f"{source_of(submission)}: ").first()
    if updated is None or (undone is not None and undone.number > updated.number):
        return  # it said nothing new
    before, after, now = _said(versions.filter(number__lt=updated.number).first()), _said(updated), actions.snapshot(entry)
    if before:
        whole = {name: before.get(name, value) if value == after.get(name) else value for name, value in now.items()}
        actions.edit_entry(actor=actor, entry=entry, draft=actions.draft_of(whole), reason=taken_back(submission))


def _said(version: Version | None) -> dict[str, Any]:
    return (version.payload.after or {}) if version is not None and version.payload is not None else {}


def hides(result: IntakeResult) -> bool:
    """Whether taking it back withdraws the entry; of one that was only updated, what others wrote stays."""
    entry = Entry.objects.filter(number=result.key).exclude(state=Entry.State.WITHDRAWN).first()
    if entry is None or entry.source_id != result.submission.reference:
        return False
    return not IntakeResult.objects.filter(kind=result.kind, key=result.key, retracted_at=None).exclude(pk=result.pk).exists()


def shows(actor: Actor, result: IntakeResult) -> bool:
    """Whether the actor sees the entry's page."""
    return queries.with_number(queries.visible_to(actor), result.key).exists()


register(
    Intake(
        CODE,
        gettext_lazy("Stocktaking entry"),
        accept,
        retract,
        reads=("title", "summary", "description", "country", "countries", "organisation", "stakeholder-type", "action-lines", "action-line", "category",
               "sdgs", "themes", "website", "status", "reach", "timeframe", UPDATES),
        shows=shows,
        hides=hides,
    )
)  # fmt: skip


# ---- from an entry to a submission ----------------------------------------------------------------------------------


def answers_of(actor: Actor, number: str) -> Mapping[str, Any] | None:
    """What a public entry answers, by role; None where the public knows of no such entry."""
    entry = queries.whole(queries.with_number(queries.public_entries(), number)).first()
    if entry is None:
        return None
    about: dict[str, list[str]] = {}
    for link in entry.links.all():
        about.setdefault(link.concept.scheme.code, []).append(link.concept.code)
    countries, lines = about.get("countries", []), about.get("action-lines", [])
    only = lines[0] if len(lines) == 1 else ""
    found: dict[str, Any] = {
        **{name: _words(getattr(entry, name)) for name in ("title", "summary", "description")},
        "country": countries[0] if countries else "",
        "countries": countries,
        "organisation": _body(entry),
        "stakeholder-type": entry.stakeholder_type.code if entry.stakeholder_type else "",
        "action-lines": lines,
        "action-line": only,
        "category": only,
        "sdgs": [*about.get("sdgs", []), *about.get("sdg-targets", [])],
        "themes": about.get("themes", []),
        "website": entry.website,
        "status": entry.status,
        "reach": entry.reach,
        "timeframe": {name: day.isoformat() for name, day in (("from", entry.starts_on), ("to", entry.ends_on)) if day},
        UPDATES: entry.number,
    }
    return {role: answer for role, answer in found.items() if answer}


def _words(text: Text) -> str:
    """The text in English where a person wrote it, since all calls take that, else in its original language."""
    return text.texts["en"] if text.texts.get("en") and "en" not in text.machine else text.best(text.original).text


def _body(entry: Entry) -> dict[str, str]:
    link = next(iter(entry.organisation_links.all()), None)
    if link is None:
        return {}
    body = link.organisation
    kind = body.stakeholder_type or entry.stakeholder_type
    told = {
        "name": queries.original(body.name),
        "country": body.country.code if body.country else "",
        "stakeholder_type": kind.code if kind else "",
        "website": body.website,
    }
    return {name: value for name, value in told.items() if value}


register_source(Source("entry", gettext_lazy("Stocktaking entry"), answers_of))
