"""The report as one HTML file that needs nothing else: the same templates as the page of the site."""

from __future__ import annotations

from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

from plenary.voice.publications.report.document import Made

_STYLE = Path(__file__).parent / "standalone.css"


def html(made: Made) -> bytes:
    """The report as a file to keep, to send and to read without a connection."""
    language = made.document.language
    with translation.override("zh-hans" if language == "zh" else language):
        return render_to_string(
            "publications/standalone.html", {"made": made, "report": made.document, "base": made.base_url, "style": _STYLE.read_text()}
        ).encode()
