"""Accepted submissions become contributions to a report."""

from __future__ import annotations

from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from plenary.engines.calls.intakes import Intake, Made, register
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.reading import Answers, former, page_at, rewritten, source_of, taken_back
from plenary.ground.audit.actors import Actor, may, require
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import ensure_organisation
from plenary.voice.publications import actions
from plenary.voice.publications.actions import CONTRIBUTION_KIND, ContributionValues
from plenary.voice.publications.models import Contribution

CODE = "publications.section"
#: Where the text of a contribution may stand, the first that has an answer.
TEXTS = ("text", "description", "summary")


def accept(actor: Actor, submission: Submission) -> Made:
    """Keep what was submitted for the report for which the call asks."""
    edition = submission.call.edition
    require(actor, "publications.change_publication", edition)
    result = former(submission, CODE)
    known = _contribution(result) if result else None
    if result is None or known is None:
        known = actions.add_contribution(actor=actor, edition=edition, values=_values(actor, submission))
    else:
        if rewritten(submission, result):
            known = actions.change_contribution(actor=actor, contribution=known, values=_values(actor, submission))
        if known.state == Contribution.State.WITHDRAWN:
            known = actions.restore_contribution(actor=actor, contribution=known, reason=source_of(submission))
    return Made(CONTRIBUTION_KIND, str(known), f"{page_at('publications:contributions', edition.code)}#contribution-{known.number}")


def _values(actor: Actor, submission: Submission) -> ContributionValues:
    answers = Answers(submission)
    text = next((role for role in TEXTS if role in answers), TEXTS[0])
    answers.need("title", text)
    body, kind = answers.organisation(), answers.stakeholder_type()
    organisation = None
    if body is not None:
        organisation = ensure_organisation(actor=actor, name=body.name, country=body.country, stakeholder_type=body.stakeholder_type)
    return ContributionValues(
        report=slugify(answers.line("report"))[:60] or submission.call.slug,
        report_title=submission.call.title,
        title=answers.text("title"),
        text=answers.text(text),
        organisation=organisation,
        sector=answers.label("sector") or (kind.label if kind else Text()),
        country=answers.concept("country", "countries") or (body.country if body else None),
    )


def _contribution(result: IntakeResult) -> Contribution | None:
    edition, _slash, number = result.key.partition("/")
    return Contribution.objects.select_related("edition").filter(edition__code=edition, number=int(number)).first()


def retract(actor: Actor, result: IntakeResult) -> None:
    """Leave the contribution out of the report."""
    known = _contribution(result)
    if known is not None and known.state == Contribution.State.ACCEPTED:
        actions.withdraw_contribution(actor=actor, contribution=known, reason=taken_back(result.submission))


def hides(result: IntakeResult) -> bool:
    """Whether taking it back leaves the contribution out."""
    known = _contribution(result)
    return known is not None and known.state == Contribution.State.ACCEPTED


register(
    Intake(
        CODE,
        gettext_lazy("Contribution to a report"),
        accept,
        retract,
        reads=("title", *TEXTS, "organisation", "sector", "stakeholder-type", "country", "report"),
        shows=lambda actor, result: may(actor, "publications.change_publication", result.submission.call.edition),
        hides=hides,
    )
)
