"""Calls with their phases, the forms they ask with, and what was submitted to them."""

from plenary.engines.calls.models.batches import Batch, BatchItem
from plenary.engines.calls.models.calls import Call, DeadlineChange, Phase
from plenary.engines.calls.models.forms import FormVersion
from plenary.engines.calls.models.submissions import (
    Attachment,
    Decision,
    IntakeResult,
    Invitation,
    LateCode,
    Note,
    SavedFilter,
    Submission,
    SubmissionTag,
)

__all__ = [
    "Attachment",
    "Batch",
    "BatchItem",
    "Call",
    "DeadlineChange",
    "Decision",
    "FormVersion",
    "IntakeResult",
    "Invitation",
    "LateCode",
    "Note",
    "Phase",
    "SavedFilter",
    "Submission",
    "SubmissionTag",
]
