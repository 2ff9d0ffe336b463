"""Figures taken over from reports, each with its source; never mixed silently with computed ones."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import TextField


class ReportedFigure(models.Model):
    """A value that somebody published for a measure. Several sources may disagree; all are kept."""

    class Qualifier(models.TextChoices):
        EXACT = "", _("exactly")
        ABOUT = "about", _("about")
        MORE_THAN = "more-than", _("more than")
        PLANNED = "planned", _("planned")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="reported_figures")
    measure = models.CharField(max_length=100, db_index=True)
    value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)  # null: the value is not a number
    words = models.CharField(max_length=200, blank=True)  # a value that is not a number: "12-16 June"
    unit = models.CharField(max_length=40, blank=True)
    qualifier = models.CharField(max_length=10, choices=Qualifier, blank=True, default=Qualifier.EXACT)
    as_of = models.CharField(max_length=60, blank=True)  # as exact as the source: 2021-01-22, 2020-09, final
    source = models.CharField(max_length=300)
    slide = models.CharField(max_length=200, blank=True)  # where in the source
    note = TextField()
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["measure", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "measure", "source", "slide", "as_of"], name="figure_once"),
            models.CheckConstraint(condition=models.Q(value__isnull=False) | ~models.Q(words=""), name="figure_has_value"),
        ]
