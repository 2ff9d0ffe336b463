"""Triggers by which the database itself keeps the trail and versions append-only, on SQLite and PostgreSQL.

A record can be added; it cannot be changed, deleted or replaced. A payload can be emptied, and only emptied. Whoever
owns the database can of course remove the triggers, but not by a slip, nor by a statement slipped into a page.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("audit_trailrecord", "audit_version")
PAYLOAD = "audit_payload"
_EMPTIED = "NEW.id = OLD.id AND NEW.before IS NULL AND NEW.after IS NULL AND NEW.reason = '' AND NEW.erased_at IS NOT NULL"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place."""
    _run(connection, _sqlite_install() if connection.vendor == "sqlite" else _postgresql_install())


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away (going back a migration; emptying a test database)."""
    _run(connection, _sqlite_remove() if connection.vendor == "sqlite" else _postgresql_remove())


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite_install() -> list[str]:
    statements = []
    for table in (*TABLES, PAYLOAD):
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        changed = f"WHEN NOT ({_EMPTIED})" if table == PAYLOAD else ""
        statements += [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {changed} {refuse}",
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
            # INSERT OR REPLACE deletes without firing the delete trigger
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} FOR EACH ROW "  # noqa: S608
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}",
        ]
    return statements


def _sqlite_remove() -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {table}_no_{act}" for table in (*TABLES, PAYLOAD) for act in ("update", "delete", "replace")]


def _postgresql_install() -> list[str]:
    statements = [
        """
        CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    ]
    for table in (*TABLES, PAYLOAD):
        changed = f"WHEN (NOT ({_EMPTIED}))" if table == PAYLOAD else ""
        statements += [
            f"CREATE OR REPLACE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {changed} EXECUTE FUNCTION audit_append_only()",
            f"CREATE OR REPLACE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
            f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
        ]
    return statements


def _postgresql_remove() -> list[str]:
    drops = [f"DROP TRIGGER IF EXISTS {table}_no_{act} ON {table}" for table in (*TABLES, PAYLOAD) for act in ("update", "delete", "truncate")]
    return [*drops, "DROP FUNCTION IF EXISTS audit_append_only()"]
