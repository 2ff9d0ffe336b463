"""What was submitted to a call, from the first word of a draft to what became of it."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.models.calls import Call
from plenary.engines.calls.models.forms import FormVersion
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import TextField
from plenary.ground.people.models import User


def digest(secret: str) -> str:
    """What is kept of a secret in an address: enough to know it again, of no use to a thief of the database."""
    return hashlib.sha256(secret.encode()).hexdigest()


#: Stands for who entered a submission whose writer was erased: no secret address opens it any more.
ERASED = "erased"


class Submission(models.Model):
    """One answer to a call.

    ``draft`` holds what is being written, as it was written; ``answers`` what was submitted, checked and typed. Editing
    after submitting makes a draft beside the answers, which stand until the draft is submitted in their place.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned for changes")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Not accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Origin(models.TextChoices):
        SITE = "site", _("This site")
        API = "api", _("Interface for programs")
        PAPER = "paper", _("Paper")
        MAIL = "mail", _("E-mail")
        IMPORT = "import", _("Imported table")

    class Use(models.TextChoices):
        USED = "used", _("Taken up")
        PARTLY = "partly", _("Taken up in part")
        NOTED = "noted", _("Noted")
        NOT_USED = "not-used", _("Not taken up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="submissions")
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="submissions")  # of the answers, else of the draft
    begun_with = models.PositiveIntegerField(null=True, blank=True)  # version of the form with which the draft, or the changes, were begun
    drafted_with = models.PositiveIntegerField(null=True, blank=True)  # version of the form with which the draft was last saved; null: that of ``form``
    number = models.PositiveIntegerField(null=True, blank=True)  # counts in the call, given at the first submitting
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.SITE)
    language = models.CharField(max_length=10, default="en")  # in which the contributor reads, for mails
    answers = models.JSONField(default=dict, blank=True)
    draft = models.JSONField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)  # counts savings; programs send it back to say what they saw
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="submissions")
    members = models.ManyToManyField(User, related_name="joined_submissions", blank=True)  # co-submitters
    email = models.EmailField(blank=True)  # where the link to an unclaimed draft was sent, or of whom staff enters it for
    secret = models.CharField(max_length=64, blank=True, db_index=True)  # digest; opens a draft that nobody has claimed
    late = models.ForeignKey("LateCode", on_delete=models.SET_NULL, null=True, blank=True, related_name="submissions")
    editable_until = models.DateTimeField(null=True, blank=True)  # of one that was returned for changes
    # Message and time of a return while the submission is withdrawn or decided on: it comes back as it was.
    set_aside = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)  # first
    reminded_at = models.DateTimeField(null=True, blank=True)
    reminded_of = models.DateTimeField(null=True, blank=True)  # the deadline of which the last reminder told
    deleted_at = models.DateTimeField(null=True, blank=True)  # a draft its owner threw away; staff can bring it back
    copied_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="copies")
    entered_by = models.CharField(max_length=64, blank=True)  # trail id of the member of staff who typed it in
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned_submissions")
    shared_with_focal_point = models.BooleanField(default=False)
    message = models.TextField(blank=True)  # from staff to the contributor, with a return or a decision
    use = models.CharField(max_length=10, choices=Use, blank=True)  # how the convener used it
    use_note = TextField()

    # Read from the answers at each submitting, for lists, limits and figures.
    title = models.CharField(max_length=300, blank=True)
    category = models.CharField(max_length=60, blank=True)
    country = models.ForeignKey(Concept, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.CharField(max_length=300, blank=True)
    organisation_key = models.CharField(max_length=320, blank=True)  # folded name and country, for limits
    fingerprint = models.CharField(max_length=32, blank=True)  # of title and organisation, for finding duplicates

    class Meta:
        ordering = ["-submitted_at", "-created_at"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="submission_number")]
        indexes = [
            models.Index(fields=["call", "state", "-submitted_at"], name="submission_list"),
            models.Index(fields=["call", "organisation_key", "category"], name="submission_limits"),
            models.Index(fields=["call", "fingerprint"], name="submission_duplicates"),
            models.Index(fields=["country", "shared_with_focal_point"], name="submission_country"),
            models.Index(fields=["state", "saved_at"], name="submission_drafts"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What a receipt calls it: ``2021/prizes/17``; of a draft, the first signs of its key."""
        return (
            f"{self.call.edition.code}/{self.call.slug}/{self.number}" if self.number else f"{self.call.edition.code}/{self.call.slug}/draft-{str(self.id)[:8]}"
        )

    @property
    def scope(self) -> str:
        """Roles for its call are roles for it."""
        return self.call.scope

    @property
    def is_claimed(self) -> bool:
        """Whether an account or the secretariat stands behind it; then its secret opens nothing any more."""
        return self.owner_id is not None or bool(self.entered_by)

    @property
    def is_entered(self) -> bool:
        """Whether staff typed it in for somebody and no account stands behind it; one whose writer was erased is nobody's."""
        return bool(self.entered_by) and self.entered_by != ERASED and self.owner_id is None

    @property
    def written(self) -> dict[str, Any]:
        """What its contributor is working on: the draft, else what was submitted."""
        found: dict[str, Any] = self.answers if self.draft is None else self.draft
        return found

    @property
    def shown_answers(self) -> dict[str, Any]:
        """What was submitted, or of a draft what is written so far."""
        return dict(self.answers if self.number else self.draft or {})


#: States of what was handed in and not taken back: it counts for limits, focal points and the account of uses.
STANDING = (Submission.State.SUBMITTED, Submission.State.RETURNED, Submission.State.ACCEPTED, Submission.State.DECLINED)


class Attachment(models.Model):
    """A file given as the answer to a field."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    field = models.CharField(max_length=40)
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="attachment")

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["submission", "field"], name="attachment_field")]


class Invitation(models.Model):
    """That somebody was asked by mail to join a submission."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    secret = models.CharField(max_length=64, db_index=True)  # digest
    created_at = models.DateTimeField(default=timezone.now)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)  # it opens nothing any more; kept so that nobody is asked again by itself

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "email"], name="invitation_once")]


