"""Files of submissions, for those who may read the answers that they are."""

from __future__ import annotations

import uuid

from plenary.engines.calls.models import Attachment, Submission
from plenary.engines.calls.queries.selection import sight_of
from plenary.engines.calls.queries.submissions import readable
from plenary.ground.audit.actors import Actor, may


def file_of(actor: Actor, submission: Submission, key: uuid.UUID) -> Attachment | None:
    """A file of the submission: any for those who write it; for staff one that was handed in, where they read its field."""
    attachment = submission.attachments.filter(file_id=key, file__deleted_at=None).select_related("file").first()
    if attachment is None or may(actor, "calls.write_answers", submission):
        return attachment
    if not readable(actor, submission) or str(key) not in (submission.shown_answers.get(attachment.field) or []):
        return None
    return None if attachment.field in sight_of(actor, submission.call).hidden else attachment
