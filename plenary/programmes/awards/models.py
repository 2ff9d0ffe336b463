"""Contests and the awards that entries received in them, with one vocabulary of level; photographs and teams of contests of their own."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.models import Call
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import Person
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


class Shown(models.Model):
    """What an edition shows of a contest without entries: numbered in the edition, public or withdrawn."""

    class State(models.TextChoices):
        PUBLIC = "public", _("Public")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.PositiveIntegerField()  # counts in the edition
    state = models.CharField(max_length=10, choices=State, default=State.PUBLIC)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Photo(Shown):
    """A photograph of a photo contest. file: a copy for the public; the original stays with the submission."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="photos")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="photos")
    title = TextField()
    caption = TextField()
    alt = TextField()  # what it shows, for those who do not see it
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="photos")
    country = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="photo")

    class Meta:
        ordering = ["edition", "number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="photo_number")]
        indexes = [models.Index(fields=["edition", "state", "number"], name="photo_list")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.number}"


class Team(Shown):
    """A team of a hackathon with its project. shows_members: whether they agreed that their names are published."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="teams")
    call = models.ForeignKey(Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="teams")
    name = models.CharField(max_length=200)
    project = TextField()
    description = TextField()
    organisation = models.CharField(max_length=300, blank=True)
    country = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    website = models.URLField(blank=True, max_length=500)
    shows_members = models.BooleanField(default=False)
    members = models.ManyToManyField(Person, through="TeamMember", related_name="teams")

    class Meta:
        ordering = ["edition", "number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="team_number")]
        indexes = [models.Index(fields=["edition", "state", "number"], name="team_list")]

    def __str__(self) -> str:
        return f"{self.edition.code}/{self.number}"


class TeamMember(models.Model):
    """That a person is in a team, in the order in which they are named."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="places")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="team_places")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="team_member")]
