"""Accepted submissions become entries, or bring entries up to date; entries are what submissions can start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.intakes import Intake, Made, Source, register, register_source
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.reading import Answers, page_at, rewritten, source_of, taken_back
from plenary.errors import Conflict
from plenary.ground.audit.actors import SYSTEM, Actor
from plenary.ground.audit.models import Version
from plenary.ground.audit.queries import versions_of
from plenary.ground.audit.words import add_verbs
from plenary.ground.files import actions as files
from plenary.ground.files.copies import public_copy
from plenary.ground.files.kinds import DOCUMENT, IMAGE_KINDS
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import ensure_organisation
from plenary.ground.people.models import User
from plenary.programmes.stocktaking import actions, queries, submitted
from plenary.programmes.stocktaking.actions import contacts, history, ownership
from plenary.programmes.stocktaking.drafts import EntryDraft, MediaDraft
from plenary.programmes.stocktaking.models import Entry
from plenary.programmes.stocktaking.submitted import UPDATES

CODE = "stocktaking.entry"
add_verbs(
    {
        "brought_up_to_date": gettext_lazy("Brought up to date"),
        "not_brought_up_to_date": gettext_lazy("Bringing up to date taken back"),
    }
)
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
    blank = _blank(submission)
    # A decision that was undone and made again: the same entry comes back.
    known = Entry.objects.filter(source_id=submission.reference).first()
    if known is None:
        draft = submitted.draft_from(answers, blank)
        same = _same_project(draft)
        if same is not None:
            return _update(actor, submission, same.number)
        _note_website(actor, answers)
        entry = actions.create_entry(actor=actor, draft=replace(draft, media=tuple(_media(answers))), state=Entry.State.PUBLIC)
        _note_people(actor, submission, entry, is_new=True)
        return entry
    before = submission.results.filter(intake=CODE).first()
    if before is None or rewritten(submission, before):
        _note_website(actor, answers)
        places = tuple(known.places.values_list("collection__code", flat=True))  # curators chose them, not the contributor
        draft = submitted.draft_from(answers, replace(blank, number=known.number, collections=places), media=_media(answers, known))
        known = actions.edit_entry(actor=actor, entry=known, draft=draft, reason=source_of(submission))
        _note_people(actor, submission, known, is_new=False)
    return actions.restore_entry(actor=actor, entry=known, reason=source_of(submission)) if known.state == Entry.State.WITHDRAWN else known


def _blank(submission: Submission) -> EntryDraft:
    edition = submission.call.edition
    return EntryDraft(title=Text(), edition=edition, year=queries.year_of(edition) or None, source=source_of(submission), source_id=submission.reference)


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
    entry = _with_number(number)
    if entry is None:
        raise Conflict(_("There is no entry with the number “%(number)s”, which this submission wants to update.") % {"number": number[:60]})
    if entry.state == Entry.State.WITHDRAWN:
        raise Conflict(_("The entry %(number)s is withdrawn. Make it public again before it is updated.") % {"number": entry.number})
    answers = Answers(submission)
    _note_website(actor, answers)
    base = actions.current_draft(entry)
    draft = _updated(submission, answers, base, [*base.media, *_media(answers, entry)])
    entry = actions.edit_entry(actor=actor, entry=entry, draft=draft, reason=source_of(submission))
    _note_people(actor, submission, entry, is_new=False)
    history.note_update(actor=actor, entry=entry, edition=submission.call.edition)
    return entry


def _with_number(number: str) -> Entry | None:
    """The entry of a number, or of one under which it was known before; of one that was merged, the one it became part of."""
    found = queries.with_number(Entry.objects.all(), number).first()
    if found is None:
        found = Entry.objects.filter(other_numbers__number=number[:60]).first() if "\x00" not in number else None
    return found.merged_into if found is not None and found.merged_into is not None else found


def _updated(submission: Submission, answers: Answers, base: EntryDraft, media: list[MediaDraft]) -> EntryDraft:
    source = source_of(submission)
    draft = submitted.draft_from(answers, base, media=list({each.file: each for each in media}.values()))
    if source not in base.source.split(" ; "):
        draft = replace(draft, source=" ; ".join(filter(None, (base.source, source))))
    return draft


def _note_website(actor: Actor, answers: Answers) -> None:
    """An organisation that is new here is known with its website."""
    body = answers.organisation()
    if body is not None and body.website and len(body.website) <= _LONGEST_WEBSITE:
        ensure_organisation(actor=actor, name=body.name, country=body.country, stakeholder_type=body.stakeholder_type, website=body.website)


def _note_people(actor: Actor, submission: Submission, entry: Entry, *, is_new: bool) -> None:
    """Whom the secretariat can ask, which nobody else reads; and who speaks for the entry.

    That is who added it, with those who joined them. Bringing an entry up to date gives no right to it: for that there are
    claims, with proof.
    """
    private = Answers(submission, private=True)
    person = private.person("contact")
    email = (person.email if person else "") or private.line("contact-email")
    if person is not None or email or "contact-phone" in private:
        name = person.name if person else ""
        contacts.change_contact(actor=actor, entry=entry, name=name[:200], email=email, phone=private.line("contact-phone")[:60])
    if is_new:
        for user in filter(None, (submission.owner, *submission.members.all())):
            if user.is_active:
                ownership.own(actor=actor, entry=entry, user=user, reason=source_of(submission))


def _media(answers: Answers, entry: Entry | None = None) -> list[MediaDraft]:
    """The files that were handed in, as copies for the public. entry: whose copies are taken again where they are the same."""
    there = {each.file.sha256: each.file for each in entry.media.select_related("file")} if entry is not None else {}
    return submitted.media_drafts(answers, [str(_copy(each, there).pk) for each in submitted.files_of(answers)])


def _copy(file: StoredFile, there: Mapping[str, StoredFile]) -> StoredFile:
    if file.kind in IMAGE_KINDS:
        made = public_copy(actor=SYSTEM, file=file)
        if made.sha256 in there:
            files.delete(actor=SYSTEM, file=made, reason="the same copy is shown already")
    elif file.sha256 not in there:
        with file.file.open("rb") as opened:
            made = files.store(actor=SYSTEM, upload=ContentFile(opened.read(), name=file.name), limits=DOCUMENT, is_public=True)
    else:
        made = file
    return there.get(made.sha256, made)


# ---- looking before accepting ---------------------------------------------------------------------------------------


def difference_of(submission: Submission) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The entry that a submission brings news of, as it stands and as it would be; None where it is no update, or of nothing.

    Nothing is written. Files that were handed in stand under their own keys: their copies are made when it is accepted.
    """
    number = _number(Answers(submission, private=True).line(UPDATES))
    answers = Answers(submission)
    entry = _with_number(number) if number else None
    try:
        if not number and "title" in answers:
            entry = _same_project(submitted.draft_from(answers, _blank(submission)))
        if entry is None or submission.results.filter(intake=CODE, retracted_at=None).exists():
            return None
        base = actions.current_draft(entry)
        shown = submitted.media_drafts(answers, [str(each.pk) for each in submitted.files_of(answers)])
        draft = _updated(submission, answers, base, [*base.media, *shown])
    except Conflict:
        return None  # an answer names what is not in a vocabulary any more; accepting it says so
    return actions.snapshot(entry), actions.snapshot_of(draft, entry)


