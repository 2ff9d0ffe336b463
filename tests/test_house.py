"""The house itself: floors, the plan of every room, migrations."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from plenary.rooms import rooms

PACKAGE = settings.ROOT / "plenary"
FLOORS = ["ground", "engines", "programmes", "understanding", "voice", "faces"]
#: The modules that a room may have; anything else is a module of its own idea, named for that idea.
MOST_LINES = 500


def python_files() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts and "__pycache__" not in path.parts]


def test_code_imports_downwards_only():
    done = subprocess.run((str(Path(sys.executable).parent / "lint-imports"), "--no-cache"), cwd=settings.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_folder_of_a_floor_is_a_room_and_installed():
    folders = {f"plenary.{floor}.{path.parent.name}" for floor in FLOORS for path in (PACKAGE / floor).glob("*/__init__.py")}
    assert folders == {room.name for room in rooms()}


def test_rooms_are_installed_from_the_ground_up():
    floors = [FLOORS.index(name.split(".")[1]) for name in settings.ROOMS]
    assert floors == sorted(floors)


def test_every_room_has_an_app_and_tests():
    for room in rooms():
        folder = Path(room.path)
        assert (folder / "apps.py").exists(), room.name
        assert (folder / "tests" / "__init__.py").exists(), room.name
        if (folder / "models.py").exists():
            assert (folder / "migrations" / "__init__.py").exists(), room.name


def test_a_room_with_templates_keeps_them_under_its_own_name():
    for room in rooms():
        templates = Path(room.path) / "templates"
        if templates.exists():
            own = {Path(room.path).name, "account", "mfa", "allauth", "usersessions", "admin"}
            foreign = {path.name for path in templates.iterdir() if path.name not in own and not re.fullmatch(r"\d{3}\.html", path.name)}
            assert not foreign, f"{room.name}: {foreign}"


def test_queries_do_not_write_and_views_do_not_either():
    """Writes are in actions: neither reads nor pages call save, create, update or delete on models."""
    writing = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    wrong = []
    for path in python_files():
        if path.stem not in ("queries", "views", "api", "panels", "measures", "search", "navigation") or "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in writing
                and not isinstance(node.func.value, ast.Constant)
            ):
                owner = ast.unparse(node.func.value)
                if "form" not in owner and "actions" not in owner and "buffer" not in owner:
                    wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {owner}.{node.func.attr}")
    assert wrong == []


def is_atomic(function: ast.FunctionDef) -> bool:
    """Whether it is a write of its own; what actions share with each other runs in theirs."""
    return any("atomic" in ast.unparse(decorator) for decorator in function.decorator_list)


def test_actions_name_their_actor_and_take_keywords_only():
    wrong = []
    for path in python_files():
        if path.stem != "actions" or path.parent.name in ("audit", "search"):
            continue  # the trail and the change table are written inside other rooms' actions
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                keywords = [argument.arg for argument in node.args.kwonlyargs]
                if is_atomic(node) and (node.args.args or keywords[:1] != ["actor"]):
                    wrong.append(f"{path.relative_to(PACKAGE)}: {node.name}")
    assert wrong == []


def test_no_file_holds_two_ideas():
    long = {str(path.relative_to(PACKAGE)): lines for path in python_files() if (lines := len(path.read_text().splitlines())) > MOST_LINES}
    assert long == {}


def test_every_module_says_what_it_is():
    missing = [
        str(path.relative_to(PACKAGE))
        for path in python_files()
        if path.stat().st_size
        and path.stem not in ("apps", "urls", "navigation", "__init__")
        and "tests" not in path.parts
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert missing == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_of_each_room_are_one_line():
    loader = MigrationLoader(None)
    labels = [room.label for room in rooms()]
    for label in labels:
        leaves = [name for app, name in loader.graph.leaf_nodes() if app == label]
        assert len(leaves) <= 1, f"{label} has several last migrations: {leaves}"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_migrations_run_backwards_and_forwards_again():
    """On the database of this run: down to nothing, up to now; the tables are the same as before."""
    labels = {room.label for room in rooms()} & {app for app, _name in MigrationLoader(None).graph.nodes}
    before = set(connection.introspection.table_names())
    executor = MigrationExecutor(connection)
    try:
        executor.migrate([(label, None) for label in sorted(labels)])
        left = {table for table in connection.introspection.table_names() if table.split("_")[0] in labels}
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    assert left == set()
    assert set(connection.introspection.table_names()) == before
    state = ProjectState.from_apps(apps)
    changes = MigrationAutodetector(executor.loader.project_state(), state).changes(graph=executor.loader.graph)
    assert changes == {}


def test_every_dependency_has_a_reason():
    documented = set(
        re.findall(r"[\w-]+", " ".join(re.findall(r"^\| ([^|]+) \|", (settings.ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)).lower())
    )
    for file in ("base.in", "test.in"):
        for line in (settings.ROOT / "requirements" / file).read_text().splitlines():
            name = re.match(r"[\w-]+", line)
            if name and not line.startswith("-r"):
                assert name[0].lower() in documented, f"docs/dependencies.md gives no reason for {name[0]}"


def test_pinned_files_have_hashes_and_name_no_index():
    for file in ("base.txt", "test.txt"):
        text = (settings.ROOT / "requirements" / file).read_text()
        pinned = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==", text, re.MULTILINE)
        assert len(pinned) > 50
        assert text.count("--hash=sha256:") >= len(pinned)
        assert "://" not in text
        assert "index" not in text.replace("--hash", "").split("#")[0]
