"""Submitting, withdrawing and reopening; and entering what came on paper."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plenary.engines.calls.actions.common import KIND, State, locked, move, require_latest, set_return_aside, take_return_up, tell
from plenary.engines.calls.actions.drafts import invite, start_draft
from plenary.engines.calls.events import SubmissionReceived
from plenary.engines.calls.form.checking import Checked, check, problem_key
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.form.fields import CATEGORY, COUNTRY, FOCAL_POINT, ORGANISATION, TITLE
from plenary.engines.calls.form.lookups import Attached, Lookups, concepts_of
from plenary.engines.calls.form.values import Wrong, mail_address
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.engines.calls.models.submissions import STANDING
from plenary.engines.calls.queries import form_to_answer, written_for
from plenary.engines.calls.windows import window_for
from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import keep_version
from plenary.ground.audit.actors import SYSTEM, Actor, may, require
from plenary.ground.audit.events import emit
from plenary.ground.framework.models import Concept
from plenary.ground.messages.actions import readdress
from plenary.ground.people.addresses import is_mail_address
from plenary.ground.people.models import User
from plenary.ground.people.names import fold


def lookups_for(submission: Submission | None, definition: Definition) -> Lookups:
    """What checking a submission's answers needs to know."""
    files: dict[str, Attached] = {}
    if submission is not None and any(field.kind in ("file", "image") for field in definition):
        for each in submission.attachments.filter(file__deleted_at=None).select_related("file"):
            file = each.file
            files[str(file.pk)] = Attached(str(file.pk), each.field, file.name, file.kind, file.size, file.width, file.height)
    return Lookups(concepts_of(definition.schemes), files)


def check_answers(submission: Submission, form: FormVersion, answers: Mapping[str, Any]) -> Checked:
    """What holds of the answers to the form in force; answers to fields it no longer has do not count."""
    definition = form.form
    asked_for = {code: answer for code, answer in answers.items() if code in definition.by_code}
    return check(definition, asked_for, lookups_for(submission, definition), languages=tuple(submission.call.languages))


@transaction.atomic
def submit(*, actor: Actor, submission: Submission, email: str = "", revision: int | None = None) -> Submission:
    """Hand a draft in, or the changes to what was handed in before.

    email: of a contributor without an account, for calls that take those. revision: for programs, the one that they saw.
    Raises: Invalid with the problems of all fields; WrongAddress where email is none; Conflict where the call is closed, to the
    second, or a limit is reached; Stale; NotAllowed.
    """
    # Whoever else submits to this call waits here: numbers and limits are counted under this lock.
    call = Call.objects.select_for_update(of=("self",)).select_related("edition").get(pk=submission.call_id)
    submission = locked(submission)
    require(actor, "calls.write_answers", submission)
    require_latest(submission, revision)
    by_staff = may(actor, "calls.decide", submission)
    is_own_account = isinstance(actor, User)
    if not by_staff and not is_own_account and call.audience != Call.Audience.ANYONE:
        raise Conflict(_("Confirm your e-mail address first: sign in, and submit then."))
    if submission.deleted_at is not None:
        raise Conflict(_("This draft was thrown away. Bring it back first."))
    if not by_staff and not window_for(submission).is_open:
        raise Conflict(_("This call is closed. What you wrote is kept; ask the secretariat if you may hand it in late."))
    if submission.draft is None and submission.number:
        raise Conflict(_("There are no changes to submit."))
    form = form_to_answer(submission)
    checked = check_answers(submission, form, written_for(submission, form))
    if not checked.holds:
        raise Invalid(checked.problems)
    if not is_own_account and not by_staff and needs_address(submission):
        submission.email = _address(email)
        if not submission.email:
            raise WrongAddress({"email": [_("Give an e-mail address for the receipt.")]})
    before = submission.answers if submission.number else None
    submission.answers, submission.draft, submission.form = checked.answers, None, form
    submission.begun_with = submission.drafted_with = None
    read_roles(submission, form.form)
    check_stakeholder(call, submission, form.form)
    _check_limits(call, submission)
    state_before = move(submission, "submitted")
    now = timezone.now()
    submission.submitted_at = submission.submitted_at or now
    submission.saved_at = now
    submission.editable_until, submission.message = None, ""
    if submission.number is None:
        last = Submission.objects.filter(call=call).exclude(number=None).order_by("-number").values_list("number", flat=True).first()
        submission.number = (last or 0) + 1
    submission.save()
    keep_version(actor=actor, kind=KIND, key=str(submission.pk), snapshot=snapshot(submission))
    tell(actor, submission, "submitted", before={"state": state_before, "answers": before}, after={"state": submission.state, "answers": submission.answers})
    emit(SubmissionReceived(actor_id=actor.trail_id, call=str(call), submission=str(submission.pk), verb="submitted"))
    return submission


