"""Packages of visibility and partnership that an edition offers, and those who took them up."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import Organisation


class Package(models.Model):
    """A level of partnership; an exclusive one is given to one partner only."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="packages")
    code = models.SlugField(max_length=60)
    title = TextField()
    offer = TextField()
    is_exclusive = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["edition", "position", "code"]
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="package_code")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.code}"


class Offer(models.Model):
    """That an organisation takes a package up. Its name and level are public; contact and message are for the secretariat."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="offers")
    number = models.PositiveIntegerField()  # counts in the edition
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="offers")
    is_exclusive = models.BooleanField(default=False)  # as the package is, for the constraint
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="partner_offers")
    state = models.CharField(max_length=10, choices=State, default=State.ACCEPTED)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)
    message = TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["edition", "number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "number"], name="offer_number"),
            models.UniqueConstraint(fields=["package"], condition=models.Q(is_exclusive=True, state="accepted"), name="offer_exclusive"),
            models.UniqueConstraint(fields=["package", "organisation"], condition=models.Q(state="accepted"), name="offer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.number}"
