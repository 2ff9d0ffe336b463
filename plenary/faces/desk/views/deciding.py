"""Working on one submission on its own page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from plenary.engines.calls import actions, intakes
from plenary.engines.calls.actions.common import KIND, TRANSITIONS
from plenary.engines.calls.actions.deciding import DECLINED
from plenary.engines.calls.actions.records import Touched, changed_since, touched_at_stake
from plenary.engines.calls.form.fields import ORGANISATION, TITLE
from plenary.engines.calls.mails import OF_DECISIONS
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.queries import duplicates_of, readable, submission_for
from plenary.engines.calls.queries.selection import Selection, Sight, decision_in_words, place_of, sight_of, staff_of
from plenary.engines.calls.windows import window_for
from plenary.errors import Conflict, Invalid
from plenary.faces.desk import trails
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.answers import answers_in_words, compared, versions_in_words
from plenary.faces.desk.forms.mails import leaving_of
from plenary.faces.desk.forms.submissions import (
    AddressForm,
    AssignForm,
    DecideForm,
    NoteForm,
    OneForm,
    PlainForm,
    ReasonForm,
    ReturnForm,
    TagsForm,
    UndoForm,
    decision_choices,
)
from plenary.faces.desk.views.submissions import list_path, show_submissions
from plenary.ground.audit.actors import may, require
from plenary.ground.audit.queries import trail_of
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.messages.queries import about
from plenary.ground.messages.sending import held_among
from plenary.ground.people.models import User
from plenary.ground.web.panels import panels_for
from plenary.ground.web.query import read_query

State = Submission.State
#: Lines of the trail on a submission's page.
LATEST = 50


class OneQuery(Selection):
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that staff do on a submission's page. run: does it, and gives the sentence that says so."""

    form: Any
    run: Callable[[User, Submission, Any], str]


def submission_at_desk(request: DeskRequest, key: uuid.UUID, permission: str = "calls.view_submissions") -> Submission:
    """The one gate to a submission at the desk. Raises: Http404 for those who may not see it, also where it is their own."""
    try:
        found = submission_for(request.user, key)
    except Submission.DoesNotExist as error:
        raise Http404 from error
    if not may(request.user, "calls.view_submissions", found):
        raise Http404
    require(request.user, permission, found)
    return found


@desk_page()
@require_http_methods(["GET", "POST"])
def submission(request: DeskRequest, key: uuid.UUID) -> HttpResponse:
    """All of one submission, and everything that can be done with it."""
    found = submission_at_desk(request, key)
    asked = read_query(request, OneQuery)
    sight = sight_of(request.user, found.call)
    staff = list(staff_of(found.call)) if sight.decides else []
    verb = request.POST.get("verb", "") if request.method == "POST" else ""
    verbs = _verbs(request, found, staff, verb) if sight.decides else {}
    status = 200
    if request.method == "POST":
        require(request.user, "calls.decide", found)
        if verb not in verbs:
            messages.error(request, _("This cannot be done now: the submission has changed meanwhile."))
            return redirect(request.get_full_path())
        form, run = verbs[verb].form, verbs[verb].run
        status = 400
        if form.is_valid():
            try:
                sentence = run(request.user, found, form)
            except (Invalid, Conflict) as error:
                form.take_in(error)
                status = 409
            else:
                messages.success(request, sentence)
                return redirect(request.get_full_path())
        found = submission_at_desk(request, key)
    return _page(request, found, sight, asked, verbs, verb, status)


