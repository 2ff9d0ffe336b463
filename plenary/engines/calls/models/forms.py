"""Versions of a call's form. One with answers never changes; what is edited becomes the next version."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import models
from django.utils import timezone

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models.calls import Call


class FormVersion(models.Model):
    """A version of the form of a call. The one in force is the published one with the highest number."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="forms")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, blank=True)  # null: being edited, nobody answers it yet

    class Meta:
        ordering = ["call", "-number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="form_number")]

    def __str__(self) -> str:
        return f"{self.call_id} v{self.number}"

    @cached_property
    def form(self) -> Definition:
        """The definition, parsed once."""
        return parsed(self.pk, self.definition)


_parsed: dict[int, tuple[Any, Definition]] = {}


def parsed(key: int, data: Any) -> Definition:
    """A definition, parsed once for each version and process: parsing forty fields costs more than reading their answers."""
    kept = _parsed.get(key)
    if kept is None or kept[0] != data:
        if len(_parsed) > 500:
            _parsed.clear()
        kept = _parsed[key] = (data, Definition.from_data(data))
    return kept[1]
