"""Writing publications, parts of reports, contributions to them, and snapshots of what a document was made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.ground.people.models import Organisation
from plenary.voice.publications.models import Contribution, Publication, ReportPart, Snapshot

CONTRIBUTION_KIND = "publications.contribution"
_NO_TEXT = Text()


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the trail keeps them."""
    return {name: value.to_json() if isinstance(value, Text) else value.code if isinstance(value, Concept) else value for name, value in values.items()}


def _put(model: type[Publication] | type[ReportPart], kind: str, actor: Actor, edition: Edition, code: str, values: dict[str, Any]) -> Any:
    found, is_new = model.objects.get_or_create(edition=edition, code=code, defaults=values)
    if is_new:
        record(actor=actor, verb="added", kind=kind, key=f"{edition.code}/{code}", after=_plain(values))
        return found
    before, after = changes(_plain({name: getattr(found, name) for name in values}), _plain(values))
    if after:
        for name, value in values.items():
            setattr(found, name, value)
        found.save(update_fields=list(values))
        record(actor=actor, verb="changed", kind=kind, key=f"{edition.code}/{code}", before=before, after=after)
    return found


@transaction.atomic
def put_publication(
    *, actor: Actor, edition: Edition, code: str, title: Text, series: str = "", region: Concept | None = None, link: str = "", position: int = 0
) -> Publication:
    """List a publication of an edition, or change how it is listed."""
    require(actor, "publications.change_publication", edition)
    values = {"title": title, "series": series, "region": region, "link": link, "position": position}
    publication: Publication = _put(Publication, "publications.publication", actor, edition, code, values)
    return publication


@transaction.atomic
def put_part(
    *,
    actor: Actor,
    edition: Edition,
    code: str,
    place: str,
    title: Text,
    text: Text,
    figures: list[str] | None = None,
    link: str = "",
    position: int = 0,
) -> ReportPart:
    """Write a part of an edition's progress report."""
    require(actor, "publications.change_publication", edition)
    values = {"place": place, "title": title, "text": text, "figures": figures or [], "link": link, "position": position}
    part: ReportPart = _put(ReportPart, "publications.report_part", actor, edition, code, values)
    return part


@transaction.atomic
def remove(*, actor: Actor, record_of: Publication | ReportPart) -> None:
    """Take a publication off the list, or a part out of the report."""
    require(actor, "publications.change_publication", record_of.edition)
    kind = "publications.publication" if isinstance(record_of, Publication) else "publications.report_part"
    record(actor=actor, verb="removed", kind=kind, key=f"{record_of.edition.code}/{record_of.code}", before={"title": record_of.title.to_json()})
    record_of.delete()


@transaction.atomic
def take_snapshot(*, actor: Actor, edition: Edition, document: str, language: str, digest: str, content: dict[str, Any]) -> Snapshot:
    """Keep the figures that a document is made with. What says the same as last time is the same snapshot."""
    require(actor, "publications.take_snapshot", edition)
    found = Snapshot.objects.filter(edition=edition, document=document, language=language, digest=digest).first()
    if found is not None:
        return found
    taken = Snapshot.objects.create(edition=edition, document=document, language=language, digest=digest, content=content)
    record(actor=actor, verb="taken", kind="publications.snapshot", key=f"{edition.code}/{document}/{taken.pk}", after={"language": language, "digest": digest})
    return taken


# ---- contributions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionValues:
    """What a stakeholder wrote for a report."""

    report: str
    title: Text
    text: Text
    report_title: Text = _NO_TEXT
    organisation: Organisation | None = None
    sector: Text = _NO_TEXT
    country: Concept | None = None


@transaction.atomic
def add_contribution(*, actor: Actor, edition: Edition, values: ContributionValues) -> Contribution:
    """Keep what a stakeholder wrote for a report of the edition. Raises: Invalid; NotAllowed."""
    require(actor, "publications.change_publication", edition)
    list(Edition.objects.select_for_update().filter(pk=edition.pk).values_list("pk"))  # whoever else numbers in this edition waits here
    last = Contribution.objects.filter(edition=edition).aggregate(last=Max("number"))["last"]
    contribution = Contribution(edition=edition, number=(last or 0) + 1)
    _fill(contribution, values)
    contribution.save()
    record(actor=actor, verb="added", kind=CONTRIBUTION_KIND, key=str(contribution), after=_told(contribution))
    return contribution


@transaction.atomic
def change_contribution(*, actor: Actor, contribution: Contribution, values: ContributionValues) -> Contribution:
    """Make a contribution be as given. Raises: Invalid; NotAllowed."""
    contribution = _locked(contribution)
    require(actor, "publications.change_publication", contribution.edition)
    before = _told(contribution)
    _fill(contribution, values)
    gone, new = changes(before, _told(contribution))
    if new:
        contribution.save()
        record(actor=actor, verb="changed", kind=CONTRIBUTION_KIND, key=str(contribution), before=gone, after=new)
    return contribution


@transaction.atomic
def withdraw_contribution(*, actor: Actor, contribution: Contribution, reason: str) -> Contribution:
    """Leave a contribution out of its report; it stays on record. Raises: Conflict where it is left out already; NotAllowed."""
    return _move(actor, contribution, Contribution.State.WITHDRAWN, "withdrawn", reason)


@transaction.atomic
def restore_contribution(*, actor: Actor, contribution: Contribution, reason: str = "") -> Contribution:
    """Take a contribution into its report again. Raises: Conflict where it is in it; NotAllowed."""
    return _move(actor, contribution, Contribution.State.ACCEPTED, "restored", reason)


def _move(actor: Actor, contribution: Contribution, state: str, verb: str, reason: str) -> Contribution:
    contribution = _locked(contribution)
    require(actor, "publications.change_publication", contribution.edition)
    if contribution.state == state:
        raise Conflict(_("This is so already."))
    before, contribution.state = contribution.state, state
    contribution.save(update_fields=["state"])
    told = {"before": {"state": str(before)}, "after": {"state": str(state)}}
    record(actor=actor, verb=verb, kind=CONTRIBUTION_KIND, key=str(contribution), reason=reason, **told)
    return contribution


def _locked(contribution: Contribution) -> Contribution:
    found = Contribution.objects.select_for_update(of=("self",)).select_related("edition", "organisation", "country")
    return found.get(pk=contribution.pk)


def _fill(contribution: Contribution, values: ContributionValues) -> None:
    problems = {name: [_("This is needed.")] for name in ("title", "text") if not getattr(values, name)}
    if problems:
        raise Invalid(problems)
    for name in ("report", "report_title", "title", "text", "organisation", "sector", "country"):
        setattr(contribution, name, getattr(values, name))


def _told(contribution: Contribution) -> dict[str, Any]:
    names = ("report", "title", "text", "sector", "country")
    organisation = str(contribution.organisation_id) if contribution.organisation_id else None
    return {**_plain({name: getattr(contribution, name) for name in names}), "organisation": organisation}
