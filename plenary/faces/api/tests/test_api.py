"""The API as a whole: what every room's part of it owes."""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from plenary.ground.web.limits import buckets
from plenary.rooms import rooms

DESCRIPTION = "/api/v1/openapi.json"


@pytest.fixture(autouse=True)
def fresh_counts():
    buckets.clear()


def described(client) -> dict:
    return json.loads(client.get(DESCRIPTION).content)


@pytest.mark.django_db
def test_description_is_valid_openapi_3_1(client):
    description = described(client)
    assert description["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(description).validate()


@pytest.mark.django_db
def test_every_operation_says_what_it_does_and_how_it_refuses(client):
    for path, methods in described(client)["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["tags"], f"{method} {path} belongs to no group"
            assert {"404", "422", "429"} <= set(operation["responses"]), path


@pytest.mark.django_db
def test_an_answer_has_an_etag_and_is_not_sent_twice(client):
    first = client.get(DESCRIPTION)
    assert first.status_code == 200
    assert "max-age" in first["Cache-Control"]
    again = client.get(DESCRIPTION, headers={"If-None-Match": f'"other", W/{first["ETag"]}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]


@pytest.mark.django_db
def test_scripts_of_other_sites_may_read_but_not_write(client):
    assert client.get(DESCRIPTION)["Access-Control-Allow-Origin"] == "*"
    preflight = client.options(DESCRIPTION, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "PUT"})
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert "Access-Control-Allow-Credentials" not in preflight
    assert "Access-Control-Allow-Origin" not in client.get("/")


@pytest.mark.django_db
def test_the_documentation_page_is_kept_by_nobody_who_shares_it(client):
    assert "public" not in client.get("/api/v1/").get("Cache-Control", "")


@pytest.mark.django_db
def test_head_answers_as_get_without_a_body(client):
    head, get = client.head(DESCRIPTION), client.get(DESCRIPTION)
    assert head.status_code == 200
    assert head.content == b""
    assert head["ETag"] == get["ETag"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/", "/api/", "/api/v1/%00", "/api/v1/" + "x" * 3000])
def test_what_is_not_there_is_told_as_a_problem(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_too_many_requests_are_told_when_to_come_back(client, settings):
    settings.RATE_LIMIT = 3
    answers = [client.get(DESCRIPTION).status_code for _each in range(3)]
    refused = client.get(DESCRIPTION)
    assert answers == [200, 200, 200]
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Access-Control-Allow-Origin"] == "*"
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_an_error_of_ours_shows_a_reference_and_nothing_else(client, monkeypatch):
    from plenary.faces.api.main import api

    def breaks(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(api), "get_openapi_schema", breaks)
    client.raise_request_exception = False
    response = client.get(DESCRIPTION)
    assert response.status_code == 500
    assert b"secret detail" not in response.content
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/ar", "/zh"])
def test_documentation_lists_every_operation_and_loads_nothing_from_elsewhere(client, prefix):
    page = client.get(f"{prefix}/api/v1/").content.decode()
    for path in described(client)["paths"]:
        assert path in page
    assert 'src="http' not in page and 'rel="stylesheet" href="http' not in page


def test_no_two_rooms_describe_different_things_by_one_name():
    """The description has one place for a name: of two schemas with the same name, one would stand for both."""
    names = Counter(
        node.name
        for room in rooms()
        for path in (*Path(room.path).glob("api*.py"), *Path(room.path).glob("api/*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Out")
    )
    assert [name for name, count in names.items() if count > 1] == []
