"""What editions bring for this room: ``collections.toml``, and ``records/entries.jsonl``."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions import records
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, concept_of, register
from plenary.ground.framework.models import Edition, LoadedRecord
from plenary.ground.framework.queries import find_concept
from plenary.ground.framework.text import Text
from plenary.ground.people.actions import ensure_organisation
from plenary.programmes.stocktaking.actions import collections as actions
from plenary.programmes.stocktaking.importing.entries import load_records
from plenary.programmes.stocktaking.models import Collection


def _named(value: Text) -> Text:
    if not value:
        raise ValueError("give a name")
    return value


class CollectionRow(Row):
    """A collection. host: the name of the organisation whose it is. calls: as ``2021/covid-19-repository``; what they accept is in it."""

    code: Slug
    name: Annotated[TextValue, AfterValidator(_named)]
    summary: TextValue = Text()
    introduction: TextValue = Text()
    host: Annotated[str, StringConstraints(max_length=300)] = ""
    host_country: concept_of("countries") = ""  # type: ignore[valid-type]
    calls: Annotated[list[Annotated[str, StringConstraints(pattern=actions.CALL.pattern)]], Field(max_length=60)] = []
    position: Annotated[int, Field(ge=0, le=32_000)] = 50

    @model_validator(mode="after")
    def _country_of_somebody(self) -> CollectionRow:
        if self.host_country and not self.host:
            raise ValueError("give the host whose country it is")
        return self


@register
class Collections(Section[CollectionRow]):
    """The collections of an edition. A collection belongs to no edition, but its data stand in the folder of one.

    That is the folder it was loaded from; else the edition of the first of its calls; one without either is in every dump.
    Its logo and what is in it are no part of it.
    """

    name, file, row = "collections", "collections.toml", CollectionRow

    def read(self, edition: Edition) -> list[CollectionRow]:
        homes: dict[str, set[str]] = {}
        for home, key in LoadedRecord.objects.filter(section=self.name).values_list("edition_code", "key"):
            homes.setdefault(key, set()).add(home)
        found = []
        for each in Collection.objects.select_related("host__country").order_by("position", "code"):
            stands_in = homes.get(each.code) or {call.partition("/")[0] for call in each.calls[:1]}
            if not stands_in or edition.code in stands_in:
                found.append(_row(each))
        return found

    def write(self, edition: Edition, row: CollectionRow, actor: Actor) -> None:
        known = Collection.objects.filter(code=row.code).first()
        host = ensure_organisation(actor=actor, name=row.host, country=find_concept("countries", row.host_country)) if row.host else None
        if known is not None and known.host is not None and host is not None and _host(known) == (row.host, row.host_country):
            host = known.host  # chosen at the desk, with the same name
        values = actions.CollectionValues(
            name=row.name, summary=row.summary, introduction=row.introduction, host=host, calls=tuple(row.calls), position=row.position
        )
        if known is None:
            actions.add_collection(actor=actor, code=row.code, values=values)
        else:
            actions.edit_collection(actor=actor, collection=known, values=values)

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        for collection in Collection.objects.filter(code=key):
            actions.remove_collection(actor=actor, collection=collection)


def _host(collection: Collection) -> tuple[str, str]:
    host = collection.host
    if host is None:
        return "", ""
    return host.name.best(host.name.original).text, host.country.code if host.country else ""


def _row(collection: Collection) -> CollectionRow:
    host, country = _host(collection)
    return CollectionRow.model_construct(
        code=collection.code,
        name=collection.name,
        summary=collection.summary,
        introduction=collection.introduction,
        host=host,
        host_country=country,
        calls=list(collection.calls),
        position=collection.position,
    )


records.register("entries.jsonl", load_records)
