"""What a file is, found in its content; its name only has to agree.

Nothing is decoded before its size in pixels is known from the header, and nothing is unpacked before its size is known
from the archive's directory: a hundred kilobytes can claim gigabytes.
"""

from __future__ import annotations

import unicodedata
import zipfile
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image

from plenary.errors import Invalid

MEGABYTE = 1_000_000
#: About twice what a current telephone's camera makes.
MAX_PIXELS = 100_000_000
MAX_SIDE = 20_000
#: Office files of many thousand rows unpack to some tens of megabytes; a bomb goes far beyond.
MAX_UNPACKED = 300 * MEGABYTE
MAX_RATIO = 200
MAX_MEMBERS = 5_000
_HEAD = 4096

IMAGES = {"PNG": ("image/png", ("png",)), "JPEG": ("image/jpeg", ("jpg", "jpeg")), "WEBP": ("image/webp", ("webp",)), "GIF": ("image/gif", ("gif",))}
OFFICE = {
    "word/": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",)),
    "xl/": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
    "ppt/": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx",)),
}
OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/vnd.oasis.opendocument.presentation": ("odp",),
}
TEXTS = {"csv": "text/csv", "txt": "text/plain", "md": "text/markdown"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a file turned out to be."""

    kind: str
    extensions: tuple[str, ...]
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted for a purpose. kinds: media types; empty for all that can be recognised."""

    size: int = 20 * MEGABYTE
    kinds: frozenset[str] = frozenset()
    pixels: int = MAX_PIXELS


IMAGE_KINDS = frozenset(kind for kind, _extensions in IMAGES.values())
DOCUMENT_KINDS = frozenset({"application/pdf", *(kind for kind, _extensions in OFFICE.values()), *OPEN_DOCUMENT})
TABLE_KINDS = frozenset({"text/csv", OFFICE["xl/"][0], "application/vnd.oasis.opendocument.spreadsheet"})
PHOTO = Limits(size=15 * MEGABYTE, kinds=IMAGE_KINDS)
DOCUMENT = Limits(size=30 * MEGABYTE, kinds=DOCUMENT_KINDS)


def refuse(sentence: str) -> Invalid:
    """The error that stands at the file field."""
    return Invalid({"file": [sentence]})


def recognise(file: IO[bytes], extension: str, limits: Limits) -> Found:
    """Find out what the content is, within the limits. Raises: Invalid with what to do."""
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise refuse(_("The file is empty."))
    for finder in (_image, _pdf, _archive, _text):
        file.seek(0)
        found = finder(file, head, extension, limits)
        if found is not None:
            return _agreed(found, extension, limits)
    raise refuse(_("This kind of file cannot be uploaded. Use PDF, an office document, an image (JPEG, PNG, WebP) or text in UTF-8."))


def _agreed(found: Found, extension: str, limits: Limits) -> Found:
    if extension not in found.extensions:
        raise refuse(
            _("The file is named “.%(named)s”, but its content is %(kind)s. Save it again with the right name.") % {"named": extension[:20], "kind": found.kind}
        )
    if limits.kinds and found.kind not in limits.kinds:
        raise refuse(_("A file of the kind %(kind)s cannot be used here.") % {"kind": found.kind})
    return found


def _image(file: IO[bytes], head: bytes, extension: str, limits: Limits) -> Found | None:
    if not (head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")):
        return None
    unreadable = refuse(_("The image is damaged. Open it, save it again and upload that."))
    try:
        with Image.open(file, formats=list(IMAGES)) as image:
            width, height = image.size
            form = image.format or ""
            if width * height > limits.pixels or max(width, height) > MAX_SIDE:
                raise refuse(_("The image has %(width)s × %(height)s pixels, which is too many. Make it smaller.") % {"width": width, "height": height})
            image.verify()
        # verify() looks at checksums only; decoding shows whether there is a picture. It is small enough by now.
        file.seek(0)
        with Image.open(file, formats=list(IMAGES)) as image:
            image.load()
    except Image.DecompressionBombError as error:
        raise refuse(_("The image has too many pixels. Make it smaller.")) from error
    except Invalid:
        raise
    except Exception as error:
        raise unreadable from error
    kind, extensions = IMAGES[form]
    return Found(kind, extensions, width, height)


def _pdf(file: IO[bytes], head: bytes, extension: str, limits: Limits) -> Found | None:
    if not head.startswith(b"%PDF-"):
        return None
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 2048))
    if b"%%EOF" not in file.read():
        raise refuse(_("The PDF is incomplete. Make it again and upload that."))
    return Found("application/pdf", ("pdf",))


def _archive(file: IO[bytes], head: bytes, extension: str, limits: Limits) -> Found | None:
    if not head.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _check_archive(members)
            names = [member.filename for member in members]
            if "[Content_Types].xml" in names:
                for folder, (kind, extensions) in OFFICE.items():
                    if any(name.startswith(folder) for name in names):
                        if any(name.lower().endswith("vbaproject.bin") for name in names):
                            raise refuse(_("The document contains macros. Save it without them."))
                        return Found(kind, extensions)
            if names and names[0] == "mimetype":
                kind = archive.read("mimetype")[:100].decode("ascii", "replace").strip()
                if kind in OPEN_DOCUMENT:
                    return Found(kind, OPEN_DOCUMENT[kind])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise refuse(_("The document is damaged. Open it, save it again and upload that.")) from error
    raise refuse(_("Archives cannot be uploaded. Upload the files in it one by one."))


def _check_archive(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or (unpacked > MEGABYTE and unpacked / packed > MAX_RATIO):
        raise refuse(_("The document unpacks to far more than its size. Make it smaller, or save it again."))
    for member in members:
        if member.filename.startswith(("/", "\\")) or ".." in member.filename.replace("\\", "/").split("/") or ":" in member.filename[:3]:
            raise refuse(_("The document contains names that lead out of it. Save it again with an office program."))


def _text(file: IO[bytes], head: bytes, extension: str, limits: Limits) -> Found | None:
    kind = TEXTS.get(extension)
    if kind is None:
        return None
    try:
        text = file.read(limits.size + 1).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(_("The text is not written in UTF-8. Save it as “UTF-8” (in a spreadsheet: “CSV UTF-8”) and upload that.")) from error
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n\f" for char in text):
        raise refuse(_("The file contains characters that are not text."))
    if looks_like_markup(text):
        raise refuse(_("Web pages and drawings made of code (HTML, SVG) cannot be uploaded."))
    return Found(kind, (extension,))


def looks_like_markup(text: str) -> bool:
    """Whether a browser could take this for a page or a drawing if it guessed."""
    start = text.lstrip().lower()[:1000]
    return start.startswith("<") and any(sign in start for sign in ("<!doctype", "<html", "<svg", "<script", "<?xml", "<body", "<head", "<iframe", "<img"))
