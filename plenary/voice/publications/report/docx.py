"""Finishing a Word file: language, repeated table heads, calmer tables; pandoc leaves these to a template of one's own."""

from __future__ import annotations

import re

from plenary.voice.publications.report.archive import rewrite
from plenary.voice.publications.report.document import Made

_BORDERS = (
    '<w:tblBorders><w:top w:val="single" w:sz="6" w:color="16202B"/><w:bottom w:val="single" w:sz="4" w:color="DCD8CD"/>'
    '<w:insideH w:val="single" w:sz="4" w:color="DCD8CD"/></w:tblBorders>'
)


def finish(data: bytes, made: Made) -> bytes:
    """The same file with the report's language as that of all text, ruled tables, and the heads of tables repeated."""
    language = {"zh": "zh-CN", "en": "en-GB", "fr": "fr-FR", "es": "es-ES", "ru": "ru-RU", "ar": "ar-SA"}.get(made.document.language, made.document.language)

    def change(name: str, content: bytes) -> bytes:
        if name == "word/styles.xml":
            text = content.decode()
            text = re.sub(r'<w:lang [^>]*/>', f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="{language}"/>', text)
            return text.encode()
        if name == "word/document.xml":
            text = re.sub(r"<w:tblPr>(.*?)</w:tblPr>", _bordered, content.decode(), flags=re.DOTALL)
            text = re.sub(r"(<w:tblHeader[^>]*/>)", r"<w:cantSplit/>\1", text)
            return text.encode()
        return content

    return rewrite(data, made.at, change)


def _bordered(match: re.Match[str]) -> str:
    inside = match[1]
    if "tblBorders" in inside:
        return match[0]
    # The schema wants borders after width and justification, before layout and look.
    for following in ("<w:tblLayout", "<w:tblCellMar", "<w:tblLook", "<w:tblCaption"):
        if following in inside:
            return f"<w:tblPr>{inside.replace(following, _BORDERS + following, 1)}</w:tblPr>"
    return f"<w:tblPr>{inside}{_BORDERS}</w:tblPr>"


