"""What this room does when something happens below."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from plenary.ground.audit.words import add_verbs
from plenary.ground.people.merging import on_merge
from plenary.ground.people.models import Organisation
from plenary.ground.people.queries import public_where
from plenary.ground.search import actions as search
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation

add_verbs({"withdrawn": _("Withdrawn")})


@on_merge(Organisation)
def move_entries(kept: Organisation, gone: Organisation) -> None:
    """The entries of an organisation that turned out to be another go to that one."""
    links = EntryOrganisation.objects.filter(organisation=gone)
    entries = list(links.values_list("entry_id", flat=True))
    links.filter(entry__organisation_links__organisation=kept).delete()
    EntryOrganisation.objects.filter(organisation=gone).update(organisation=kept)
    search.changed("entry", *Entry.objects.filter(pk__in=entries).values_list("number", flat=True))


@public_where
def named_on_entries() -> Q:
    """Whoever carries a public entry is named there."""
    return Q(entry_links__entry__state=Entry.State.PUBLIC)