class LateCode(models.Model):
    """A word that lets one person into a call: after its close, or into one for invited people only."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="late_codes")
    secret = models.CharField(max_length=64, db_index=True)  # digest
    note = models.CharField(max_length=300, blank=True)  # for whom and why
    valid_until = models.DateTimeField()
    uses = models.PositiveSmallIntegerField(default=1)  # how many submissions it is good for
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)


class Decision(models.Model):
    """A decision on a submission: one of its call's (``eligible``, ``nominated``) or ``declined``. One undone stays on record."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="decisions")
    code = models.SlugField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.CharField(max_length=64)
    state_before = models.CharField(max_length=10, choices=Submission.State)
    batch = models.UUIDField(null=True, blank=True, db_index=True)  # decided together, undone together
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["submission", "code"], condition=models.Q(undone_at__isnull=True), name="decision_once")]


class IntakeResult(models.Model):
    """The record that an accepted submission became."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="results")
    intake = models.CharField(max_length=60)
    kind = models.CharField(max_length=64)  # as in the trail
    key = models.CharField(max_length=200)
    path = models.CharField(max_length=300, blank=True)  # of its page on this site
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(default=timezone.now)  # what happens to the record after this, others do
    retracted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "intake"], name="intake_once")]
        indexes = [models.Index(fields=["kind", "key"], name="intake_record")]


class Note(models.Model):
    """What staff write to one another about a submission."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()

    class Meta:
        ordering = ["at", "pk"]


class SubmissionTag(models.Model):
    """A word by which staff group submissions."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["submission", "name"], name="submission_tag")]
        indexes = [models.Index(fields=["name"], name="submission_tag_name")]


class SavedFilter(models.Model):
    """A selection of a call's submissions that somebody of the staff keeps for all of them. query: the query part of its address."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=100)
    query = models.CharField(max_length=2000, blank=True)
    created_by = models.CharField(max_length=64)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["call", "name"], name="saved_filter_name")]
