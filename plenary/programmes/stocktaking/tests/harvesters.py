"""What several tests of open data need: a reader of OAI-PMH answers, and many entries at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from defusedxml import ElementTree
from django.test import Client
from django.utils import timezone

from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text
from plenary.programmes.stocktaking.models import Collection, CollectionEntry, Entry, EntryConcept

NAMES = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "p": "urn:x-plenary:entry:1",
}
OF_OAI = "{http://www.openarchives.org/OAI/2.0/}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def ask(client: Client, **arguments: str):
    """The parsed answer of a request; ``from_`` stands for ``from``."""
    response = client.get("/oai", {name.rstrip("_"): value for name, value in arguments.items()})
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    return ElementTree.fromstring(response.content)


def error_of(answer) -> str:
    """The code of the error in an answer; empty where there is none."""
    found = answer.find("o:error", NAMES)
    return "" if found is None else found.get("code")


def numbers_in(answer) -> list[str]:
    """The numbers of the records in an answer, deleted ones too."""
    return [each.text.rsplit(":", 1)[-1] for each in answer.iterfind(".//o:header/o:identifier", NAMES)]


def follow(client: Client, verb: str, **arguments: str):
    """All pages of a list, one after the other."""
    answer = ask(client, verb=verb, **arguments)
    yield answer
    while token := answer.findtext(f"o:{verb}/o:resumptionToken", namespaces=NAMES):
        answer = ask(client, verb=verb, resumptionToken=token)
        yield answer


def many_entries(count: int, *, prefix: str = "many", concepts: Iterable[Concept] = (), collection: Collection | None = None, at_once: int = 500) -> None:
    """Public entries made quickly. Those made at once carry the same instant, as those of an import do; and that was some days ago."""
    concepts = list(concepts)
    for first in range(0, count, at_once):
        at = timezone.now() - timedelta(days=3) + timedelta(seconds=first)
        made = Entry.objects.bulk_create(
            Entry(
                number=f"{prefix}-{position}",
                title=Text.of(f"Generated entry {position}"),
                description=Text.of("This text was generated; it describes nothing real."),
                sort_title=f"generated entry {position}",
                state=Entry.State.PUBLIC,
                created_at=at,
                updated_at=at,
                published_at=at,
            )
            for position in range(first, min(count, first + at_once))
        )
        EntryConcept.objects.bulk_create(EntryConcept(entry=entry, concept=concepts[entry.pk % len(concepts)]) for entry in made if concepts)
        if collection is not None:
            CollectionEntry.objects.bulk_create(CollectionEntry(entry=entry, collection=collection) for entry in made if entry.pk % 2)
