"""Entries of the repository: projects and activities, each once, with all that editions and contests add to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import Organisation, User

if TYPE_CHECKING:
    from plenary.programmes.stocktaking.models.collections import Collection, CollectionEntry


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
        GLOBAL = "global", _("Global")

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
    beneficiaries = TextField()  # whom it serves
    results = TextField()  # what came of it
    challenges = TextField()
    partnerships = TextField()  # how partners work together on it
    replicability = TextField()  # how others can do the same
    stakeholder_type = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reach = models.CharField(max_length=15, choices=Reach, blank=True)
    status = models.CharField(max_length=10, choices=Status, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True, db_index=True)
    sort_year = models.PositiveSmallIntegerField(default=0, editable=False)  # the year, 0 where unknown: databases disagree on where nulls stand
    website = models.URLField(blank=True, max_length=500)
    web_links = models.JSONField(default=list, blank=True)  # further pages about it: [{"url": ..., "label": ...}]
    source = models.TextField(blank=True)  # where an imported record was found
    source_id = models.CharField(max_length=200, blank=True, db_index=True)  # identifies it in that source, for importing again
    identity = models.CharField(max_length=32, blank=True, db_index=True, editable=False)  # of title, organisations and countries: see identity.py
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True, db_index=True)  # when it first became public
    confirmed_at = models.DateTimeField(null=True, blank=True)  # when an owner last said that it stands as it is, or changed it
    asked_at = models.DateTimeField(null=True, blank=True)  # when its owners were last asked whether it does
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")  # the same project; its pages lead there

    concepts = models.ManyToManyField(Concept, through="EntryConcept", related_name="entries")
    organisations = models.ManyToManyField(Organisation, through="EntryOrganisation", related_name="entries")
    collections: models.ManyToManyField[Collection, CollectionEntry] = models.ManyToManyField("Collection", through="CollectionEntry", related_name="entries")
    owners = models.ManyToManyField(User, through="EntryOwner", related_name="entries")

    class Meta:
        ordering = ["-sort_year", "sort_title", "id"]
        indexes = [
            models.Index(fields=["state", "-sort_year", "sort_title", "id"], name="entry_newest"),
            models.Index(fields=["state", "sort_title", "id"], name="entry_by_title"),
            models.Index(fields=["updated_at", "id"], name="entry_by_change"),  # for harvesters
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(starts_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")), name="entry_dates"
            ),
            models.UniqueConstraint(fields=["source_id"], condition=~models.Q(source_id=""), name="entry_source"),
            models.CheckConstraint(condition=models.Q(merged_into__isnull=True) | models.Q(state="withdrawn"), name="entry_merged_is_withdrawn"),
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
        FUNDER = "funder", _("Funder")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="organisation_links")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="entry_links")
    role = models.CharField(max_length=10, choices=Role, default=Role.LEAD)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["entry", "organisation"], name="entry_organisation")]


class EntryOwner(models.Model):
    """That somebody with an account speaks for an entry: changes it, confirms it, hands it over."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="ownerships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ownerships")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["since", "id"]
        constraints = [models.UniqueConstraint(fields=["entry", "user"], name="entry_owner")]


class EntryEdition(models.Model):
    """That an entry took part in an edition: was added or brought up to date through one of its calls."""

    class How(models.TextChoices):
        ADDED = "added", _("Added")
        UPDATED = "updated", _("Brought up to date")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="history")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="entry_history")
    how = models.CharField(max_length=10, choices=How)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["entry", "edition", "how"], name="entry_edition")]


class EntryNumber(models.Model):
    """A number under which an entry was known elsewhere or before; addresses with it lead to the entry."""

    number = models.CharField(max_length=60, unique=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="other_numbers")

    def __str__(self) -> str:
        return self.number


class EntryMedia(models.Model):
    """A picture or document that an entry shows. Its file is a public copy, without place or camera."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="media")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    alt = TextField()  # what a picture shows, for those who do not see it
    caption = TextField()
    credit = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["entry", "file"], name="entry_media")]


class EntryContact(models.Model):
    """Whom the secretariat asks about an entry. Private: in no list, export, version or feed."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="contact")
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
