"""Programs with tokens, and calls for them to answer, for the tests of the API."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from plenary.engines.calls import actions
from plenary.engines.calls.actions import CallValues
from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.test_stages import collect
from plenary.ground.audit.actors import SYSTEM
from plenary.ground.framework.text import Text
from plenary.ground.people import actions as people

API = "/api/v1"
MINE = f"{API}/submissions"
SMALL = {
    "parts": [
        {
            "fields": [
                {"code": "title", "kind": "text", "label": "Title", "required": True, "becomes": "title", "longest": 40},
                {"code": "why", "kind": "long-text", "label": "Why", "max_words": 5},
                {"code": "contact", "kind": "text", "label": "Contact", "private": True},
                {"code": "photo", "kind": "image", "label": "Photo", "most": 2, "megabytes": 1},
                {"code": "paper", "kind": "file", "label": "Paper", "private": True},
            ]
        }
    ]
}


class Program:
    """A program with a token of an account."""

    def __init__(self, user, *scopes: str) -> None:
        self.user = user
        _token, self.secret = people.make_token(actor=user, user=user, name="program", scopes=scopes)

    def send(self, method: str, path: str, body=None, **headers):
        """Ask, having seen the latest: ``If-Match`` names the revision in force unless it is given; None: it is left out."""
        key = _key_in(path)
        if method != "GET" and key and "If-Match" not in headers:
            headers["If-Match"] = seen(key)
        headers = {name: value for name, value in headers.items() if value is not None}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return Client().generic(method, path, raw, content_type="application/json", headers={"Authorization": f"Bearer {self.secret}", **headers})

    def get(self, path: str, **query):
        return Client().get(path, query, headers={"Authorization": f"Bearer {self.secret}"})

    def change(self, key, revision, **answers):
        return self.send("PATCH", f"{MINE}/{key}", {"answers": answers}, **{"If-Match": f'"{revision}"'})

    def upload(self, key, field: str, name: str, content: bytes, **headers):
        headers = {"Authorization": f"Bearer {self.secret}", "If-Match": seen(key), **headers}
        return Client().post(f"{MINE}/{key}/files?field={field}", {"file": SimpleUploadedFile(name, content)}, headers=headers)

    def start(self, call="2021/prizes", **answers):
        answered = self.send("POST", MINE, {"call": call, "answers": answers})
        assert answered.status_code == 201, answered.content
        return answered.json()


def _key_in(path: str) -> str:
    found = re.match(rf"{MINE}/([0-9a-f-]{{36}})", path)
    return found[1] if found else ""


def seen(key) -> str:
    """What a program sends that saw the latest revision of a submission."""
    return f'"{Submission.objects.filter(pk=key).values_list("revision", flat=True).first() or 0}"'


def revision(answered) -> int:
    """The revision that an answer's header tells."""
    return int(answered["ETag"].strip('"').split("-")[0])


def open_call(edition, slug: str, form: dict, **values):
    now = timezone.now()
    phase = collect(now - timedelta(days=1), now + timedelta(days=1))
    call = actions.put_call(actor=SYSTEM, edition=edition, values=CallValues(slug=slug, title=Text.of(slug.title()), phases=(phase,), **values))
    actions.put_form(actor=SYSTEM, call=call, definition=Definition.from_data(form))
    return call


def picture(form="PNG", size=(20, 10)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "navy").save(made, form)
    return made.getvalue()


def archive(**members) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return made.getvalue()
