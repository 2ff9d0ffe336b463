"""Sessions as calendar entries."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from plenary.engines.calls.calendars import Entry
from plenary.programmes.forum.models import Session


def entry_of(session: Session) -> Entry | None:
    """A session as it stands in a calendar; None where not even its day is known."""
    if session.day is None:
        return None
    title = str(session.title)
    if session.state == Session.State.CANCELLED:
        title = _("Cancelled: %(title)s") % {"title": title}
    starts, ends = session.starts_at or session.day, session.ends_at
    return Entry(
        uid=f"session-{session.edition.code}-{session.number}",
        title=title,
        starts=starts,
        ends=ends if session.starts_at else session.day + timedelta(days=1),
        zone=session.zone,
        text="\n\n".join(part for part in (str(session.summary), session.hosts) if part),
        path=reverse("forum:session", args=[session.edition.code, session.number]),
        place=str(session.venue.name) if session.venue else session.link,
        is_cancelled=session.state == Session.State.CANCELLED,
    )
