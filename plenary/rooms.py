"""What makes a folder a room of the house: one Django app that registers what it offers.

A room is a folder of a floor with the same plan as every other (see ``docs/architecture.md``). At start-up its
registering modules are imported, so that decorators in them put panels, measures, indexed kinds, edition sections
and privacy handlers where lower rooms find them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import AppConfig, apps

#: Modules that a room may have, imported once all models are loaded. Each registers by being imported.
REGISTERING = ("rules", "listeners", "panels", "measures", "search", "sections", "privacy", "navigation", "intakes", "learning")


class Room(AppConfig):
    """The Django app of a room; ``ready`` imports its registering modules."""

    default_auto_field = "django.db.models.BigAutoField"
    default = False  # Django looks for the one app in a module; this base is none

    def __init_subclass__(cls) -> None:
        cls.default = True

    def ready(self) -> None:
        for name in REGISTERING:
            self.load(name)

    def load(self, name: str) -> ModuleType | None:
        """The room's module of that name, or None if the room has none."""
        path = f"{self.name}.{name}"
        return import_module(path) if find_spec(path) else None


def rooms() -> list[Room]:
    """All installed rooms, lowest floor first."""
    return [config for config in apps.get_app_configs() if isinstance(config, Room)]


def offered(module: str, name: str) -> list[object]:
    """Collect the attribute ``name`` of every room's ``module`` (for example the ``commands`` of ``commands.py``)."""
    found = []
    for room in rooms():
        source = room.load(module)
        if source is not None and hasattr(source, name):
            found.append(getattr(source, name))
    return found
