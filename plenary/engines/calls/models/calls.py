"""Open calls and their phases. What is open follows from instants and the clock, never from a stored flag."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.instants import day_in, is_midnight
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import TextField


class Call(models.Model):
    """Something the process asks the world for."""

    class Audience(models.TextChoices):
        ANYONE = "anyone", _("Anyone, without confirming an address")
        VERIFIED = "verified", _("Anyone with a confirmed e-mail address")
        INVITED = "invited", _("Only those who were invited")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="calls")
    slug = models.SlugField(max_length=60)
    title = TextField()
    purpose = TextField()  # one sentence for lists
    rules = TextField()
    guidance = TextField()
    languages = models.JSONField(default=list, blank=True)  # content languages accepted; empty: any
    contact = models.EmailField(blank=True)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.VERIFIED)
    stakeholder_types = models.JSONField(default=list, blank=True)  # codes of those who may answer; empty: all
    per_person = models.PositiveSmallIntegerField(null=True, blank=True)  # how many submissions at most; none: any number
    per_organisation = models.PositiveSmallIntegerField(null=True, blank=True)
    per_organisation_and_category = models.PositiveSmallIntegerField(null=True, blank=True)
    intakes = models.JSONField(default=list, blank=True)  # [{"decision": "eligible", "intake": "stocktaking.entry"}], in order
    shows_use = models.BooleanField(default=False)  # whether the public reads what became of each input
    use_published_at = models.DateTimeField(null=True, blank=True)
    # Null: hidden, only the desk knows of it. What comes with the data of an edition is public unless the data say otherwise;
    # what is made at the desk is hidden until somebody publishes it.
    published_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "slug"]
        constraints = [models.UniqueConstraint(fields=["edition", "slug"], name="call_slug")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.slug}"

    @property
    def is_published(self) -> bool:
        """Whether anybody but the desk knows of it."""
        return self.published_at is not None

    @property
    def decisions(self) -> list[str]:
        """The codes of the decisions by which a submission goes on, in order; one plain acceptance where none is named."""
        return list(dict.fromkeys(each["decision"] for each in self.intakes)) or ["accepted"]

    @property
    def scope(self) -> str:
        """The scope in which roles for this call are granted."""
        return f"call:{self.edition.code}/{self.slug}"


class Phase(models.Model):
    """A dated part of a call. An open end (no ``closes_at``) is an ongoing call."""

    class Kind(models.TextChoices):
        COLLECT = "collect", _("Submission")
        MEETING = "meeting", _("Meeting")
        SCREEN = "screen", _("Review")
        VOTE = "vote", _("Public vote")
        JURY = "jury", _("Jury")
        ANNOUNCE = "announce", _("Announcement")
        PUBLISH = "publish", _("Publication")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="phases")
    code = models.SlugField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind)
    title = TextField()
    text = TextField()
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    all_day = models.BooleanField(default=False)  # only the days are known: it lasts to the end of the last (see instants.py)
    zone = models.CharField(max_length=60, default="Europe/Zurich")
    link = models.URLField(blank=True, max_length=500)
    agenda = TextField()  # of a meeting
    summary = TextField()  # what came of it
    recording = models.URLField(blank=True, max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["call", "position", "opens_at"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="phase_code"),
            models.CheckConstraint(
                condition=models.Q(closes_at__isnull=True) | models.Q(opens_at__isnull=True) | models.Q(closes_at__gte=models.F("opens_at")),
                name="phase_instants",
            ),
        ]
        indexes = [models.Index(fields=["kind", "closes_at"], name="phase_deadline")]

    @property
    def first_day(self) -> date | None:
        """The day on which it opens, by its own clock."""
        return day_in(self.opens_at, self.zone) if self.opens_at else None

    @property
    def last_day(self) -> date | None:
        """The day on which it closes, by its own clock."""
        return day_in(self.closes_at, self.zone) if self.closes_at else None

    @property
    def within_a_day(self) -> bool:
        """Whether it begins and ends on one day, as meetings do."""
        return self.first_day is not None and self.first_day == self.last_day and not self.opens_on_a_day

    @property
    def opens_on_a_day(self) -> bool:
        """Whether only the day of its opening is known: it opens as that day begins."""
        return self.opens_at is not None and is_midnight(self.opens_at, self.zone)


class DeadlineChange(models.Model):
    """That a deadline was moved, with the note that the public reads."""

    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="deadline_changes")
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)
    after = models.DateTimeField(null=True)
    note = TextField()

    class Meta:
        ordering = ["-at"]
