"""What this room does when something happens below."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from plenary.engines.calls.events import SubmissionReceived
from plenary.engines.calls.models import Submission
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.audit.events import listen
from plenary.ground.audit.queries import versions_of
from plenary.ground.audit.words import add_verbs
from plenary.ground.people.merging import on_change, on_merge
from plenary.ground.people.models import Organisation
from plenary.ground.people.queries import public_where
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking.actions import KIND
from plenary.programmes.stocktaking.actions.nominating import tell_owners
from plenary.programmes.stocktaking.directory import ORGANISATION, public_condition
from plenary.programmes.stocktaking.events import EntriesAdded, EntryChanged
from plenary.programmes.stocktaking.harvesting.actions import touch_entries
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation
from plenary.programmes.stocktaking.promoting import entry_named_in
from plenary.programmes.stocktaking.tasks import look_after_entries

add_verbs({"withdrawn": _("Withdrawn"), "nominated": _("Proposed by somebody else")})
add_verbs(
    {
        "changed_contact": _("Contact changed"),
        "confirmed": _("Confirmed"),
        "owner added": _("Owner added"),
        "owner removed": _("Owner taken off"),
        "owner left": _("Owner left"),
        "asked": _("Asked for"),
        "asked again": _("Asked for anew"),
        "objected": _("Objected to"),
        "granted": _("Granted"),
        "refused": _("Refused"),
        "entries put in": _("Entries put in"),
        "entries taken out": _("Entries taken out"),
        "put in a collection": _("Put into a collection"),
        "taken out of a collection": _("Taken out of a collection"),
    }
)


@on_merge(Organisation)
def move_entries(kept: Organisation, gone: Organisation) -> None:
    """The entries of an organisation that turned out to be another go to that one."""
    links = EntryOrganisation.objects.filter(organisation=gone)
    entries = list(links.values_list("entry_id", flat=True))
    links.filter(entry__organisation_links__organisation=kept).delete()
    EntryOrganisation.objects.filter(organisation=gone).update(organisation=kept)
    _follow(Entry.objects.filter(pk__in=entries))
    search.changed(ORGANISATION, str(kept.pk), str(gone.pk))


@on_change
def follow_name(organisation: Organisation) -> None:
    """Entries are found by the names of their organisations, and give them to harvesters."""
    _follow(Entry.objects.filter(organisation_links__organisation=organisation))
    search.changed(ORGANISATION, str(organisation.pk))


def _follow(entries: QuerySet[Entry]) -> None:
    numbers = list(entries.values_list("number", flat=True))
    search.changed("entry", *numbers)
    touch_entries(*numbers)


@public_where
def named_here() -> Q:
    """Whoever carries a public entry is named there, and whoever hosts a collection on its front page."""
    return public_condition()


@listen(EntriesAdded)
def look_after(event: EntriesAdded) -> None:
    """Where there are entries, their owners are asked once a year, and their links are looked at."""
    look_after_entries()


@listen(EntryChanged)
def look_after_old_ones(event: EntryChanged) -> None:
    """The same on a site whose entries were there before this was done for them."""
    look_after_entries()


@listen(EntriesAdded)
def follow_new_organisations(event: EntriesAdded) -> None:
    """With its first public entry an organisation has a page."""
    links = EntryOrganisation.objects.filter(entry__number__in=event.numbers).order_by()
    search.changed(ORGANISATION, *(str(key) for key in links.values_list("organisation_id", flat=True).distinct()))


@listen(EntryChanged)
def follow_organisations(event: EntryChanged) -> None:
    """An entry that changed, came or went may be what an organisation has a page for; those that it named before count too."""
    keys = {str(key) for key in EntryOrganisation.objects.filter(entry__number=event.number).values_list("organisation_id", flat=True)}
    for version in versions_of(KIND, event.number)[:2]:
        keys |= {body[0] for body in (version.payload.after or {}).get("organisations", ()) if body and body[0]}
    search.changed(ORGANISATION, *sorted(keys))


@listen(SubmissionReceived)
def tell_of_nomination(event: SubmissionReceived) -> None:
    """A project may have been proposed by somebody else: those who speak for it hear of it."""
    submission = Submission.objects.select_related("call__edition", "form", "owner").get(pk=event.submission)
    entry = entry_named_in(submission)
    if entry is not None:
        tell_owners(actor=SYSTEM, submission=submission, entry=entry)
