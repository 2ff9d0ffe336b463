"""Accepted submissions become offers of partnership."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.intakes import Intake, Made, register
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.engines.calls.reading import Answers, former, page_at, rewritten, taken_back
from plenary.errors import Conflict
from plenary.ground.audit.actors import Actor, require
from plenary.ground.people.actions import ensure_organisation
from plenary.programmes.partners import actions
from plenary.programmes.partners.actions import OfferValues
from plenary.programmes.partners.models import Offer, Package

CODE = "partners.offer"
_LONGEST_WEBSITE = 200  # the field of organisations is shorter than that of answers


def accept(actor: Actor, submission: Submission) -> Made:
    """Make the organisation that submitted a partner at the level that it chose."""
    edition = submission.call.edition
    require(actor, "partners.edit", edition)
    result = former(submission, CODE)
    known = _offer(result) if result else None
    if result is None or known is None:
        offer = actions.accept_offer(actor=actor, values=_values(actor, submission))
    else:
        offer = actions.accept_again(actor=actor, offer=known, values=_values(actor, submission) if rewritten(submission, result) else None)
    return Made(actions.OFFER_KIND, str(offer), f"{page_at('framework:edition', edition.code)}#partners")


def _values(actor: Actor, submission: Submission) -> OfferValues:
    answers, private = Answers(submission), Answers(submission, private=True)
    answers.need("organisation", "package")
    code = answers.line("package")
    package = Package.objects.select_related("edition").filter(edition=submission.call.edition, code=code).first()
    if package is None:
        raise Conflict(_("This edition offers no package “%(code)s”.") % {"code": code[:60]})
    body = answers.organisation()
    if body is None:
        raise Conflict(_("Give the name of the organisation."))
    website = body.website if len(body.website) <= _LONGEST_WEBSITE else ""
    organisation = ensure_organisation(actor=actor, name=body.name, country=body.country, stakeholder_type=body.stakeholder_type, website=website)
    contact = private.person("contact")
    return OfferValues(
        package=package,
        organisation=organisation,
        contact_name=contact.name if contact else "",
        contact_email=(contact.email if contact else "") or private.line("email"),
        message=private.text("message") or private.text("description"),
    )


def _offer(result: IntakeResult) -> Offer | None:
    edition, _slash, number = result.key.partition("/")
    return Offer.objects.filter(edition__code=edition, number=int(number)).first()


def retract(actor: Actor, result: IntakeResult) -> None:
    """The organisation is a partner no longer."""
    offer = _offer(result)
    if offer is not None and offer.state == Offer.State.ACCEPTED:
        actions.withdraw_offer(actor=actor, offer=offer, reason=taken_back(result.submission))


def hides(result: IntakeResult) -> bool:
    """Whether taking it back ends the partnership."""
    offer = _offer(result)
    return offer is not None and offer.state == Offer.State.ACCEPTED


register(
    Intake(
        CODE,
        gettext_lazy("Offer of partnership"),
        accept,
        retract,
        reads=("organisation", "package", "contact", "email", "message", "description"),
        hides=hides,
    )
)