def _page(request: DeskRequest, found: Submission, sight: Sight, asked: OneQuery, verbs: dict[str, Verb], verb: str, status: int) -> HttpResponse:
    user, call = request.user, found.call
    place = place_of(user, sight, asked, found.pk)
    reads = readable(user, found)
    query = asked.query()
    title = found.title if reads and found.title and TITLE not in sight.hidden_roles else found.reference
    decisions = list(found.decisions.all())
    standing = [each for each in decisions if each.undone_at is None]
    results = list(found.results.order_by("created_at"))
    for each in results:
        each.submission = found
    touched = {each.result.pk: each for each in changed_since([each for each in results if each.retracted_at is None])} if sight.decides else {}
    names = _names(decisions, found, {each.actor_id for each in touched.values()})
    return show_submissions(
        request,
        "desk/submission.html",
        call,
        (title, ""),
        status=status,
        submission=found,
        title=title,
        asked=asked,
        query=query,
        back=list_path(call.edition.code, call.slug, query),
        place=place,
        previous=_path(place.before, query),
        following=_path(place.after, query),
        reads=reads,
        panels=panels_for("submission", found, request) if reads else [],
        parts=answers_in_words(found, sight.hidden) if reads else [],
        is_being_changed=bool(found.number) and found.draft is not None,
        window=window_for(found),
        members=list(found.members.select_related("person")) if reads else [],
        may_see_people=may(user, "people.view_people"),
        decisions=[(each, decision_in_words(each.code), names.get(each.actor_id, "")) for each in reversed(decisions)],
        latest_decision=standing[-1] if standing else None,
        results=[_result(user, each, touched.get(each.pk), names) for each in results],
        undoing_asks=bool(standing and touched and touched_at_stake(found, standing[-1].code)) and standing[-1].code != DECLINED,
        duplicates=list(duplicates_of(found)[:20]),
        sees_titles=not {TITLE, ORGANISATION} & sight.hidden_roles,
        notes=list(found.notes.select_related("author__person")),
        tags=[each.name for each in found.tags.all()],
        entered_by=names.get(found.entered_by, ""),
        versions=versions_in_words(found) if reads else [],
        comparison=compared(found, asked.before, asked.after, sight.hidden) if reads and asked.before and asked.after else None,
        mails=list(about(KIND, str(found.pk))[:20]) if sight.decides else [],
        may_see_outbox=may(user, "outgoing.view", found),
        lines=_trail(request, found, sight) if may(user, "audit.view_trail", found) else None,
        forms={name: each.form for name, each in verbs.items()},
        verb=verb,
        sight=sight,
        may_edit=sight.decides and bool(found.entered_by) and not found.number and found.deleted_at is None,
    )


def _path(key: uuid.UUID | None, query: str) -> str:
    if key is None:
        return ""
    path = reverse("desk:submission", args=[key])
    return f"{path}?{query}" if query else path


def _names(decisions: list[Any], found: Submission, others: set[str]) -> dict[str, str]:
    from plenary.ground.people.queries import names_of

    return {"system": _("The platform itself"), **names_of({each.actor_id for each in decisions} | {found.entered_by} | others)}


def _result(user: User, result: IntakeResult, touched: Touched | None, names: dict[str, str]) -> dict[str, Any]:
    """A record that the submission became: what it is, whether its page can be opened, and who has changed it since."""
    return {
        "result": result,
        "words": _intake_in_words(result.intake),
        "is_open": _shows(user, result),
        "touched": touched,
        "who": names.get(touched.actor_id, "") if touched else "",
    }


def _intake_in_words(code: str) -> str:
    intake = intakes.find(code)
    return str(intake.label) if intake else code


def _shows(user: User, result: IntakeResult) -> bool:
    """Whether the record has a page that this user may open."""
    intake = intakes.find(result.intake)
    shows = intake.shows if intake else None
    return bool(result.path) and result.retracted_at is None and (shows is None or shows(user, result))


def _trail(request: DeskRequest, found: Submission, sight: Sight) -> list[trails.DeskLine]:
    """What happened to it; the answers themselves stand in the versions, field by field."""
    lines = trails.in_words(trail_of(KIND, str(found.pk))[:LATEST], request.user)
    return [
        replace(each, private=not sight.decides, line=replace(each.line, changes=[change for change in each.line.changes if change.field != "answers"]))
        for each in lines
    ]


def _verbs(request: DeskRequest, found: Submission, staff: list[User], verb: str) -> dict[str, Verb]:
    """What can be done with the submission as it stands, each with its form; that of the posted verb holds what was typed."""

    def data(name: str) -> Any:
        return request.POST if name == verb else None

    verbs: dict[str, Verb] = {}
    standing = [each.code for each in found.decisions.filter(undone_at=None)]
    choices = _possible_decisions(found, standing)
    if choices:
        asks = bool(standing and touched_at_stake(found))
        verbs["decide"] = Verb(DecideForm(data("decide"), prefix="decide", choices=choices, asks=asks, initial={"decision": choices[0][0]}), _decide)
    if found.state in TRANSITIONS["returned"][0]:
        verbs["return"] = Verb(ReturnForm(data("return"), prefix="return", zone=found.call.edition.zone), _return)
    waits = held_among((*OF_DECISIONS, "calls-returned"), found.call.scope)
    for name, field, kinds in (("decide", "notify", set(OF_DECISIONS)), ("return", "message", {"calls-returned"})):
        if name in verbs:
            verbs[name].form.fields[field].help_text = leaving_of(kinds, waits)
    if found.state in TRANSITIONS["withdrawn"][0]:
        verbs["withdraw"] = Verb(ReasonForm(data("withdraw"), prefix="withdraw"), _withdraw)
    if found.state in TRANSITIONS["reopened"][0]:
        verbs["reopen"] = Verb(PlainForm(data("reopen"), prefix="reopen"), _reopen)
    if found.deleted_at is not None:
        verbs["restore"] = Verb(PlainForm(data("restore"), prefix="restore"), _restore)
    if standing:
        verbs["undo"] = Verb(UndoForm(data("undo"), prefix="undo"), _undo)
    if found.is_entered and not found.members.exists():
        verbs["address"] = Verb(AddressForm(data("address"), prefix="address", initial={"email": found.email}), _correct_address)
    names = ", ".join(each.name for each in found.tags.all())
    verbs["assign"] = Verb(AssignForm(data("assign"), prefix="assign", staff=staff, initial={"to": str(found.assignee_id or "-")}), _assign)
    verbs["tags"] = Verb(TagsForm(data("tags"), prefix="tags", initial={"names": names}), _tags)
    verbs["note"] = Verb(NoteForm(data("note"), prefix="note"), _note)
    verbs["unnote"] = Verb(OneForm(data("unnote"), prefix="unnote"), _unnote)
    return verbs


