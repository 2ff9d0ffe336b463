"""Repositories within the repository: the COVID-19 cases, the projects of UN agencies, whatever a convener hosts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import Organisation
from plenary.programmes.stocktaking.models.entries import Entry


class Collection(models.Model):
    """Entries that belong together, with a front page of their own. An entry can be in several."""

    code = models.SlugField(max_length=60, unique=True)  # also its address: /collections/covid-19/
    name = TextField()
    summary = TextField()
    introduction = TextField()  # Markdown
    logo = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    host = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="hosted_collections")
    calls = models.JSONField(default=list, blank=True)  # "2021/covid-19-repository": what they accept belongs here
    position = models.PositiveSmallIntegerField(default=50)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.code

    @property
    def scope(self) -> str:
        """The scope in which its curators hold their role."""
        return f"collection:{self.code}"


class CollectionEntry(models.Model):
    """That an entry is in a collection."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="places")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="places")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "entry"], name="collection_entry")]
