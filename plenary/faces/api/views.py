"""The API's documentation page, made from its own description."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from plenary.faces.api.description import type_of
from plenary.ground.people.tokens import scopes
from plenary.ground.web.cache import public_page


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field of a record. component: what it is made of, where that is described by itself."""

    name: str
    words: str
    component: str
    description: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API can be asked."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: str  # what is sent: the name of a component
    answer: str
    component: str
    scope: str  # that a token must have; empty where none is needed
    example: str  # an address that works as it stands; empty where the path has parameters or a token is needed


@dataclass(slots=True)
class Group:
    """Operations that belong together."""

    name: str
    operations: list[Operation] = field(default_factory=list)


@public_page
def documentation(request: HttpRequest) -> HttpResponse:
    """What the API offers and how to ask for it."""
    groups, components = _described()
    context = {"groups": groups, "components": components, "scopes": list(scopes().values()), "base_url": settings.BASE_URL}
    return render(request, "api/documentation.html", context)


@lru_cache(maxsize=1)
def _described() -> tuple[list[Group], list[tuple[str, str, list[Field]]]]:
    from plenary.faces.api.main import api  # it needs all rooms to be ready

    schema = api.get_openapi_schema()
    groups: dict[str, Group] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            name = (operation.get("tags") or ["other"])[0]
            groups.setdefault(name, Group(name)).operations.append(_operation(path, method, operation))
    components = [
        (name, component.get("description", "") or _values(component), _fields(component))
        for name, component in sorted(schema["components"]["schemas"].items())
    ]
    return list(groups.values()), components


def _operation(path: str, method: str, operation: dict[str, Any]) -> Operation:
    done: dict[str, Any] = next((answer for status, answer in operation["responses"].items() if status.startswith("2")), {})
    words, component = _content(done)
    security = operation.get("security") or [{}]
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        parameters=[
            Field(each["name"], type_of(each["schema"])[0], "", each.get("description", ""), each.get("required", False))
            for each in operation.get("parameters", [])
        ],
        body=_content(operation.get("requestBody", {}))[1],
        answer=words,
        component=component,
        scope=next((scope for scopes in security[0].values() for scope in scopes), ""),
        example=path if method == "get" and "{" not in path and not operation.get("security") else "",
    )


def _content(message: dict[str, Any]) -> tuple[str, str]:
    """What is sent or answered, in words, and the name of its component."""
    contents: list[dict[str, Any]] = list(message.get("content", {}).values())
    return type_of(contents[0].get("schema", {})) if contents else ("", "")


def _values(component: dict[str, Any]) -> str:
    """The values of a component that has no fields."""
    return "" if "properties" in component else type_of(component)[0]


def _fields(component: dict[str, Any]) -> list[Field]:
    required = component.get("required", [])
    found = []
    for name, value in component.get("properties", {}).items():
        words, made_of = type_of(value)
        found.append(Field(name, words, made_of, value.get("description", ""), name in required))
    return found
