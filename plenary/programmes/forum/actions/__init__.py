"""Every write of this room; one module for each idea, all verbs importable from here."""

from plenary.programmes.forum.actions.importing import ImportReport, import_programme, put_sessions
from plenary.programmes.forum.actions.programme import put_track, put_venue, remove_track, remove_venue
from plenary.programmes.forum.actions.sessions import add_session, change_state, edit_session

__all__ = [
    "ImportReport",
    "add_session",
    "change_state",
    "edit_session",
    "import_programme",
    "put_sessions",
    "put_track",
    "put_venue",
    "remove_track",
    "remove_venue",
]
