"""Publications of an edition, what stakeholders contributed to them, and the snapshots that generated documents are made from."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept, Edition
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import Organisation


class Publication(models.Model):
    """A document that an edition published or promises."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="publications")
    code = models.SlugField(max_length=80)
    title = TextField()
    series = models.SlugField(max_length=60, blank=True)  # outcome, stocktaking: what belongs together over the years
    region = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(blank=True, max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="publication_code")]


class ReportPart(models.Model):
    """What people wrote for an edition's progress report; the rest of it comes from the records."""

    class Place(models.TextChoices):
        PROCESS = "process", _("Process and timeline")
        FORUM = "forum", _("The Forum that was held")
        UNGIS = "ungis", _("United Nations Group on the Information Society")
        COMMISSIONS = "commissions", _("Regional commissions")
        AGENCY = "agency", _("Report on implementation")
        ROADMAPS = "roadmaps", _("Roadmaps")
        RESPONSE = "response", _("Response to current events")
        NEXT = "next", _("The Forum of the edition")
        THEMES = "themes", _("Themes")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="report_parts")
    code = models.SlugField(max_length=60)
    place = models.CharField(max_length=20, choices=Place)
    title = TextField()
    text = TextField()  # paragraphs; {2020:forum.sessions} stands for a figure, {forum.sessions} for one of this edition
    figures = models.JSONField(default=list, blank=True)  # figures shown below the text, written likewise
    link = models.URLField(blank=True, max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="report_part_code")]


class Snapshot(models.Model):
    """The figures that a generated document was made with, as they stood then."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="snapshots")
    document = models.SlugField(max_length=60)
    language = models.CharField(max_length=10, default="en")
    digest = models.CharField(max_length=64, default="")  # of all that the document says; the same digest, the same files
    taken_at = models.DateTimeField(default=timezone.now)
    content = models.JSONField()

    class Meta:
        ordering = ["-id"]


class Contribution(models.Model):
    """What a stakeholder wrote for a report that the convener puts together. Not public before the report is."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="contributions")
    number = models.PositiveIntegerField()  # counts in the edition
    report = models.SlugField(max_length=60)  # for which report
    report_title = TextField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="contributions")
    sector = TextField()  # that of the convener or the kind of stakeholder, in words
    country = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = TextField()
    text = TextField()
    state = models.CharField(max_length=10, choices=State, default=State.ACCEPTED)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["edition", "report", "number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="contribution_number")]
        indexes = [models.Index(fields=["edition", "report", "state", "number"], name="contribution_list")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.number}"
