"""Entries of the repository: projects and activities, each once, with all that editions and contests add to them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import Organisation


class Entry(models.Model):
    """A project or activity."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLIC = "public", _("Public")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Reach(models.TextChoices):
        LOCAL = "local", _("Local")
        NATIONAL = "national", _("National")
        REGIONAL = "regional", _("Regional")
        INTERNATIONAL = "international", _("International")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ONGOING = "ongoing", _("Ongoing")
        COMPLETED = "completed", _("Completed")

    number = models.CharField(max_length=60, unique=True)  # the convener's own number where there is one, else edition-count
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")  # in which it was first submitted
    state = models.CharField(max_length=10, choices=State, default=State.PUBLIC)
    title = TextField()
    sort_title = models.CharField(max_length=200)  # folded original title, for ordering
    summary = TextField()
    description = TextField()
    stakeholder_type = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reach = models.CharField(max_length=15, choices=Reach, blank=True)
    status = models.CharField(max_length=10, choices=Status, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True, db_index=True)
    sort_year = models.PositiveSmallIntegerField(default=0, editable=False)  # the year, 0 where unknown: databases disagree on where nulls stand
    website = models.URLField(blank=True, max_length=500)
    source = models.TextField(blank=True)  # where an imported record was found
    source_id = models.CharField(max_length=200, blank=True, db_index=True)  # identifies it in that source, for importing again
    identity = models.CharField(max_length=32, blank=True, db_index=True, editable=False)  # of title, organisations and countries: see identity.py
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    concepts = models.ManyToManyField(Concept, through="EntryConcept", related_name="entries")
    organisations = models.ManyToManyField(Organisation, through="EntryOrganisation", related_name="entries")

    class Meta:
        ordering = ["-sort_year", "sort_title", "id"]
        indexes = [
            models.Index(fields=["state", "-sort_year", "sort_title", "id"], name="entry_newest"),
            models.Index(fields=["state", "sort_title", "id"], name="entry_by_title"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(starts_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")), name="entry_dates"
            ),
            models.UniqueConstraint(fields=["source_id"], condition=~models.Q(source_id=""), name="entry_source"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def scope(self) -> str:
        """The scope in which roles for this entry are held: its edition, or the whole site."""
        return self.edition.scope if self.edition_id and self.edition else "site"

    @property
    def is_public(self) -> bool:
        return self.state == self.State.PUBLIC


class EntryConcept(models.Model):
    """That an entry is about a concept (action line, goal, target, country, theme), with the reason given."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="links")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="entry_links")
    reason = TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "concept"], name="entry_concept")]
        indexes = [models.Index(fields=["concept", "entry"], name="entry_by_concept")]


class EntryOrganisation(models.Model):
    """That an organisation carries or supports an entry."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        PARTNER = "partner", _("Partner")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="organisation_links")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="entry_links")
    role = models.CharField(max_length=10, choices=Role, default=Role.LEAD)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["entry", "organisation"], name="entry_organisation")]
