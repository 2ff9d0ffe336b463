"""What the tests of owners, requests and moderation share."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.test import Client
from django.urls import reverse

from plenary.ground.audit.actors import SYSTEM
from plenary.ground.messages.models import OutboxMessage
from plenary.ground.people.models import User
from plenary.programmes.stocktaking.actions.ownership import own
from plenary.programmes.stocktaking.actions.requests import ask_change
from plenary.programmes.stocktaking.actions.snapshots import current_draft
from plenary.programmes.stocktaking.models import Entry, EntryRequest


def owned(entry: Entry, *users: User) -> Entry:
    """The entry, of which these accounts are owners."""
    for user in users:
        own(actor=SYSTEM, entry=entry, user=user)
    return entry


def wish(user: User, entry: Entry, **changes: Any) -> EntryRequest:
    """A change that an owner asks for."""
    return ask_change(actor=user, entry=entry, draft=replace(current_draft(entry), **changes))


def signed_in(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send back of the first form with the name ``entry-form`` on a page: every control as it stands."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    return fields_of(page.content.decode())


def fields_of(page: str) -> dict[str, Any]:
    """The controls of the entry's form on a page, as they would be sent."""
    from html import unescape

    whole = re.search(r'<form[^>]*class="answer entry-form".*?</form>', page, re.S)
    assert whole, "the page has no form of an entry"
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", whole[0]):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name, kind = attributes.get("name"), attributes.get("type", "text")
        if not name or kind == "file" or name == "csrfmiddlewaretoken":
            continue
        if kind in ("checkbox", "radio"):
            if re.search(r"\schecked\b", tag):
                sent.setdefault(name, []).append(unescape(attributes.get("value", "on")))
            continue
        sent[name] = unescape(attributes.get("value", ""))
    for attributes, text in re.findall(r"<textarea([^>]*)>(.*?)</textarea>", whole[0], re.S):
        name = re.search(r'name="([^"]*)"', attributes)
        if name:
            sent[name[1]] = unescape(text).removeprefix("\n").replace("\n", "\r\n")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', whole[0], re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\sselected', options) or re.search(r'<option value="([^"]*)"', options)
        sent[name] = unescape(chosen[1]) if chosen else ""
    return sent


def edit_page(entry: Entry) -> str:
    return reverse("stocktaking:edit", args=[entry.number])


def mails(template: str) -> list[OutboxMessage]:
    """What was written of a kind, the earliest first."""
    return list(OutboxMessage.objects.filter(template=template).order_by("pk"))
