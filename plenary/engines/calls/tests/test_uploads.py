"""Files of a draft: in one piece or in many, with and without a script, and what is refused where."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from plenary.engines.calls import actions
from plenary.engines.calls.models import Submission
from plenary.engines.calls.tests.forms import GOOD, make_account, make_call
from plenary.engines.calls.tests.test_drafts import begun

pytestmark = pytest.mark.django_db


def picture(width: int = 300, height: int = 200, form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 60).save(out, form)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/zeros", b"0" * 30_000_000)
    return out.getvalue()


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def call():
    return make_call()


def in_pieces(client: Client, path: str, content: bytes, *, name: str = "boat.png", size: int = 0, piece: int = 20_000, field: str = "picture"):
    begun_at = client.post(f"{path}uploads/", {"field": field, "name": name, "size": size or len(content), "modified": "1"})
    if begun_at.status_code != 200:
        return begun_at
    told = begun_at.json()
    answer, offset = begun_at, told["offset"]
    while offset < len(content):
        answer = client.post(
            f"{path}uploads/{told['upload']}/",
            content[offset : offset + piece],
            content_type="application/octet-stream",
            headers={"Upload-Offset": str(offset), "Upload-Length": str(size or len(content)), "Upload-Field": field, "Upload-Name": name},
        )
        if answer.status_code != 200 or "offset" not in answer.json():
            break
        offset = answer.json()["offset"]
    return answer


def test_a_file_sent_with_the_form_is_attached_and_can_be_taken_off_again(call, client):
    draft, path = begun(call, title="Boats")
    client.post(path, {"f-title": "Boats", "file-picture": SimpleUploadedFile("boat.png", picture()), "save": "file"})
    draft.refresh_from_db()
    (key,) = draft.draft["picture"]
    page = client.get(path).content.decode()
    assert "boat.png" in page
    given = client.get(f"{path}files/{key}/")
    assert given.status_code == 200 and "attachment" in given["Content-Disposition"]
    client.post(path, {"f-title": "Boats", "f-picture": ["", key], "detach": key})
    draft.refresh_from_db()
    assert "picture" not in draft.draft
    assert client.get(f"{path}files/{key}/").status_code == 404


def test_a_file_in_pieces_goes_on_where_the_line_broke(call, client):
    draft, path = begun(call, title="Boats")
    whole = picture()
    assert len(whole) > 40_000
    in_pieces(client, path, whole[:20_000], size=len(whole))  # the line breaks after the first piece
    again = client.post(f"{path}uploads/", {"field": "picture", "name": "boat.png", "size": len(whole), "modified": "1"}).json()
    assert again["offset"] == 20_000
    assert client.get(f"{path}uploads/{again['upload']}/").json() == {"offset": 20_000}
    done = in_pieces(client, path, whole)
    assert done.json()["done"] is True
    draft.refresh_from_db()
    assert draft.draft["picture"] == [done.json()["file"]]


def test_a_piece_that_does_not_follow_is_sent_again(call, client):
    _draft, path = begun(call, title="Boats")
    told = client.post(f"{path}uploads/", {"field": "picture", "name": "boat.png", "size": 100, "modified": "1"}).json()
    head = {"Upload-Offset": "50", "Upload-Length": "100", "Upload-Field": "picture", "Upload-Name": "boat.png"}
    answer = client.post(f"{path}uploads/{told['upload']}/", b"x" * 10, content_type="application/octet-stream", headers=head)
    assert answer.status_code == 409 and answer.json() == {"offset": 0}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("boat.png", b"%PDF-1.4\n%%EOF", "its content is application/pdf"),
        ("boat.png", bomb(), ""),
        ("boat.png", b"<html><script>alert(1)</script>", ""),
        ("boat.png", b"\x89PNG\r\n\x1a\n broken", "damaged"),
        ("boat.jpg", picture(), "its content is image/png"),
    ],
)
def test_what_is_no_picture_is_refused_at_its_field_and_all_else_is_kept(call, client, name, content, says):
    draft, path = begun(call, title="Boats")
    answer = client.post(path, {"f-title": "New title", "file-picture": SimpleUploadedFile(name, content), "save": "draft"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'id="f-picture-problem"' in page and name in page and says in page
    draft.refresh_from_db()
    assert draft.draft == {"title": "New title"}
    assert in_pieces(client, path, content, name=name).status_code == 400


def test_too_many_and_too_large(call, client):
    draft, path = begun(call, title="Boats")
    for _each in range(2):
        assert in_pieces(client, path, picture()).json()["done"]
    assert "At most 2 files" in in_pieces(client, path, picture()).json()["problem"]
    large = client.post(f"{path}uploads/", {"field": "picture", "name": "large.png", "size": 5_000_000, "modified": "1"})
    assert large.status_code == 400
    ten = [SimpleUploadedFile(f"{number}.png", picture()) for number in range(10)]
    answer = client.post(path, {"file-picture": ten, "save": "file"})
    assert answer.status_code == 400
    draft.refresh_from_db()
    assert len(draft.draft["picture"]) == 2


def test_another_draft_gives_no_file_and_takes_none(call, client):
    _draft, path = begun(call, title="Boats")
    key = in_pieces(client, path, picture()).json()["file"]
    _other, other_path = begun(call, title="Ships")
    assert client.get(f"{other_path}files/{key}/").status_code == 404
    client.post(other_path, {"f-picture": ["", key], "save": "draft"})
    page = client.get(f"{other_path}preview/").content.decode()
    assert "not here any more" in page  # a key alone attaches nothing
    assert client.get(f"/files/{key}/boat.png").status_code == 404


def test_a_submission_keeps_its_files_when_a_change_takes_them_off(call, client):
    owner = make_account()
    draft, _none = actions.start_draft(actor=owner, call=call, answers=GOOD)
    attached = actions.attach(actor=owner, submission=draft, code="picture", upload=SimpleUploadedFile("boat.png", picture()))
    sent = actions.submit(actor=owner, submission=Submission.objects.get(pk=draft.pk))
    actions.detach(actor=owner, submission=sent, key=attached.file_id)
    client.force_login(owner)
    assert client.get(f"/calls/answers/{sent.pk}/files/{attached.file_id}/").status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"field": "picture"},
        {"field": "../x", "name": "a", "size": 1},
        {"field": "picture", "name": "a", "size": "many"},
        {"field": "title", "name": "a", "size": 1},
    ],
)
def test_nonsense_begins_no_upload(call, client, told):
    _draft, path = begun(call, title="Boats")
    assert client.post(f"{path}uploads/", told).status_code == 400
    assert client.post(f"{path}uploads/{'f' * 32}/", b"x", content_type="application/octet-stream").status_code == 404
