"""Names of uploaded files, made harmless: they are shown to others and proposed by browsers when saving."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
MAX_LENGTH = 120


def clean_name(name: str) -> str:
    """A plain file name: no folders, no control or direction characters, not too long, its extension in lower case."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # "Cf" are the invisible ones, among them those by which "exe.jpg" is made to read backwards
    name = "".join(char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    name = "".join("_" if char in '<>:"|?*;%' else char for char in name)
    name = " ".join(name.split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem:
        stem, extension = name, ""
    if stem.lower() in _RESERVED:
        stem = f"_{stem}"
    extension = extension.lower()[:20]
    stem = stem[: MAX_LENGTH - len(extension) - 1].strip(". ") or _("file")
    return f"{stem}.{extension}" if extension else stem


def extension_of(name: str) -> str:
    """``pdf`` of ``Report.PDF``; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""
