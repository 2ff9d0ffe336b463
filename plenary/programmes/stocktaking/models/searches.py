"""Searches that somebody keeps, to look again or to be told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.people.models import User


class SavedSearch(models.Model):
    """A search of the repository with a name, and how often its owner is told what is new."""

    class Often(models.TextChoices):
        NEVER = "never", _("Never")
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=120)
    query = models.CharField(max_length=2000, blank=True)  # the query part of the list's address, in canonical order
    often = models.CharField(max_length=10, choices=Often, default=Often.WEEKLY)
    language = models.CharField(max_length=10, default="en")  # of its mails
    made_at = models.DateTimeField(default=timezone.now)
    told_until = models.DateTimeField(default=timezone.now)  # what became public before this instant has been told
    looked_at = models.DateTimeField(default=timezone.now)  # when it last went through the index, found or not

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "query"], name="saved_search_once")]
        indexes = [models.Index(fields=["often", "looked_at"], name="saved_search_due")]

    def __str__(self) -> str:
        return self.name
