"""Uploads: known by their content, refused when they lie or burst, given out as files only."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from plenary.errors import Conflict, Invalid, NotAllowed
from plenary.ground.audit.actors import NOBODY, SYSTEM
from plenary.ground.audit.queries import trail_of
from plenary.ground.files import actions
from plenary.ground.files.kinds import DOCUMENT, PHOTO, Limits
from plenary.ground.files.models import StoredFile
from plenary.ground.files.names import clean_name
from plenary.ground.people import actions as people

pytestmark = pytest.mark.django_db
SAMPLES = Path(os.environ.get("PLENARY_SAMPLES", "/nowhere")) / "5-messy"


def picture(form="PNG", size=(20, 10)):
    made = io.BytesIO()
    Image.new("RGB", size, "navy").save(made, form)
    return made.getvalue()


def archive(**members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return made.getvalue()


DOCX = archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
ODT = archive(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": "<x/>"})
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def store(name, content, **more):
    return actions.store(actor=SYSTEM, upload=SimpleUploadedFile(name, content), **more)


def refused(name, content, **more):
    with pytest.raises(Invalid) as caught:
        store(name, content, **more)
    assert not StoredFile.objects.exists()
    return caught.value.problems["file"][0]


@pytest.mark.parametrize(
    "name, content, kind",
    [
        ("a.png", picture(), "image/png"),
        ("a.JPG", picture("JPEG"), "image/jpeg"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.odt", ODT, "application/vnd.oasis.opendocument.text"),
        ("a.csv", "name;número\nÄ;1\n".encode("utf-8-sig"), "text/csv"),
        ("a.txt", "نص".encode(), "text/plain"),
    ],
)
def test_what_is_taken(name, content, kind):
    stored = store(name, content)
    assert (stored.kind, stored.size, stored.name) == (kind, len(content), name.lower())
    assert len(stored.sha256) == 64 and stored.file.open().read() == content
    assert name.split(".")[0] != Path(stored.file.name).stem, "on disk it is a number"
    assert (stored.width, stored.height) == ((20, 10) if kind.startswith("image/") else (None, None))
    assert trail_of("files.file", str(stored.pk)).get().verb == "stored"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    "name, content",
    [
        ("a.png", b""),
        ("a.png", picture("JPEG")),
        ("a.jpg", HTML),
        ("a.svg", SVG),
        ("a.txt", SVG),
        ("a.csv", b"\xef\xbb\xbf  \n" + HTML),
        ("a.html", HTML),
        ("a.pdf", b"%PDF-1.7\nand then nothing"),
        ("a.pdf", HTML + PDF),
        ("a.docx", archive(**{"readme.txt": "an archive"})),
        ("a.docx", DOCX[: len(DOCX) // 2]),
        ("a.docx", archive(**{"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": "x"})),
        ("a.docx", archive(**{"[Content_Types].xml": "", "word/../../etc/passwd": "x"})),
        ("a.xlsx", archive(**{"[Content_Types].xml": "", "xl/sheet.xml": "0" * 30_000_000})),
        ("a.zip", archive(a="b")),
        ("a.png", picture()[:40]),
        ("a.png", picture()[:-30]),
        ("a.csv", "naïve".encode("latin-1")),
        ("a.csv", "text".encode("utf-16")),
        ("a.txt", b"\x00\x01\x02"),
        ("a.exe", b"MZ\x90\x00"),
        ("a", b"just text"),
        ("a.gif", b"GIF89a" + b"\x00" * 20),
        ("a.ico", b"\x00\x00\x01\x00"),
    ],
)
def test_what_is_refused(name, content):
    assert refused(name, content).endswith(".")


def test_limits():
    assert "1 megabyte." in refused("a.txt", b"x" * 1_000_001, limits=Limits(size=1_000_000))
    assert "cannot be used here" in refused("a.png", picture(), limits=DOCUMENT)
    assert "cannot be used here" in refused("a.pdf", PDF, limits=PHOTO)
    assert "pixels" in refused("a.png", picture(size=(200, 200)), limits=Limits(pixels=30_000))


def test_hostile_samples_are_refused_quickly():
    folder = SAMPLES / "hostile-made-here"
    if not folder.exists():
        pytest.skip("PLENARY_SAMPLES does not lead to the samples")
    began = time.monotonic()
    for path in sorted(folder.iterdir()):
        if path.suffix == ".csv":
            assert store(path.name, path.read_bytes()).kind == "text/csv", "dangerous to a spreadsheet only: the export defuses such cells"
            StoredFile.objects.all().delete()
        else:
            refused(path.name, path.read_bytes())
    assert time.monotonic() - began < 10


def test_broken_pngs_never_crash():
    folder = SAMPLES / "pngsuite"
    if not folder.exists():
        pytest.skip("PLENARY_SAMPLES does not lead to the samples")
    verdicts = {}
    for path in sorted(folder.glob("*.png")):
        try:
            store(path.name, path.read_bytes())
            verdicts[path.name] = True
        except Invalid:
            verdicts[path.name] = False
    assert any(verdicts.values()) and not any(taken for name, taken in verdicts.items() if name.startswith("x") and name not in ("xs1n0g01.png",))


@pytest.mark.parametrize(
    "given, kept",
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\report.PDF", "report.pdf"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("...", "file"),
        ("con.txt", "_con.txt"),
        ('a"; filename="b.html', "a__ filename=_b.html"),
        ("  spaces   within .txt", "spaces within.txt"),
        ("الخطة.pdf", "الخطة.pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("", "file"),
    ],
)
def test_names(given, kept):
    assert clean_name(given) == kept


@given(st.text(max_size=300))
def test_any_name_becomes_harmless_and_stays_so(name):
    kept = clean_name(name)
    assert kept and len(kept) <= 141 and not set(kept) & set('/\\\x00\n\r"<>') and kept not in (".", "..")
    assert clean_name(kept) == kept


def test_who_may_store(db):
    with pytest.raises(NotAllowed):
        actions.store(actor=NOBODY, upload=SimpleUploadedFile("a.txt", b"text"))
    ann = people.create_account(actor=SYSTEM, email="ann@example.org", name="Ann")
    with pytest.raises(NotAllowed):
        actions.store(actor=ann, upload=SimpleUploadedFile("a.txt", b"text"), is_public=True)


@pytest.fixture
def own(db):
    """A file of Ann's, with Ann, somebody else and the secretariat."""
    users = {name: people.create_account(actor=SYSTEM, email=f"{name}@example.org", name=name) for name in ("ann", "bob", "boss")}
    people.grant_role(actor=SYSTEM, person=users["boss"].person, role="secretariat")
    return actions.store(actor=users["ann"], upload=SimpleUploadedFile("plan ä.txt", b"text")), users


