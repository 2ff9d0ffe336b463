"""Records of a library small enough to know by heart, and the fixtures' way of putting any records into an index."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from plenary.ground.framework.text import Text
from plenary.ground.search import registry
from plenary.ground.search.registry import Document, Field, Kind


def entry(number: int, title: str, body: str = "", language: str = "en", **more) -> Document:
    """An entry in one language."""
    return Document("entry", f"e{number}", f"/stocktaking/{number}/", Text.of(title, language), [Text.of(body, language)], serial=number, **more)


ENTRIES = [
    entry(
        1,
        "Telemedicine for outer islands",
        "Clinics consult a hospital by satellite.",
        names=["Ministry of Health of Fiji"],
        facets={"sdg": ["3", "9"], "action_line": ["C7-4", "C7"], "country": ["FJ"], "status": ["ongoing"]},
        fields={"organisation": ["Ministry of Health of Fiji"], "country": [Text({"en": "Fiji", "fr": "Fidji"})], "results": [Text.of("Forty clinics served")]},
        year=2015,
        published=datetime(2020, 1, 1, tzinfo=UTC),
    ),
    entry(
        2,
        "Schools online",
        "Teachers of rural schools learn about telemedicine and islands of knowledge.",
        names=["Ministry of Education"],
        facets={"sdg": ["4"], "action_line": ["C7-3", "C7"], "country": ["KE"], "status": ["completed"]},
        fields={"organisation": ["Ministry of Education"], "country": ["Kenya"], "results": [Text.of("Two hundred schools connected")]},
        year=2020,
        published=datetime(2020, 1, 2, tzinfo=UTC),
    ),
    entry(
        3,
        "مركز للتعليم الرقمي",
        "شبكات المدارس في القرى",
        "ar",
        facets={"country": ["EG"], "sdg": ["4"]},
        year=2018,
        published=datetime(2020, 1, 3, tzinfo=UTC),
    ),
    entry(4, "Note: a subtitle", "See https://example.org/a?b=c at 10:30.", facets={"sdg": ["17"]}, year=None, published=datetime(2019, 5, 1, tzinfo=UTC)),
    entry(5, "Écoles numériques", "Formation des enseignants à l’ère numérique", "fr", facets={"country": ["CD", "FJ"], "sdg": ["4", "9"]}, year=2021),
]


def registers(monkeypatch, documents: Iterable[Document], code: str = "entry", **more) -> dict[str, Document]:
    """Make these records the only ones there are; gives them by key, to be changed."""
    kept = {document.key: document for document in documents}
    kind = Kind(
        code,
        "Entries",
        lambda: list(kept.values()),
        lambda keys: [kept[key] for key in keys if key in kept],
        count=lambda: len(kept),
        fields={"organisation": Field("Organisation", ("organisme", "организация")), "results": Field("Results"), "country": Field("Country", ("pays",))},
        **more,
    )
    monkeypatch.setattr(registry, "_kinds", {code: kind})
    return kept
