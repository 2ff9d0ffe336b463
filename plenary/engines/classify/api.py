"""Suggestions of tags for a text in the API. Nothing of a text that is sent is kept."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from plenary.engines.classify.queries import Suggestion, language_of, suggest
from plenary.ground.framework.api import LabelOut
from plenary.ground.framework.models import Scheme
from plenary.ground.framework.queries import concept_path
from plenary.ground.framework.text import LANGUAGES, Text

router = Router(tags=["Concepts"])
prefix = "/suggest"

#: Characters in an address, and in a body.
MOST_IN_ADDRESS, MOST_IN_BODY = 5000, 20_000


class SuggestIn(Schema):
    """What is asked."""

    scheme: str = Field("action-lines", max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$", description="The scheme whose concepts are suggested.")
    text: str = Field(min_length=1, max_length=MOST_IN_BODY, description="What the record says of itself: title, summary, description.")
    language: str = Field("", max_length=35, description="The text's language, where it is known.", examples=["fr"])
    limit: int = Field(5, ge=1, le=20, description="How many suggestions at most.")


class SuggestQuery(SuggestIn):
    """The same in an address, where less fits."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_IN_ADDRESS, description="What the record says of itself. Send longer texts by POST.")]


class SuggestionOut(Schema):
    """A concept that the text may be about."""

    scheme: str = Field(examples=["action-lines"])
    code: str = Field(examples=["C7-4"])
    label: LabelOut
    score: float = Field(description="How likely it is, of all concepts of the scheme: 0 to 1.", examples=[0.62])
    words: list[str] = Field(description="Words of the text that led there, the weightiest first.", examples=[["telemedicine", "clinic"]])
    path: str = Field(description="The concept's page; empty where it has none.", examples=["/action-lines/C7-4/"])


class SuggestionsOut(Schema):
    """What the text may be about, the likeliest first; none where nothing speaks for any concept."""

    language: str | None = Field(description="The language of the text: as given, else as found; null where it is none of the six.", examples=["en"])
    items: list[SuggestionOut]


@router.get("", response=SuggestionsOut, summary="Suggest concepts for a text")
def suggest_by_address(request: HttpRequest, asked: Query[SuggestQuery]) -> dict[str, Any]:
    """Concepts of a scheme that a text may be about, with the words that led there. Nothing of the text is kept."""
    return _answer(asked)


@router.post("", response=SuggestionsOut, summary="Suggest concepts for a longer text")
def suggest_by_body(request: HttpRequest, asked: SuggestIn) -> dict[str, Any]:
    """The same for texts that are too long for an address. It changes nothing, and needs no token."""
    return _answer(asked)


def _answer(asked: SuggestIn) -> dict[str, Any]:
    if not Scheme.objects.filter(code=asked.scheme).exists():
        raise Http404
    given = asked.language.split("-")[0].lower()
    language = given if given in LANGUAGES else language_of(asked.text)
    found = suggest([Text.of(asked.text, language or "en")], asked.scheme, limit=asked.limit)
    return {"language": language, "items": [_out(each) for each in found]}


def _out(each: Suggestion) -> dict[str, Any]:
    return {
        "scheme": each.concept.scheme.code,
        "code": each.code,
        "label": LabelOut.of(each.concept.label),
        "score": each.score,
        "words": list(each.words),
        "path": concept_path(each.concept),
    }