# ---- taking it back -------------------------------------------------------------------------------------------------


def retract(actor: Actor, result: IntakeResult) -> None:
    """Withdraw the entry that a submission became, unless another accepted one rests on it; of one that it updated, take back what it changed."""
    entry = Entry.objects.filter(number=result.key).first()
    if entry is None:
        return
    others = IntakeResult.objects.filter(kind=result.kind, key=result.key, retracted_at=None).exclude(pk=result.pk)
    if entry.source_id != result.submission.reference:
        _revert(actor, entry, result.submission)
        edition = result.submission.call.edition
        if not any(
            each.submission.reference != entry.source_id
            for each in others.filter(submission__call__edition=edition).select_related("submission__call__edition")
        ):
            history.forget_update(actor=actor, entry=entry, edition=edition)
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


register(Intake(CODE, gettext_lazy("Stocktaking entry"), accept, retract, reads=submitted.READS, shows=shows, hides=hides))


# ---- from an entry to a submission ----------------------------------------------------------------------------------


def answers_of(actor: Actor, number: str) -> Mapping[str, Any] | None:
    """What a public entry answers, by role; None where the public knows of no such entry. Its contact only who owns it is given."""
    entry = queries.whole(queries.with_number(queries.public_entries(), number)).prefetch_related("collections").first()
    if entry is None:
        return None
    owns = isinstance(actor, User) and entry.ownerships.filter(user=actor).exists()
    return submitted.answers_from(entry, with_contact=owns)


register_source(Source("entry", gettext_lazy("Stocktaking entry"), answers_of))
