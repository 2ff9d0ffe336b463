"""Concepts (SKOS) and editions: the data that every programme hangs on."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.text import TextField


class Scheme(models.Model):
    """A concept scheme: action lines, goals, countries, themes."""

    code = models.SlugField(max_length=40, unique=True)
    title = TextField()
    description = TextField()
    address = models.SlugField(max_length=40, blank=True)  # first part of its public address, where it has pages
    source = models.TextField(blank=True)
    licence = models.CharField(max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code


class Concept(models.Model):
    """A concept of a scheme; a retired one stays readable but is no longer offered."""

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="concepts")
    code = models.CharField(max_length=60)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    position = models.PositiveIntegerField(default=0)
    label = TextField()
    definition = TextField()
    aliases = models.JSONField(default=list, blank=True)  # other spellings met in data, as strings
    facts = models.JSONField(default=dict, blank=True)  # what only this scheme knows: {"iso3": "KEN", "m49": "404"}
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["scheme", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="concept_code")]

    def __str__(self) -> str:
        return str(self.label) or self.code


class Membership(models.Model):
    """That a concept belonged to a group (a country to a region) from and until a day."""

    member = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="members")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)  # the first day on which it no longer held
    note = models.TextField(blank=True)
    reference = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "group", "since"], nulls_distinct=False, name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(since__isnull=True) | models.Q(until__gt=models.F("since")), name="membership_dates"
            ),
        ]


class Mapping(models.Model):
    """A link between concepts: a cell of the WSIS-SDG matrix, a facilitator of an action line."""

    source = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="mappings_out")
    target = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="mappings_in")
    kind = models.CharField(max_length=40)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    rationale = TextField()
    reference = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "target", "kind", "since"], nulls_distinct=False, name="mapping_once")]
        indexes = [models.Index(fields=["target", "kind"], name="mapping_back")]


class Edition(models.Model):
    """One round of the process, usually a year."""

    class Mode(models.TextChoices):
        PHYSICAL = "physical", _("On site")
        VIRTUAL = "virtual", _("Online")
        HYBRID = "hybrid", _("On site and online")

    code = models.SlugField(max_length=30, unique=True)  # as in addresses: 2021, demo
    name = TextField()
    summary = TextField()
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    mode = models.CharField(max_length=10, choices=Mode, blank=True)
    place = TextField()
    zone = models.CharField(max_length=60, default="Europe/Zurich")
    is_stub = models.BooleanField(default=False)  # known by name and dates only
    anchor = models.DateField(null=True, blank=True)  # the day relative dates count from (the demo)
    contact = models.EmailField(blank=True)
    website = models.URLField(blank=True)

    class Meta:
        ordering = ["starts_on", "code"]
        constraints = [models.CheckConstraint(condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")), name="edition_dates")]

    def __str__(self) -> str:
        return self.code

    @property
    def scope(self) -> str:
        """The scope in which roles for this edition are granted."""
        return f"edition:{self.code}"


class Milestone(models.Model):
    """A dated step of an edition on its timeline (final week, regional meeting, launch)."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="milestones")
    code = models.SlugField(max_length=60)
    title = TextField()
    text = TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)  # for whole days: the first instant of the last day
    all_day = models.BooleanField(default=True)
    zone = models.CharField(max_length=60, default="Europe/Zurich")
    link = models.URLField(blank=True, max_length=500)

    class Meta:
        ordering = ["starts_at", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="milestone_code")]

    @property
    def first_day(self) -> date:
        """The day on which it starts, in its own zone."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last_day(self) -> date:
        """The day on which it ends, in its own zone. One of whole days ends with that day, not at ``ends_at``."""
        return (self.ends_at or self.starts_at).astimezone(ZoneInfo(self.zone)).date()

    @property
    def standing(self) -> str:
        """``past``, ``now`` or ``coming``."""
        if self.all_day:
            today = timezone.now().astimezone(ZoneInfo(self.zone)).date()
            return "coming" if today < self.first_day else "now" if today <= self.last_day else "past"
        now = timezone.now()
        return "coming" if now < self.starts_at else "now" if self.ends_at and now < self.ends_at else "past"


class LoadedRecord(models.Model):
    """What a record of an edition folder was when last loaded; an edit made since then is the difference to it."""

    edition_code = models.CharField(max_length=30)
    section = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition_code", "section", "key"], name="loaded_record")]
