"""Concepts as linked data: SKOS in JSON-LD, with identifiers that last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.html import json_script
from django.utils.safestring import SafeString

from plenary.ground.framework.models import Concept, Mapping, Scheme
from plenary.ground.framework.text import Text

CONTENT_TYPE = "application/ld+json"


def block(data: dict[str, Any]) -> SafeString:
    """JSON-LD as a data block of a page, which is no script and passes the content security policy."""
    return SafeString(json_script(data).replace('type="application/json"', f'type="{CONTENT_TYPE}"', 1))


_CONTEXT = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    "title": {"@id": "dct:title", "@container": "@language"},
    "description": {"@id": "dct:description", "@container": "@language"},
    "source": "dct:source",
    "license": "dct:license",
    "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
    "definition": {"@id": "skos:definition", "@container": "@language"},
    "altLabel": "skos:altLabel",
    "notation": "skos:notation",
    "inScheme": {"@id": "skos:inScheme", "@type": "@id"},
    "topConceptOf": {"@id": "skos:topConceptOf", "@type": "@id"},
    "hasTopConcept": {"@id": "skos:hasTopConcept", "@type": "@id"},
    "broader": {"@id": "skos:broader", "@type": "@id"},
    "narrower": {"@id": "skos:narrower", "@type": "@id"},
    "broadMatch": {"@id": "skos:broadMatch", "@type": "@id"},
    "narrowMatch": {"@id": "skos:narrowMatch", "@type": "@id"},
    "relatedMatch": {"@id": "skos:relatedMatch", "@type": "@id"},
    "deprecated": "owl:deprecated",
}


def scheme_file(scheme: Scheme) -> str:
    """The path of a whole scheme as linked data, the same in all languages."""
    with translation.override("en"):
        return reverse("framework:vocabulary", args=[scheme.code])


def scheme_id(scheme: Scheme) -> str:
    """The identifier of a scheme: its page where it has one."""
    with translation.override("en"):
        path = reverse("framework:scheme", args=[scheme.address]) if scheme.address else reverse("framework:vocabulary", args=[scheme.code])
    return f"{settings.BASE_URL}{path}"


def concept_id(concept: Concept) -> str:
    """The identifier of a concept: its page where it has one, else a place in its scheme."""
    if not concept.scheme.address:
        return f"{scheme_id(concept.scheme)}#{concept.code}"
    return f"{scheme_id(concept.scheme)}{concept.code}/"


def scheme_document(scheme: Scheme) -> dict[str, Any]:
    """A whole scheme with all its concepts, retired ones too."""
    concepts = list(Concept.objects.filter(scheme=scheme).select_related("scheme", "parent__scheme"))
    described = _described(concepts)
    head: dict[str, Any] = {
        "id": scheme_id(scheme),
        "type": "skos:ConceptScheme",
        "title": _by_language(scheme.title),
        "description": _by_language(scheme.description),
        "source": scheme.source,
        "license": scheme.licence,
        "hasTopConcept": [concept_id(concept) for concept in concepts if concept.parent is None or concept.parent.scheme_id != scheme.pk],
    }
    return {"@context": _CONTEXT, "@graph": [{name: value for name, value in head.items() if value}, *described]}


def concept_document(concept: Concept) -> dict[str, Any]:
    """One concept; its scheme and parent must be selected."""
    return {"@context": _CONTEXT, **_described([concept])[0]}


def _by_language(text: Text) -> dict[str, str]:
    return {language: each for language, each in text.texts.items() if each}


def _described(concepts: list[Concept]) -> list[dict[str, Any]]:
    """The concepts as nodes, with two queries for all."""
    ids = [concept.pk for concept in concepts]
    below: dict[int, list[Concept]] = defaultdict(list)
    for child in Concept.objects.filter(parent__in=ids).select_related("scheme"):
        if child.parent_id is not None:
            below[child.parent_id].append(child)
    related: dict[int, list[Concept]] = defaultdict(list)
    for link in Mapping.objects.filter(source__in=ids).select_related("target__scheme"):
        related[link.source_id].append(link.target)
    for link in Mapping.objects.filter(target__in=ids).select_related("source__scheme"):
        related[link.target_id].append(link.source)
    return [_node(concept, below[concept.pk], related[concept.pk]) for concept in concepts]


def _node(concept: Concept, below: list[Concept], related: list[Concept]) -> dict[str, Any]:
    above = concept.parent
    node: dict[str, Any] = {
        "id": concept_id(concept),
        "type": "skos:Concept",
        "inScheme": scheme_id(concept.scheme),
        "notation": concept.code,
        "prefLabel": _by_language(concept.label),
        "definition": _by_language(concept.definition),
        # SKOS keeps preferred and other labels apart.
        "altLabel": [alias for alias in dict.fromkeys(concept.aliases) if alias not in concept.label.texts.values()],
        "narrower": _ids(child for child in below if child.scheme_id == concept.scheme_id),
        "narrowMatch": _ids(child for child in below if child.scheme_id != concept.scheme_id),
        "relatedMatch": _ids(related),
    }
    if above is None or above.scheme_id != concept.scheme_id:
        node["topConceptOf"] = scheme_id(concept.scheme)
    if above is not None:
        node["broader" if above.scheme_id == concept.scheme_id else "broadMatch"] = concept_id(above)
    if concept.retired_on:
        node["deprecated"] = True
    return {name: value for name, value in node.items() if value}


def _ids(concepts: Iterable[Concept]) -> list[str]:
    return list(dict.fromkeys(concept_id(concept) for concept in concepts))
