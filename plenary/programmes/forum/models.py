"""The Forum of an edition: tracks, rooms, sessions and the people in them."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import Organisation, Person


class Track(models.Model):
    """A thread of the programme (High-Level Track, a special track)."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="tracks")
    code = models.SlugField(max_length=60)
    title = TextField()
    summary = TextField()
    is_special = models.BooleanField(default=False)
    aliases = models.JSONField(default=list, blank=True)  # other titles met in programmes, as strings
    theme = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="track_code")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.code}"


class Venue(models.Model):
    """A room, on site or virtual."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="venues")
    code = models.SlugField(max_length=60)
    name = TextField()
    capacity = models.PositiveIntegerField(null=True, blank=True)
    link = models.URLField(blank=True, max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="venue_code")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.code}"


class Session(models.Model):
    """A session of the programme."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLIC = "public", _("Public")
        CANCELLED = "cancelled", _("Cancelled")
        WITHDRAWN = "withdrawn", _("Withdrawn")  # a proposal that was taken back

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="sessions")
    number = models.CharField(max_length=60)  # the convener's own where there is one, else a count
    state = models.CharField(max_length=10, choices=State, default=State.PUBLIC)
    title = TextField()
    summary = TextField()
    description = TextField()
    kind = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # scheme session-types
    track = models.ForeignKey(Track, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions")
    venue = models.ForeignKey(Venue, on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)  # where a source gives the day but no time; else that of starts_at
    zone = models.CharField(max_length=60, default="Europe/Zurich")
    languages = models.JSONField(default=list, blank=True)
    link = models.URLField(blank=True, max_length=500)
    recording = models.URLField(blank=True, max_length=500)
    hosts = models.CharField(max_length=500, blank=True)  # organisers as the source writes them
    source = models.TextField(blank=True)
    source_id = models.CharField(max_length=200, blank=True)  # guid in the source, for importing again
    note = models.TextField(blank=True)  # what the source says besides, in its words
    imported = models.JSONField(default=dict, blank=True)  # by field, what the source said last: importing again spares what was edited since
    updated_at = models.DateTimeField(default=timezone.now)

    concepts = models.ManyToManyField(Concept, through="SessionConcept", related_name="sessions")
    organisers = models.ManyToManyField(Organisation, related_name="sessions", blank=True)

    class Meta:
        ordering = ["starts_at", "day", "number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="session_number"),
            models.CheckConstraint(condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")), name="session_instants"),
        ]
        indexes = [
            models.Index(fields=["edition", "state", "day", "starts_at"], name="session_programme"),
            models.Index(fields=["edition", "source_id"], name="session_source"),
        ]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.number}"

    @property
    def scope(self) -> str:
        """Sessions are the work of the edition's secretariat."""
        return self.edition.scope


class SessionConcept(models.Model):
    """That a session is about a concept, with the organiser's rationale."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="links")
    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="session_links")
    reason = TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "concept"], name="session_concept")]
        indexes = [models.Index(fields=["concept", "session"], name="session_by_concept")]


class SessionPerson(models.Model):
    """A person's part in a session, in the order in which they are named."""

    class Role(models.TextChoices):
        SPEAKER = "speaker", _("Speaker")
        MODERATOR = "moderator", _("Moderator")
        FACILITATOR = "facilitator", _("High-Level Track Facilitator")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="session_parts")
    role = models.CharField(max_length=20, choices=Role, default=Role.SPEAKER)
    post = models.CharField(max_length=300, blank=True)
    organisation = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "person", "role"], name="session_person")]


class Facilitator(models.Model):
    """Somebody who is to moderate the High-Level Track of an edition. portrait: a copy for the public."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        SELECTED = "selected", _("Selected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="facilitators")
    number = models.PositiveIntegerField()  # counts in the edition
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facilitator_parts")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    post = models.CharField(max_length=300, blank=True)
    organisation = models.CharField(max_length=300, blank=True)
    stakeholder_type = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    portrait = models.OneToOneField(StoredFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="portrait_of")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="facilitator_number"),
            models.UniqueConstraint(fields=["edition", "person"], condition=~models.Q(state="withdrawn"), name="facilitator_once"),
        ]
        indexes = [models.Index(fields=["edition", "state", "position"], name="facilitator_list")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.number}"
