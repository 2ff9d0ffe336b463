"""Typesetting: PDF made by Typst, tagged, in one of the six languages, PDF/UA-1 or not at all.

A room writes the Typst source of its documents with ``string`` and ``text_of``, so that nothing that people wrote is code.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import structlog
import typst
from django.utils.translation import gettext as _

from plenary.errors import PlenaryError

#: Families by language, first choice first. Typst carries Libertinus Serif and DejaVu Sans Mono itself, which is
#: enough for Latin and Cyrillic; the others are found on the machine.
FAMILIES = {"ar": ("Noto Naskh Arabic", "Noto Sans Arabic", "Amiri"), "zh": ("Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Sans SC", "Noto Serif SC")}
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
EMBEDDED = ("Libertinus Serif", "DejaVu Sans Mono")
#: What brings those families to a Debian.
DEBIAN_PACKAGES = {"ar": "fonts-noto-core", "zh": "fonts-noto-cjk"}

log = structlog.get_logger(__name__)


class CannotTypeset(PlenaryError):
    """Typst refused the document, for example because it would not be accessible."""


def compile_pdf(text: str, *, language: str, at: datetime) -> bytes:
    """Typeset a Typst source. Characters that no font at hand can show become a replacement character, as on screens.

    Raises: CannotTypeset.
    """
    # Typst's own font for programs has some Arabic, which is for programs: where the machine has a better one, that is taken.
    fonts = _every_font() if _OTHER_SCRIPTS.search(text) and language not in FAMILIES else _fonts(language)
    for _attempt in range(_ATTEMPTS):
        try:
            return typst.compile(
                text.encode("utf-8", "replace"), font_paths=fonts, ignore_system_fonts=True, format="pdf", pdf_standards=["ua-1"], timestamp=int(at.timestamp())
            )
        except typst.TypstError as error:
            missing = _undisplayable(error)
            if not missing:
                hints = " ".join(getattr(error, "hints", None) or [])
                raise CannotTypeset(_("The PDF could not be made: %(reason)s") % {"reason": f"{error} {hints}".strip()}) from error
            if FALLBACK_SIGN in missing or _attempt == 0:
                fonts = _every_font()  # a name in another script: any font that the machine has may help
            if _attempt > 0:
                log.warning("files.no_font", characters=len(missing), install=", ".join(missing_packages().values()))
                text = text.translate({ord(sign): FALLBACK_SIGN for sign in missing})
    raise CannotTypeset(_("The PDF could not be made: it has too many characters that no font at hand can show."))


def compile_png(text: str, *, language: str, pixels_per_inch: float = 72) -> bytes:
    """The first page of a Typst source as a picture. Raises: CannotTypeset."""
    try:
        pages = typst.compile(text.encode("utf-8", "replace"), font_paths=_fonts(language), ignore_system_fonts=True, format="png", ppi=pixels_per_inch)
    except typst.TypstError as error:
        raise CannotTypeset(str(error)) from error
    return bytes(pages[0] if isinstance(pages, list) else pages)


#: Stands for a character that no font can show; Typst's own fonts have it.
FALLBACK_SIGN = "\u25a1"
_ATTEMPTS = 40
_OTHER_SCRIPTS = re.compile("[\u0530-\u1dff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\uffdc\U00010000-\U0010ffff]")
_UNSHOWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def _undisplayable(error: typst.TypstError) -> set[str]:
    """The characters for which Typst found no glyph; signs of its own language are never among them."""
    told = f"{error} {getattr(error, 'diagnostic', '')}"
    found = "".join(_UNSHOWN.findall(told))
    return {sign for sign in _ESCAPED.sub(lambda match: chr(int(match[1], 16)), found) if not " " <= sign <= "~"}


def _fonts(language: str) -> typst.Fonts:
    """Typst's own fonts, and for a script that they lack those of the machine."""
    wanted = FAMILIES.get(language)
    if wanted is None:
        return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    fonts = _every_font()
    if not set(fonts.families()).intersection(wanted):
        raise CannotTypeset(
            _("For a PDF in this language a font is missing. Install one of these: %(fonts)s (Debian: fonts-noto-core, fonts-noto-cjk).")
            % {"fonts": ", ".join(wanted)}
        )
    return fonts


def missing_packages() -> dict[str, str]:
    """For each language in which no PDF can be made here for want of a font, the package of Debian that brings one."""
    found = set(_every_font().families())
    return {language: package for language, package in DEBIAN_PACKAGES.items() if not found.intersection(FAMILIES[language])}


def _every_font() -> typst.Fonts:
    folders = [str(folder) for folder in FONT_FOLDERS if folder.is_dir()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


# ---- source ---------------------------------------------------------------------------------------------------------


#: Signs that PDF/UA-1 does not let stand: what got lost on the way shows, marks of the order of bytes do not.
_NOT_IN_PDF = {0x0000: FALLBACK_SIGN, 0xFEFF: None, 0xFFFE: None}


def string(text: str) -> str:
    """A string literal: nothing in it is code. JSON's escapes for what Typst would read are Typst's own, but for \\u."""
    escaped = text.translate(_NOT_IN_PDF).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "").replace("\t", "\\t")
    return f'"{escaped}"'


def text_of(text: str) -> str:
    """Text in markup, by way of a string, so that no sign in it means anything."""
    return f"#text({string(text)})"


def families(language: str) -> str:
    """The families in which a document in a language is set, as Typst's list; those of other scripts last, for names in them.

    Only the first choice for a script stands before Typst's own: not every Arabic font has digits, and those beside Latin
    letters should be of one cut with them.
    """
    own = FAMILIES.get(language, ())
    others = [name for names in FAMILIES.values() for name in names]
    return f"({', '.join(string(name) for name in dict.fromkeys((*own[:1], EMBEDDED[0], *own, *others, *EMBEDDED)))})"