def get(client, user, path):
    client.logout()
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(path)


def test_who_may_read(client, own):
    stored, users = own
    assert {name: get(client, user, stored.path).status_code for name, user in [*users.items(), ("visitor", None)]} == {
        "ann": 200,
        "bob": 404,
        "boss": 200,
        "visitor": 404,
    }
    actions.publish(actor=users["boss"], file=stored)
    assert get(client, None, stored.path).status_code == 200
    with pytest.raises(NotAllowed):
        actions.publish(actor=users["ann"], file=stored)


def test_how_it_is_given_out(client, own):
    stored, users = own
    response = get(client, users["ann"], stored.path)
    assert b"".join(response.streaming_content) == b"text"
    assert response["Content-Disposition"].startswith("attachment") and "plan%20%C3%A4.txt" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff" and response["Content-Type"] == "text/plain"
    assert response["Content-Security-Policy"].startswith("sandbox") and "no-store" in response["Cache-Control"]
    assert client.post(stored.path).status_code == 405
    assert client.get("/files/not-a-number/x").status_code == 404


def test_deleting_is_soft_and_restoring_is_for_staff(client, own):
    stored, users = own
    with pytest.raises(NotAllowed):
        actions.delete(actor=users["bob"], file=stored)
    actions.delete(actor=users["ann"], file=stored, reason="wrong one")
    assert get(client, users["boss"], stored.path).status_code == 404
    assert stored.file.storage.exists(stored.file.name)
    with pytest.raises(NotAllowed):
        actions.restore(actor=users["ann"], file=stored)
    actions.restore(actor=users["boss"], file=stored)
    with pytest.raises(Conflict):
        actions.restore(actor=users["boss"], file=stored)
    assert get(client, users["ann"], stored.path).status_code == 200


def test_a_file_missing_on_disk_is_a_404(client, own):
    stored, users = own
    stored.file.storage.delete(stored.file.name)
    assert get(client, users["ann"], stored.path).status_code == 404


def test_a_refused_record_leaves_nothing_on_disk(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(actions, "record", lambda **_values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store("a.txt", b"text")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
