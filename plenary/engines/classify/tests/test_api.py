"""Suggestions by the API."""

from __future__ import annotations

import json

import pytest

from plenary.engines.classify.tests.test_suggesting import TELEMEDICINE

PATH = "/api/v1/suggest"


def test_a_text_in_the_address_gets_suggestions_with_reasons(concepts, client):
    answer = client.get(PATH, {"scheme": "action-lines", "text": TELEMEDICINE["en"]})
    assert answer.status_code == 200
    assert answer["ETag"]
    body = answer.json()
    first = body["items"][0]
    assert body["language"] == "en"
    assert (first["scheme"], first["code"], first["path"]) == ("action-lines", "C7-4", "/action-lines/C7-4/")
    assert "Telemedicine" in first["words"]
    assert first["label"]["texts"]["fr"]
    assert 0 < first["score"] <= 1


def test_a_longer_text_is_sent_as_a_body(concepts, client):
    sent = {"scheme": "sdgs", "text": f"{TELEMEDICINE['ar']} " * 100, "limit": 1}
    answer = client.post(PATH, json.dumps(sent), content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["language"] == "ar"
    assert [each["code"] for each in answer.json()["items"]] == ["3"]


def test_a_language_that_is_given_is_believed(concepts, client):
    answer = client.get(PATH, {"scheme": "sdgs", "text": "Santé", "language": "fr-CH"}).json()
    assert answer["language"] == "fr"
    assert answer["items"][0]["code"] == "3"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"scheme": "none", "text": "health"}, 404),
        ({"scheme": "Action Lines", "text": "health"}, 422),
        ({"scheme": "action-lines\x00", "text": "health"}, 422),
        ({"scheme": "action-lines"}, 422),
        ({"scheme": "action-lines", "text": ""}, 422),
        ({"scheme": "action-lines", "text": "x" * 5001}, 422),
        ({"scheme": "action-lines", "text": "health", "limit": "0"}, 422),
        ({"scheme": "action-lines", "text": "\x00 \ufffd"}, 200),
    ],
)
def test_what_makes_no_sense_is_told(concepts, client, query, status):
    answer = client.get(PATH, query)
    assert answer.status_code == status
    if status != 200:
        assert answer["Content-Type"] == "application/problem+json"


def test_a_body_that_is_too_long_or_no_json_is_told(concepts, client):
    assert client.post(PATH, json.dumps({"text": "x" * 20_001}), content_type="application/json").status_code == 422
    assert client.post(PATH, "{", content_type="application/json").status_code == 400


def test_suggestions_are_limited_like_the_rest_of_the_api(concepts, client, settings):
    from plenary.ground.web.limits import buckets

    settings.RATE_LIMIT = 2
    buckets.clear()
    answers = [client.get(PATH, {"text": "health"}).status_code for _each in range(4)]
    buckets.clear()
    assert answers[:2] == [200, 200]
    assert 429 in answers[2:]
