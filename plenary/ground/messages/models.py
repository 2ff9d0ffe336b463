"""The outbox: every mail that leaves the platform waits here first."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from plenary.ground.files.models import StoredFile
from plenary.ground.framework.text import TextField


class MessageTemplate(models.Model):
    """Subject and body of a kind of mail, in several languages, with ``{placeholders}``."""

    code = models.SlugField(max_length=60)
    scope = models.CharField(max_length=120, blank=True)  # of whose own words these are (call:2021/prizes); empty: everybody's
    subject = TextField()
    body = TextField()
    is_edited = models.BooleanField(default=False)  # by staff: loading the data file leaves it alone

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "scope"], name="template_code")]

    def __str__(self) -> str:
        return f"{self.code} ({self.scope})" if self.scope else self.code


class SendingRule(models.Model):
    """What staff said about when mails of a kind leave, for everybody or for one scope."""

    code = models.SlugField(max_length=60)
    scope = models.CharField(max_length=120, blank=True)  # call:2021/prizes; empty: everybody's
    held = models.BooleanField()  # until staff release them; else they leave at once

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "scope"], name="sending_rule")]

    def __str__(self) -> str:
        return f"{self.code} ({self.scope})" if self.scope else self.code


class OutboxMessage(models.Model):
    """One mail to one address."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    to = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    subject = models.CharField(max_length=300)
    body = models.TextField()
    template = models.CharField(max_length=60, blank=True)
    scope = models.CharField(max_length=120, blank=True, db_index=True)  # whose staff see it (call:2021/prizes); empty: the site's
    about_kind = models.CharField(max_length=64, blank=True)
    about_key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)  # not to be tried before: later after each failure
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    attachments = models.ManyToManyField(StoredFile, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="outbox_waiting")]

    def __str__(self) -> str:
        return f"{self.template or self.subject} ({self.state})"
