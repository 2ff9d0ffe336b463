"""The ``plenary`` command: each room brings its own group in ``commands.py``."""

from __future__ import annotations

import os
import sys

import click


def command() -> click.Group:
    """The whole command, with the groups of all rooms."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plenary.config.settings")
    import django

    django.setup()
    from plenary.rooms import offered

    group = click.Group("plenary", help="Runs and keeps a Plenary site.", context_settings={"help_option_names": ["-h", "--help"]})
    for commands in offered("commands", "commands"):
        for each in commands:  # type: ignore[attr-defined]
            group.add_command(each)
    return group


def main() -> None:
    """Entry point of the console script."""
    from django.db import OperationalError, ProgrammingError

    from plenary.errors import Invalid, PlenaryError

    try:
        command()(standalone_mode=True)
    except Invalid as error:
        for field, texts in error.problems.items():
            for text in texts:
                click.echo(f"{field}: {text}" if field else text, err=True)
        sys.exit(1)
    except PlenaryError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except (OperationalError, ProgrammingError):
        if not _lacks_tables():
            raise
        click.echo("The database has not been set up yet, or not by this version: run `plenary setup` first.", err=True)
        sys.exit(1)


def _lacks_tables() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