class WrongAddress(Invalid):
    """The address of a contributor without an account is none; at ``email``, which may be the code of a field too."""


def _address(email: str) -> str:
    """An address to which mail can be sent, or none at all. Raises: WrongAddress."""
    try:
        return mail_address(email) if email.strip() else ""
    except Wrong as wrong:
        raise WrongAddress({"email": wrong.sentences}) from wrong


def needs_address(submission: Submission) -> bool:
    """Whether a submission without an account has no address yet to which mail can be sent."""
    return submission.owner_id is None and not is_mail_address(submission.email)


def snapshot(submission: Submission) -> dict[str, Any]:
    """The whole of a submission as its version."""
    return {"form": submission.form.number, "state": submission.state, "answers": submission.answers}


def read_roles(submission: Submission, form: Definition, countries: Mapping[str, Concept] | None = None) -> None:
    """Set what lists and limits read from the answers. countries: by code, where many submissions are read."""
    answers = submission.answers

    def role(name: str) -> Any:
        field = form.by_role.get(name)
        return answers.get(field.code) if field else None

    submission.title = (_one_text(role(TITLE)) or _one_text(role("person")))[:300]  # of a nomination, who is named
    category = role(CATEGORY)
    submission.category = str(category[0] if isinstance(category, list) and category else category or "")[:60]
    organisation = role(ORGANISATION)
    body = organisation if isinstance(organisation, dict) else {"name": organisation or ""}
    submission.organisation = str(body.get("name", ""))[:300]
    country = role(COUNTRY)
    code = str(country[0] if isinstance(country, list) and country else country or body.get("country", "") or "")
    if countries is None:
        submission.country = Concept.objects.filter(scheme__code="countries", code=code).first() if code else None
    else:
        submission.country = countries.get(code)
    folded = fold(submission.organisation)
    submission.organisation_key = f"{folded}|{body.get('country', '') or code}"[:320] if folded else ""
    submission.shared_with_focal_point = role(FOCAL_POINT) is True
    same = f"{fold(submission.title)}|{folded}"
    submission.fingerprint = hashlib.blake2b(same.encode(), digest_size=16).hexdigest() if submission.title else ""


def _one_text(answer: Any) -> str:
    if isinstance(answer, dict):
        return str(answer.get("en") or next(iter(answer.values()), ""))
    return str(answer or "")


def check_stakeholder(call: Call, submission: Submission, form: Definition) -> None:
    """Raises: Invalid where the call is for others."""
    if not call.stakeholder_types:
        return
    field = form.by_role.get("stakeholder-type")
    place = field.code if field else ""
    given = submission.answers.get(field.code) if field else None
    organisation = form.by_role.get(ORGANISATION)
    if given is None and organisation is not None:
        body = submission.answers.get(organisation.code)
        given = body.get("stakeholder_type") if isinstance(body, dict) else None
        place = problem_key(organisation.code, "stakeholder_type")
    person = submission.owner.person if submission.owner else None
    if given is None and person is not None and person.stakeholder_type is not None:
        given = person.stakeholder_type.code
    if given not in call.stakeholder_types:
        labels = Concept.objects.filter(scheme__code="stakeholder-types", code__in=call.stakeholder_types).order_by("position")
        names = ", ".join(str(each.label) for each in labels)
        raise Invalid({place: [_("This call is for: %(names)s. Say to which of them you belong.") % {"names": names}]})


def _check_limits(call: Call, submission: Submission) -> None:
    others = Submission.objects.filter(call=call, state__in=STANDING).exclude(pk=submission.pk)
    if call.per_person and (own := _of_same_person(submission)) is not None and others.filter(own).count() >= call.per_person:
        raise Conflict(per_person_in_words(call) if submission.owner_id else per_address_in_words(call))
    if not submission.organisation_key:
        return
    same = others.filter(organisation_key=submission.organisation_key)
    if call.per_organisation and same.count() >= call.per_organisation:
        raise Conflict(per_organisation_in_words(call))
    most = call.per_organisation_and_category
    if most and submission.category and same.filter(category=submission.category).count() >= most:
        raise Conflict(per_category_in_words(call))


def _of_same_person(submission: Submission) -> Q | None:
    """Submissions of the one who hands this one in: by account, and by address where there is none; None where nobody is known."""
    address = submission.owner.email if submission.owner else submission.email
    same = Q(owner=None, email__iexact=address) | Q(owner__email__iexact=address) if address else None
    if submission.owner_id is None:
        return same
    return Q(owner=submission.owner_id) | same if same is not None else Q(owner=submission.owner_id)


def per_person_in_words(call: Call) -> str:
    """The limit for a person."""
    most = call.per_person or 0
    return ngettext("This call takes %(n)s submission from one person.", "This call takes %(n)s submissions from one person.", most) % {"n": most}


