"""Accepted submissions become proposals of sessions and facilitators of the High-Level Track."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.intakes import Intake, Made, register, standing_decisions
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.naming import person_of
from plenary.engines.calls.reading import Answers, former, page_at, rewritten, source_of, taken_back
from plenary.errors import Conflict
from plenary.ground.audit.actors import Actor, may, require
from plenary.ground.framework.models import Concept
from plenary.ground.people.actions import ensure_organisation
from plenary.programmes.forum import actions, queries
from plenary.programmes.forum.actions import FACILITATOR_KIND, FacilitatorValues
from plenary.programmes.forum.models import Facilitator, Session

SESSION, FACILITATOR = "forum.session", "forum.facilitator"
SESSION_KIND = "forum.session"  # in the trail
_LONGEST_HOSTS = 500


# ---- sessions -------------------------------------------------------------------------------------------------------


def propose(actor: Actor, submission: Submission) -> Made:
    """Make a session of the submission that only the secretariat sees, until it goes into the programme."""
    edition = submission.call.edition
    require(actor, "forum.edit", edition)
    result = former(submission, SESSION)
    session = _session(result) if result else None
    if result is None or session is None:
        session = actions.add_session(actor=actor, edition=edition, **_proposal(submission, actor))
    else:
        if rewritten(submission, result):
            session = actions.edit_session(actor=actor, session=session, reason=source_of(submission), **_proposal(submission, actor))
        if session.state == Session.State.WITHDRAWN:
            session = actions.change_state(actor=actor, session=session, state=Session.State.DRAFT, reason=source_of(submission))
    return Made(SESSION_KIND, str(session), page_at("forum:session", edition.code, session.number))


def _proposal(submission: Submission, actor: Actor) -> dict[str, Any]:
    """What the answers say of a session: its fields, what it is about, who holds it."""
    answers = Answers(submission)
    answers.need("title")
    body = answers.organisation()
    kind = answers.concept("kind", "session-types")
    about: list[Concept] = [*answers.concepts("action-lines", "action-lines"), *answers.concepts("action-line", "action-lines")]
    about += [*answers.concepts("sdgs", "sdgs", "sdg-targets"), *answers.concepts("themes", "themes")]
    values = {
        "title": answers.text("title"),
        "summary": answers.text("summary"),
        "description": answers.text("description"),
        "kind": kind,
        "languages": answers.values("languages") or answers.values("language"),
        "hosts": (answers.line("organisers") or (body.name if body else ""))[:_LONGEST_HOSTS],
        "link": answers.line("website"),
        "source": source_of(submission),
    }
    organisers = []
    if body is not None:
        organisers = [ensure_organisation(actor=actor, name=body.name, country=body.country, stakeholder_type=body.stakeholder_type)]
    return {"values": values, "concepts": about, "organisers": organisers}


def _session(result: IntakeResult) -> Session | None:
    edition, _slash, number = result.key.partition("/")
    return Session.objects.select_related("edition").filter(edition__code=edition, number=number).first()


def take_back_session(actor: Actor, result: IntakeResult) -> None:
    """Withdraw the proposal. Raises: Conflict where it is in the programme by now."""
    session = _session(result)
    if session is None or session.state == Session.State.WITHDRAWN:
        return
    if session.state != Session.State.DRAFT:
        raise Conflict(_("The session %(number)s is in the programme. Make it a draft first; then it can be taken back.") % {"number": session.number})
    actions.change_state(actor=actor, session=session, state=Session.State.WITHDRAWN, reason=taken_back(result.submission))


def hides_session(result: IntakeResult) -> bool:
    """Whether taking it back withdraws the session."""
    session = _session(result)
    return session is not None and session.state != Session.State.WITHDRAWN


def shows_session(actor: Actor, result: IntakeResult) -> bool:
    """Whether the actor sees the session's page."""
    session = _session(result)
    return session is not None and (queries.visible().filter(pk=session.pk).exists() or may(actor, "forum.edit", session))


# ---- facilitators ---------------------------------------------------------------------------------------------------


def facilitate(actor: Actor, submission: Submission) -> Made:
    """Propose somebody as a facilitator, or select them where the last of the call's decisions was made."""
    edition = submission.call.edition
    require(actor, "forum.edit", edition)
    result = former(submission, FACILITATOR)
    known = _facilitator(result) if result else None
    state = _state(submission)
    if result is None or known is None:
        known = actions.add_facilitator(actor=actor, edition=edition, values=_facilitator_values(submission), state=state)
    else:
        if rewritten(submission, result):
            known = actions.change_facilitator(actor=actor, facilitator=known, values=_facilitator_values(submission))
        if known.state != state:
            known = actions.select_facilitator(actor=actor, facilitator=known, state=state)
    return Made(FACILITATOR_KIND, str(known), f"{page_at('forum:programme', edition.code)}#facilitators")


def _state(submission: Submission) -> str:
    named = [each["decision"] for each in submission.call.intakes if each["intake"] == FACILITATOR]
    return Facilitator.State.SELECTED if named[-1] in standing_decisions(submission, FACILITATOR) else Facilitator.State.PROPOSED


def _facilitator_values(submission: Submission) -> FacilitatorValues:
    answers = Answers(submission)
    human, kind = answers.person("person"), answers.stakeholder_type()
    country = answers.concept("country", "countries")
    if human is not None:
        person = person_of(submission, human, country)
    elif submission.owner is not None and submission.owner.person is not None:
        person = submission.owner.person
    else:
        raise Conflict(_("No answer that the public may read says who is to be the facilitator. Mend the call’s form or the answers."))
    body = answers.organisation()
    return FacilitatorValues(
        person=person,
        post=answers.line("post") or (human.post if human else ""),
        organisation=(body.name if body else "") or (human.organisation if human else ""),
        stakeholder_type=kind,
        portrait=answers.file("portrait") if "portrait" in answers else None,
    )


def _facilitator(result: IntakeResult) -> Facilitator | None:
    edition, _slash, number = result.key.partition("/")
    return Facilitator.objects.select_related("edition").filter(edition__code=edition, number=int(number)).first()


def follow_decisions(actor: Actor, result: IntakeResult) -> None:
    """Selected after having been proposed, or only proposed again."""
    known, state = _facilitator(result), _state(result.submission)
    if known is not None and known.state not in (state, Facilitator.State.WITHDRAWN):
        actions.select_facilitator(actor=actor, facilitator=known, state=state)


def hides_facilitator(result: IntakeResult) -> bool:
    """Whether taking it back takes them off the list."""
    known = _facilitator(result)
    return known is not None and known.state != Facilitator.State.WITHDRAWN


def take_back_facilitator(actor: Actor, result: IntakeResult) -> None:
    """Take them off the list."""
    known = _facilitator(result)
    if known is not None and known.state != Facilitator.State.WITHDRAWN:
        actions.withdraw_facilitator(actor=actor, facilitator=known, reason=taken_back(result.submission))


register(
    Intake(
        SESSION,
        gettext_lazy("Proposal of a session"),
        propose,
        take_back_session,
        reads=("title", "summary", "description", "organisation", "organisers", "action-lines", "action-line", "sdgs", "themes", "kind", "language",
               "languages", "website"),
        shows=shows_session,
        hides=hides_session,
    )
)  # fmt: skip
register(
    Intake(
        FACILITATOR,
        gettext_lazy("High-Level Track Facilitator"),
        facilitate,
        take_back_facilitator,
        reads=("person", "post", "organisation", "stakeholder-type", "country", "portrait"),
        follow=follow_decisions,
        hides=hides_facilitator,
    )
)
