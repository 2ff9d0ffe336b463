"""The trail cannot be rewritten: not by the models, not by a queryset, not by SQL."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from plenary.errors import NotAllowed
from plenary.ground.audit import guards, queries
from plenary.ground.audit.actions import changes, erase_payloads_of, keep_version, record
from plenary.ground.audit.actors import SYSTEM, require
from plenary.ground.audit.models import AppendOnlyViolation, Payload, TrailRecord, Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    record(actor=SYSTEM, verb="changed", kind="test.thing", key="1", before={"name": "old"}, after={"name": "new"}, reason="a better name")
    keep_version(actor=SYSTEM, kind="test.thing", key="1", snapshot={"name": "new"})


def refused(statement, parameters=()):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_models_refuse_changes(kept):
    for thing in (TrailRecord.objects.get(), Version.objects.get()):
        with pytest.raises(AppendOnlyViolation):
            thing.save()
        with pytest.raises(AppendOnlyViolation):
            thing.delete()
    for model in (TrailRecord, Version):
        with pytest.raises(AppendOnlyViolation):
            model.objects.update(key="2")
        with pytest.raises(AppendOnlyViolation):
            model.objects.all().delete()


@pytest.mark.parametrize("table", guards.TABLES)
def test_the_database_refuses_changes(kept, table):
    refused(f"UPDATE {table} SET key = 'other'")
    refused(f"DELETE FROM {table}")


def test_the_database_refuses_what_would_replace_a_record(kept):
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked would stop the statement first
        refused("TRUNCATE audit_trailrecord CASCADE")
        return
    refused("INSERT OR REPLACE INTO audit_payload (id, reason) SELECT id, 'other' FROM audit_payload")


@pytest.mark.parametrize("change", ["reason = 'other'", "erased_at = NULL", "\"before\" = '{}', reason = ''"])
def test_a_payload_cannot_be_rewritten(kept, change):
    refused(f"UPDATE audit_payload SET {change}")
    refused("DELETE FROM audit_payload")


def test_a_payload_can_be_emptied_once_and_for_all(kept):
    assert erase_payloads_of(subjects=[("test.thing", "1")]) == 2
    assert not Payload.objects.exclude(before=None, after=None, reason="").exists()
    assert TrailRecord.objects.get().verb == "changed", "that it happened stays"
    assert TrailRecord.objects.get().reason == ""
    assert erase_payloads_of(subjects=[("test.thing", "1")]) == 0
    refused("UPDATE audit_payload SET reason = 'put back'")


def test_erasing_touches_only_what_was_asked_for(kept):
    record(actor=SYSTEM, verb="changed", kind="test.thing", key="2", after={"name": "other"})
    erase_payloads_of(subjects=[("test.thing", "1")])
    assert queries.trail_of("test.thing", "2").get().payload.after == {"name": "other"}
    assert erase_payloads_of() == 0
    erase_payloads_of(actor_ids=["system"])
    assert not Payload.objects.filter(erased_at=None).exists()


def test_the_guards_can_be_taken_back_with_their_migration(kept):
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_trailrecord SET key = 'other'")
    guards.install(connection)
    guards.install(connection)
    refused("UPDATE audit_trailrecord SET key = '1'")


def test_no_migration_is_missing():
    call_command("makemigrations", "audit", check=True, dry_run=True)


def test_the_next_versions_number_follows(kept):
    assert keep_version(actor=SYSTEM, kind="test.thing", key="1", snapshot={}).number == 2
    assert keep_version(actor=SYSTEM, kind="test.thing", key="2", snapshot={}).number == 1
    assert [version.number for version in queries.versions_of("test.thing", "1")] == [2, 1]


def test_only_changed_values_are_kept():
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ({"b": 2, "c": None}, {"b": 3, "c": 4})


def test_lines_are_in_words_and_cost_no_more_for_more_records(kept, django_assert_max_num_queries):
    for number in range(20):
        record(actor=SYSTEM, verb="merged", kind="test.thing", key="1", after={"number": number})
    with django_assert_max_num_queries(3):
        lines = queries.lines(queries.trail_of("test.thing", "1"))
    assert [lines[0].verb, lines[-1].verb, lines[-1].who, lines[-1].reason] == ["Merged", "Changed", "The platform itself", "a better name"]
    assert lines[-1].changes == [queries.Change("name", "old", "new")]
    assert (timezone.now() - lines[0].at).total_seconds() < 60


def test_a_visitor_of_django_is_simply_refused():
    with pytest.raises(NotAllowed):
        require(AnonymousUser(), "audit.view_trail")