def per_address_in_words(call: Call) -> str:
    """The limit for a person, where only an address tells who that is."""
    most = call.per_person or 0
    return ngettext(
        "This call takes %(n)s submission from one person, and it has that from this e-mail address.",
        "This call takes %(n)s submissions from one person, and it has those from this e-mail address.",
        most,
    ) % {"n": most}


def per_organisation_in_words(call: Call) -> str:
    """The limit for an organisation."""
    most = call.per_organisation or 0
    return ngettext("This call takes %(n)s submission from one organisation.", "This call takes %(n)s submissions from one organisation.", most) % {"n": most}


def per_category_in_words(call: Call) -> str:
    """The limit for an organisation in a category."""
    most = call.per_organisation_and_category or 0
    return ngettext(
        "This call takes %(n)s submission from one organisation in one category.",
        "This call takes %(n)s submissions from one organisation in one category.",
        most,
    ) % {"n": most}


@transaction.atomic
def withdraw(*, actor: Actor, submission: Submission, reason: str = "", revision: int | None = None) -> Submission:
    """Take back what was submitted; it stays on record, and can come again while the call is open."""
    submission = locked(submission)
    require(actor, "calls.withdraw", submission)
    require_latest(submission, revision)
    before = move(submission, "withdrawn")
    set_return_aside(submission, before)
    submission.save(update_fields=["state", "message", "editable_until", "set_aside", "revision"])
    tell(actor, submission, "withdrawn", before={"state": before}, after={"state": submission.state}, reason=reason)
    return submission


@transaction.atomic
def reopen(*, actor: Actor, submission: Submission, revision: int | None = None) -> Submission:
    """Put back what was withdrawn, as it was: also as returned for changes, with its message and until when it must come again.

    Raises: Conflict where the call, or that time, is over, unless staff does it, or where a limit is reached.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("edition").get(pk=submission.call_id)
    submission = locked(submission)
    require(actor, "calls.withdraw", submission)
    require_latest(submission, revision)
    if not may(actor, "calls.decide", submission) and not window_for(submission).is_open:
        was_returned = submission.set_aside is not None
        raise Conflict(_("The time to change it is over; ask the secretariat.") if was_returned else _("This call is closed; ask the secretariat."))
    before = move(submission, "reopened")
    if submission.set_aside is not None:
        submission.state = State.RETURNED
        take_return_up(submission)
    _check_limits(call, submission)
    submission.save(update_fields=["state", "message", "editable_until", "set_aside", "revision"])
    tell(actor, submission, "reopened", before={"state": before}, after={"state": submission.state})
    return submission


@transaction.atomic
def enter_for(
    *, actor: Actor, call: Call, answers: Mapping[str, Any], origin: str, email: str = "", language: str = "en", draft_only: bool = False
) -> Submission:
    """Enter a submission for somebody who sent it on paper or by mail, marked so.

    email: where the receipt goes. draft_only: keep it to be finished. Raises: Invalid, Conflict, NotAllowed.
    """
    require(actor, "calls.decide", call)
    address = _address(email)
    submission, _secret = start_draft(actor=actor, call=call, answers=answers, language=language, origin=origin)
    submission.owner, submission.entered_by, submission.email = None, actor.trail_id, address
    submission.secret = ""
    submission.save(update_fields=["owner", "entered_by", "email", "secret"])
    return submission if draft_only else submit(actor=actor, submission=submission)


@transaction.atomic
def correct_email(*, actor: Actor, submission: Submission, email: str) -> Submission:
    """Put right to whom a submission belongs that staff entered. Mails that wait go there, and a receipt anew where it was handed in.

    email: empty for none. Raises: Invalid for what is no address; Conflict where an account stands behind it; NotAllowed.
    """
    submission = locked(submission)
    require(actor, "calls.decide", submission)
    if not submission.is_entered or submission.members.exists():
        raise Conflict(_("The address is that of the account to which this submission belongs."))
    email = _address(email)
    before = submission.email
    if email == before:
        return submission
    submission.email = email
    submission.save(update_fields=["email"])
    if before and email:
        readdress(actor=SYSTEM, about=(KIND, str(submission.pk)), before=before, to=email)
    tell(actor, submission, "corrected address", before={"email": before}, after={"email": email})
    return submission


def send_invitations(submission: Submission) -> None:
    """Ask by mail those to join whom the answers name for it, each once."""
    submission = Submission.objects.select_related("call__edition", "form", "owner", "late").get(pk=submission.pk)
    asked_before = set(submission.invitations.values_list("email", flat=True))
    own = {submission.email.lower(), submission.owner.email.lower() if submission.owner else ""}
    for field in submission.form.form:
        answer = submission.answers.get(field.code)
        if field.kind != "person" or not field.invite or not isinstance(answer, dict):
            continue
        address = str(answer.get("email", "")).lower()
        if address and address not in asked_before | own:
            asked_before.add(address)
            invite(actor=SYSTEM, submission=submission, email=address)
