"""Finishing a Word file: language, repeated table heads, calmer tables; pandoc leaves these to a template of one's own."""

from __future__ import annotations

import re

from plenary.voice.publications.report.archive import rewrite
from plenary.voice.publications.report.document import Made

_BORDERS = (
    '<w:tblBorders><w:top w:val="single" w:sz="6" w:color="16202B"/><w:bottom w:val="single" w:sz="4" w:color="DCD8CD"/>'
    '<w:insideH w:val="single" w:sz="4" w:color="DCD8CD"/></w:tblBorders>'
)


#: Character styles: the marks in their colours, bars hollow or filled as they are, the value of a figure large.
_STYLES = "".join(
    f'<w:style w:type="character" w:customStyle="1" w:styleId="{name}"><w:name w:val="{name}"/><w:rPr>{look}</w:rPr></w:style>'
    for name, look in (
        ("Counted", '<w:color w:val="1C6B3C"/>'),
        ("Reported", '<w:color w:val="8A5300"/>'),
        ("Quiet", '<w:b w:val="0"/><w:color w:val="55606C"/>'),
        ("Bar", '<w:color w:val="D9B26F"/>'),
        ("Value", '<w:color w:val="16202B"/><w:sz w:val="36"/><w:szCs w:val="36"/>'),
    )
)
_HEADING = re.compile(r'<w:style [^>]*w:styleId="(?:Heading\d|Title|Subtitle|TOCHeading)".*?</w:style>', re.DOTALL)


def finish(data: bytes, made: Made) -> bytes:
    """The same file with the report's language as that of all text, ruled tables, and the heads of tables repeated."""
    language = {"zh": "zh-CN", "en": "en-GB", "fr": "fr-FR", "es": "es-ES", "ru": "ru-RU", "ar": "ar-SA"}.get(made.document.language, made.document.language)

    def change(name: str, content: bytes) -> bytes:
        if name == "word/styles.xml":
            text = content.decode()
            text = re.sub(r"<w:lang [^>]*/>", f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="{language}"/>', text)
            text = _HEADING.sub(lambda style: re.sub(r"<w:color [^>]*/>", '<w:color w:val="16202B"/>', style[0]), text)
            text = re.sub(r'<w:style [^>]*w:styleId="(?:Counted|Reported|Quiet|Bar|Value)".*?</w:style>', "", text, flags=re.DOTALL)
            return text.replace("</w:styles>", _STYLES + "</w:styles>").encode()
        if name == "word/document.xml":
            text = re.sub(r"<w:tblPr>(.*?)</w:tblPr>", _bordered, content.decode(), flags=re.DOTALL)
            text = re.sub(r"(<w:tblHeader[^>]*/>)", r"<w:cantSplit/>\1", text)
            text = re.sub(r"<w:tr>(?!\s*<w:trPr>)", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", text)
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