def _possible_decisions(found: Submission, standing: list[str]) -> list[tuple[str, str]]:
    """The next decision of the call and the refusal, as far as its state allows."""
    if found.state not in TRANSITIONS["accepted"][0] or DECLINED in standing:
        return []
    following = next((code for code in found.call.decisions if code not in standing), None)
    return [(code, label) for code, label in decision_choices(found.call) if code in (following, DECLINED)]


def _latest_mail(found: Submission) -> int:
    return about(KIND, str(found.pk)).values_list("pk", flat=True).first() or 0


def _mail_in_words(found: Submission, before: int) -> str:
    """What became of the mails that were written since; what they tell of stands in any case."""
    made = list(about(KIND, str(found.pk)).filter(pk__gt=before))
    failed = ", ".join(each.to for each in made if each.state == OutboxMessage.State.FAILED)
    if failed:
        return _("But no mail could be made to “%(to)s”, which is not an e-mail address. It stands in the outbox, where it can be corrected.") % {"to": failed}
    if not made:
        return _("No mail was written, since no address is known.")
    if any(each.state == OutboxMessage.State.HELD for each in made):
        return _("The mail waits in the outbox.")
    return _("The mail is on its way.")


def _decide(actor: User, found: Submission, form: DecideForm) -> str:
    given, before = form.cleaned_data, _latest_mail(found)
    actions.decide(
        actor=actor, submission=found, code=given["decision"], message=given["message"], notify=given["notify"],
        changed_too=given.get("changed_too", False),
    )  # fmt: skip
    words = _("Decided: %(decision)s.") % {"decision": decision_in_words(given["decision"])}
    return f"{words} {_mail_in_words(found, before)}" if given["notify"] else words


def _return(actor: User, found: Submission, form: ReturnForm) -> str:
    before = _latest_mail(found)
    actions.return_for_changes(actor=actor, submission=found, message=form.cleaned_data["message"], until=form.cleaned_data["until"])
    returned = _("The submission is returned.")
    return f"{returned} {_mail_in_words(found, before)}"


def _withdraw(actor: User, found: Submission, form: ReasonForm) -> str:
    actions.withdraw(actor=actor, submission=found, reason=form.cleaned_data["reason"])
    return _("The submission is withdrawn.")


def _reopen(actor: User, found: Submission, form: PlainForm) -> str:
    actions.reopen(actor=actor, submission=found)
    return _("The submission is back.")


def _restore(actor: User, found: Submission, form: PlainForm) -> str:
    actions.restore_draft(actor=actor, submission=found)
    return _("The draft is back; its contributor can go on with it.")


def _correct_address(actor: User, found: Submission, form: AddressForm) -> str:
    actions.correct_email(actor=actor, submission=found, email=form.cleaned_data["email"])
    return _("The address is put right.")


def _undo(actor: User, found: Submission, form: UndoForm) -> str:
    decision = found.decisions.filter(pk=form.cleaned_data["key"]).first()
    if decision is None:
        raise Conflict(_("This decision is not here any more."))
    actions.undo_decision(actor=actor, decision=decision, changed_too=form.cleaned_data["changed_too"])
    return _("The decision is undone.")


def _assign(actor: User, found: Submission, form: AssignForm) -> str:
    to = form.chosen()
    actions.assign(actor=actor, submission=found, to=to)
    return _("%(name)s looks after it now.") % {"name": to} if to else _("Nobody looks after it now.")


def _tags(actor: User, found: Submission, form: TagsForm) -> str:
    actions.set_tags(actor=actor, submission=found, names=form.listed())
    return _("The tags are kept.")


def _note(actor: User, found: Submission, form: NoteForm) -> str:
    actions.add_note(actor=actor, submission=found, text=form.cleaned_data["text"])
    return _("The note is kept; only staff read it.")


def _unnote(actor: User, found: Submission, form: OneForm) -> str:
    note = found.notes.filter(pk=form.cleaned_data["key"]).first()
    if note is not None:
        actions.remove_note(actor=actor, note=note)
    return _("The note is gone.")
