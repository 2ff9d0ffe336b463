"""Every write of this room; one module for each idea, all verbs importable from here."""

from plenary.programmes.forum.actions.facilitators import (
    FACILITATOR_KIND,
    FacilitatorValues,
    add_facilitator,
    change_facilitator,
    select_facilitator,
    withdraw_facilitator,
)
from plenary.programmes.forum.actions.importing import ImportReport, import_programme, put_sessions
from plenary.programmes.forum.actions.programme import put_track, put_venue, remove_track, remove_venue
from plenary.programmes.forum.actions.sessions import TRANSITIONS, add_session, change_state, edit_session

__all__ = [
    "FACILITATOR_KIND",
    "TRANSITIONS",
    "FacilitatorValues",
    "ImportReport",
    "add_facilitator",
    "add_session",
    "change_facilitator",
    "change_state",
    "edit_session",
    "import_programme",
    "put_sessions",
    "put_track",
    "put_venue",
    "remove_track",
    "remove_venue",
    "select_facilitator",
    "withdraw_facilitator",
]
