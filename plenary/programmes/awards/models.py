"""Contests and the awards that entries received in them, with one vocabulary of level."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.models import Call
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.text import TextField
from plenary.programmes.stocktaking.models import Entry


class Contest(models.Model):
    """A contest of an edition, such as the WSIS Prizes."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="contests")
    code = models.SlugField(max_length=60, default="prizes")
    title = TextField()
    rules = TextField()
    categories = models.ForeignKey(Scheme, on_delete=models.PROTECT, null=True, blank=True, related_name="contests")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="contests")

    class Meta:
        ordering = ["-edition__starts_on", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="contest_code")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.code}"

    @property
    def scope(self) -> str:
        """The scope in which roles for this contest are held."""
        return self.edition.scope


class Award(models.Model):
    """How far an entry came in a contest. ``awarded``: the source names no level."""

    class Level(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        ELIGIBLE = "eligible", _("Eligible")
        NOMINATED = "nominated", _("Nominated")
        AWARDED = "awarded", _("Awarded, level not stated")
        CHAMPION = "champion", _("Champion")
        SPECIAL = "special", _("Special recognition")
        WINNER = "winner", _("Winner")

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="awards")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="awards")
    category = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="awards")  # null: unknown
    level = models.CharField(max_length=10, choices=Level)
    number = models.CharField(max_length=60, blank=True)  # the convener's own, kept as text
    source = models.TextField(blank=True)
    note = TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "entry", "category"], name="award_once"),
            models.UniqueConstraint(fields=["contest", "entry"], condition=models.Q(category__isnull=True), name="award_once_unknown"),
        ]
        indexes = [models.Index(fields=["contest", "level"], name="award_level")]

    @property
    def sources(self) -> list[str]:
        """Each source by itself."""
        return [part.strip() for part in self.source.split(" ; ") if part.strip()]
