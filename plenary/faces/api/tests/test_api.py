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


SECURED = {"get", "post", "patch", "put", "delete"}


def secured(client) -> list[tuple[str, str, dict]]:
    """Operations that need a token: method, an address, and their description."""
    key = "00000000-0000-0000-0000-000000000000"
    return [
        (method, path.replace("{key}", key).replace("{file}", key).replace("{edition}", "2021").replace("{slug}", "x").replace("{decision}", "x"), operation)
        for path, methods in described(client)["paths"].items()
        for method, operation in methods.items()
        if method in SECURED and "security" in operation
    ]


@pytest.mark.django_db
def test_what_changes_something_needs_a_token(client):
    for path, methods in described(client)["paths"].items():
        if path == "/api/v1/suggest":
            continue  # a long text is asked about in a body; nothing changes
        assert all("security" in operation for method, operation in methods.items() if method != "get"), path


@pytest.mark.django_db
def test_without_a_token_such_operations_answer_401_and_say_so(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root@example.org"), backend="django.contrib.auth.backends.ModelBackend")
    assert secured(client)
    for method, path, operation in secured(client):
        assert {"401", "403"} <= set(operation["responses"]), path
        assert ("304" in operation["responses"]) is (method == "get")
        for headers in ({}, {"Authorization": "Bearer plenary_wrong"}, {"Authorization": "Basic cm9vdDpyb290"}):
            answered = client.generic(method.upper(), path, b"", content_type="application/json", headers=headers)
            assert answered.status_code == 401, (method, path, headers)
            assert answered["WWW-Authenticate"].startswith("Bearer ") and answered["Content-Type"] == "application/problem+json"
            assert ("Access-Control-Allow-Origin" in answered) is (not headers), "an answer to a token is for no other site"


@pytest.mark.django_db
def test_changing_by_revision_describes_its_refusals(client):
    by_revision = [each for _method, _path, each in secured(client) if any(one["name"] == "If-Match" for one in each["parameters"])]
    assert by_revision and all({"409", "412", "428"} <= set(each["responses"]) for each in by_revision)
    assert all(one["required"] for each in by_revision for one in each["parameters"] if one["name"] == "If-Match")
    for each in by_revision:
        (answer,) = (each["responses"][status] for status in each["responses"] if status.startswith("2"))
        assert "ETag" in answer.get("headers", {}) or each["operationId"].endswith("discard_draft"), "what is discarded has no revision"


@pytest.mark.django_db
def test_whatever_changes_what_there_is_asks_what_was_seen(client):
    for method, path, operation in secured(client):
        changes = method != "get" and "00000000" in path
        assert any(one["name"] == "If-Match" for one in operation["parameters"]) is changes, (method, path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "size", "status"), [("application/json", 13_000_000, 413), ("multipart/form-data; boundary=x", 32_000_000, 413), ("text/plain", "many", 404)]
)
def test_too_much_at_once_is_refused_unread(client, kind, size, status):
    answered = client.generic("POST", "/api/v1/nothing", b"", content_type=kind, CONTENT_LENGTH=str(size))
    assert answered.status_code == status and answered["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_the_documentation_shows_how_to_use_a_token(client, settings):
    page = client.get("/api/v1/").content.decode()
    assert 'href="/account/tokens/"' in page and "submissions:write" in page and "decisions:write" in page
    assert f"{settings.BASE_URL}/api/v1/submissions" in page and "If-Match" in page and "Bearer $TOKEN" in page
    assert page.count("Needs a token with the scope") == len(secured(client))


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
