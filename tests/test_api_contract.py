"""The whole API, with real records, tried with values nobody would think of."""

from __future__ import annotations

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from plenary.config.wsgi import application

DESCRIPTION = "/api/v1/openapi.json"
LIMITS = limits(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def unlimited(settings):
    settings.RATE_LIMIT = 0


def paths() -> dict:
    return json.loads(Client().get(DESCRIPTION).content)["paths"]


def test_every_list_gives_its_pages_to_the_end_without_repeating(whole_site):
    client, lists = Client(), [path for path in paths() if "{" not in path]
    assert lists, "no list is described"
    for path in lists:
        body = client.get(path, {"size": 3}).json()
        if not isinstance(body, dict) or "next" not in body:
            continue
        seen, pages = [json.dumps(item, sort_keys=True) for item in body["items"]], 1
        while body["next"] and pages < 5:
            body = client.get(path, {"size": 3, "cursor": body["next"]}).json()
            seen += [json.dumps(item, sort_keys=True) for item in body["items"]]
            pages += 1
        assert len(seen) == len(set(seen)), path


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "bnVsbA", "eyJhIjoxfQ", "/////", "\u0000", "9" * 400, "W1tbW1tbXV1dXV1d"])
def test_a_cursor_that_no_list_gave_out_is_refused(whole_site, cursor):
    for path in paths():
        reading = paths()[path].get("get", {})
        if "{" in path or "security" in reading or not any(each["name"] == "cursor" for each in reading.get("parameters", [])):
            continue  # lists that need a token are tried in their rooms
        assert Client().get(path, {"cursor": cursor}).status_code in (200, 422), path


@pytest.fixture
def kept_connection():
    """Leave the connection alone between requests, as Django's own test client does: it holds the transaction with the records."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_reading_operations_answer_as_they_are_described(whole_site, kept_connection):
    """Plain and odd values for every parameter: each answer has a described status and shape, and none is a 500."""
    config = SchemathesisConfig.from_dict({"generation": {"deterministic": True}})
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, application, config=config)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.method.upper() != "GET":
            continue
        tried += 1

        @LIMITS
        @given(case=operation.as_strategy())
        def check(case) -> None:
            # No schema can say which cursors a list gave out, so being refused is no fault.
            case.call_and_validate(headers={"Accept-Encoding": "identity"}, excluded_checks=[positive_data_acceptance])

        check()
    assert tried == sum("get" in methods for methods in paths().values()) > 0
