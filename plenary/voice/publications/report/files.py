"""The report's files: each format written from the same document, kept by content so that none is made twice."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils import translation

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.models import Edition
from plenary.ground.web.templatetags.web import day
from plenary.voice.publications import actions
from plenary.voice.publications.report import html, pandoc, slides, typst
from plenary.voice.publications.report.document import Document, Made
from plenary.voice.publications.report.progress import CODE, progress_report

#: Raised when a renderer changes, so that files made before are not served any more.
RENDERING = "3"
#: How many files are kept at most: some states of the report, in six formats and six languages.
KEPT = 400


class Format:
    """A format: what its files end in, their media type, and what writes them."""

    def __init__(self, suffix: str, media_type: str, write: Callable[[Made], bytes]) -> None:
        self.suffix, self.media_type, self.write = suffix, media_type, write


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMATS = {
    "html": Format("html", "text/html; charset=utf-8", html.html),
    "pdf": Format("pdf", "application/pdf", typst.pdf),
    "docx": Format("docx", f"{_OFFICE}.wordprocessingml.document", pandoc.docx),
    "pptx": Format("pptx", f"{_OFFICE}.presentationml.presentation", slides.pptx),
    "epub": Format("epub", "application/epub+zip", pandoc.epub),
    "md": Format("md", "text/markdown; charset=utf-8", pandoc.markdown),
}
#: What is written where no format is asked for.
USUAL = ("html", "pdf", "docx", "pptx", "epub")


def made_from(document: Document, *, actor: Actor, edition: Edition) -> Made:
    """The document with its snapshot: the same content has the same instant, so its files are the same bytes."""
    snapshot = actions.take_snapshot(
        actor=actor, edition=edition, document=document.code, language=document.language, digest=document.digest(), content=document.content()
    )
    with translation.override("zh-hans" if document.language == "zh" else document.language):
        words = day(snapshot.taken_at)
    return Made(document, snapshot.taken_at, words, settings.BASE_URL.rstrip("/"))


def file_name(edition: str, suffix: str, language: str) -> str:
    """What a file of the report is called: progress-2021.pdf, progress-2021.fr.pdf."""
    return f"{CODE}-{edition}.{suffix}" if language == "en" else f"{CODE}-{edition}.{language}.{suffix}"


def file_of(made: Made, suffix: str) -> bytes:
    """One file of the report, from the folder of those made before or made now.

    Raises: CannotTypeset, CannotConvert.
    """
    kept = settings.DATA / "documents" / f"{made.document.digest()[:40]}-{int(made.at.timestamp())}-{RENDERING}.{suffix}"
    if kept.is_file():
        return bytes(kept.read_bytes())
    content = FORMATS[suffix].write(made)
    _keep(kept, content)
    _forget_oldest(kept.parent)
    return content


def _forget_oldest(folder: Path) -> None:
    """Keep the folder from growing for ever; what is forgotten is made again when somebody asks for it."""
    files = sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: others may read it at any time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_report(*, actor: Actor, edition: Edition, folder: Path, language: str = "en", formats: tuple[str, ...] = USUAL) -> list[Path]:
    """Write the progress report of an edition into a folder; the files written.

    Raises: CannotTypeset, CannotConvert.
    """
    made = made_from(progress_report(edition, language), actor=actor, edition=edition)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix in formats:
        path = folder / file_name(edition.code, suffix, language)
        _keep(path, file_of(made, suffix))
        path.chmod(0o644)
        written.append(path)
    return written
