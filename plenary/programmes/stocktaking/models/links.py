"""What became of the addresses that entries name."""

from __future__ import annotations

from django.db import models


class LinkState(models.Model):
    """How an address answered when it was last tried. It counts as dead after three tries on different days."""

    url = models.CharField(max_length=500, unique=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(default=0)  # of HTTP; 0: no answer
    failures = models.PositiveSmallIntegerField(default=0)  # one after the other
    told_at = models.DateTimeField(null=True, blank=True)  # when owners were told

    class Meta:
        indexes = [models.Index(fields=["tried_at"], name="link_due")]

    def __str__(self) -> str:
        return self.url

    @property
    def is_dead(self) -> bool:
        return self.failures >= 3
