"""Writing publications, parts of reports, and snapshots of what a document was made with."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from plenary.ground.audit.actions import changes, record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import Text
from plenary.voice.publications.models import Publication, ReportPart, Snapshot


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
