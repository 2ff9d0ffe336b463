"""How an entry, or one of its versions, is cited: in words, as BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from plenary.ground.framework.text import Text
from plenary.ground.web.templatetags.web import day
from plenary.programmes.stocktaking.drafts import EntryDraft
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation

BIBTEX, RIS, CSL = "application/x-bibtex; charset=utf-8", "application/x-research-info-systems; charset=utf-8", "application/vnd.citationstyles.csl+json"
_LONGEST_ABSTRACT = 2000


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation says. year: 0 where it is not known; changed: when what is cited was last changed; version: 0 for the entry as it stands."""

    number: str
    title: str
    language: str
    authors: tuple[str, ...]
    year: int
    changed: date
    url: str
    site: str
    seen: date
    version: int = 0
    abstract: str = ""
    keywords: tuple[str, ...] = ()


def citation_of(entry: Entry) -> Citation:
    """The citation of an entry as it stands. Its organisations (and topics, where keywords are wanted) should be loaded with it."""
    bodies = [(_in_original(link.organisation.name), link.role) for link in entry.organisation_links.all()]
    topics = [link.concept for link in entry.links.all() if link.concept.scheme.code != "countries"] if "links" in _loaded(entry) else []
    return _citation(entry, entry.number, bodies, entry.updated_at.date(), 0, tuple(dict.fromkeys(str(each.label) for each in topics)))


def citation_of_version(entry: Entry, draft: EntryDraft, version: int, changed: date) -> Citation:
    """The citation of an entry as it was. draft: what its version says; changed: when it was made."""
    return _citation(draft, entry.number, [(body.name, body.role) for body in draft.organisations], changed, version, ())


def _loaded(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = getattr(entry, "_prefetched_objects_cache", {})
    return found


def _citation(record: Entry | EntryDraft, number: str, bodies: list[tuple[str, str]], changed: date, version: int, keywords: tuple[str, ...]) -> Citation:
    leads = [name for name, role in bodies if role == EntryOrganisation.Role.LEAD]
    story: Text = record.summary or record.description
    with override("en"):
        path = reverse("stocktaking:version", args=[number, version]) if version else reverse("stocktaking:entry", args=[number])
    return Citation(
        number=number,
        title=_in_original(record.title),
        language=record.title.original,
        authors=tuple(leads or [name for name, _role in bodies]),
        year=changed.year if version else record.year or 0,
        changed=changed,
        url=f"{settings.BASE_URL}{path}",
        site=str(settings.SITE_NAME),
        seen=timezone.localdate(),
        version=version,
        abstract=_in_original(story)[:_LONGEST_ABSTRACT],
        keywords=keywords,
    )


def _in_original(text: Text) -> str:
    return str(text.best(text.original).text)


def _citations(entries: Iterable[Entry | Citation]) -> Iterator[Citation]:
    return (each if isinstance(each, Citation) else citation_of(each) for each in entries)


def in_words(cited: Citation) -> str:
    """The citation as a sentence, in the manner of APA, in the reader's language but for title and names."""
    title = _one_line(cited.title).rstrip(".")
    values = {
        "authors": " & ".join(filter(None, (", ".join(cited.authors[:-1]), cited.authors[-1]))) if cited.authors else "",
        "year": cited.year or _("n.d."),
        "title": title,
        "site": cited.site,
        "number": cited.number,
        "version": cited.version,
        "day": day(cited.seen),
        "url": cited.url,
    }
    if cited.authors and cited.version:
        return _("%(authors)s (%(year)s). %(title)s (version %(version)s). %(site)s, stocktaking entry %(number)s. Retrieved %(day)s, from %(url)s") % values
    if cited.authors:
        return _("%(authors)s (%(year)s). %(title)s. %(site)s, stocktaking entry %(number)s. Retrieved %(day)s, from %(url)s") % values
    if cited.version:
        return _("%(title)s (version %(version)s). (%(year)s). %(site)s, stocktaking entry %(number)s. Retrieved %(day)s, from %(url)s") % values
    return _("%(title)s. (%(year)s). %(site)s, stocktaking entry %(number)s. Retrieved %(day)s, from %(url)s") % values


# ---- BibTeX ---------------------------------------------------------------------------------------------------------

#: Braces become words: programs that read BibTeX count them, whatever stands before them.
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
}  # fmt: skip
_FOR_TEX = str.maketrans(_TEX)


def bibtex(entries: Iterable[Entry | Citation]) -> Iterator[str]:
    """Each entry as BibTeX (UTF-8, for biber or a BibTeX of this century); the parts of a file."""
    for cited in _citations(entries):
        fields = {
            "author": " and ".join(f"{{{_tex(name)}}}" for name in cited.authors),
            "title": f"{{{_tex(cited.title)}}}",
            "year": str(cited.year or ""),
            "howpublished": _tex(f"{cited.site}, Stocktaking entry {cited.number}"),
            "version": str(cited.version or ""),
            "language": _tex(cited.language),
            "abstract": _tex(cited.abstract),
            "keywords": _tex(", ".join(word.replace(",", " ") for word in cited.keywords)),
            "url": cited.url,
            "urldate": cited.seen.isoformat(),
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value not in ("", "{}")]
        key = f"stocktaking-{cited.number}" + (f"-v{cited.version}" if cited.version else "")
        yield f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n\n"


def _tex(text: str) -> str:
    return _one_line(text).translate(_FOR_TEX)


# ---- RIS ------------------------------------------------------------------------------------------------------------


def ris(entries: Iterable[Entry | Citation]) -> Iterator[str]:
    """Each entry as RIS, a value a line; the parts of a file."""
    for cited in _citations(entries):
        lines = [("TY", "ELEC"), *(("AU", f"{name},") for name in cited.authors), ("TI", cited.title)]
        lines += [("PY", f"{cited.year:04d}" if cited.year else ""), ("DA", f"{cited.changed:%Y/%m/%d/}"), ("T2", f"{cited.site}, Stocktaking")]
        lines += [("PB", cited.site), ("ET", f"Version {cited.version}" if cited.version else ""), ("AB", cited.abstract)]
        lines += [
            *(("KW", word) for word in cited.keywords),
            ("LA", cited.language),
            ("ID", cited.number),
            ("UR", cited.url),
            ("Y2", f"{cited.seen:%Y/%m/%d/}"),
        ]
        yield "".join(f"{tag}  - {value}\r\n" for tag, text in lines if (value := _one_line(text))) + "ER  - \r\n\r\n"


# ---- CSL ------------------------------------------------------------------------------------------------------------


def csl(entries: Iterable[Entry | Citation]) -> Iterator[str]:
    """The entries as CSL-JSON, which citation managers and processors read: the parts of one array."""
    between = "[\n"
    for cited in _citations(entries):
        yield between + json.dumps(_csl(cited), ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def _csl(cited: Citation) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": f"stocktaking-{cited.number}" + (f"-v{cited.version}" if cited.version else ""),
        "type": "webpage",
        "title": _one_line(cited.title),
        "author": [{"literal": _one_line(name)} for name in cited.authors],
        "issued": {"date-parts": [[cited.year]]} if cited.year else None,
        "accessed": {"date-parts": [[cited.seen.year, cited.seen.month, cited.seen.day]]},
        "container-title": f"{cited.site}, Stocktaking",
        "publisher": cited.site,
        "number": cited.number,
        "version": str(cited.version) if cited.version else None,
        "abstract": _one_line(cited.abstract),
        "keyword": ", ".join(cited.keywords),
        "language": cited.language,
        "URL": cited.url,
    }
    return {name: value for name, value in item.items() if value}


_BLANKS = re.compile(r"\s+")


def _one_line(text: str) -> str:
    """Text without line breaks and signs that steer machines or turn the direction of what follows."""
    kept = "".join(sign if unicodedata.category(sign) not in ("Cc", "Cs", "Co", "Cn") and sign not in _TURNING else " " for sign in text)
    return _BLANKS.sub(" ", kept).strip()


#: Signs that turn the direction of all that follows. Joiners stay: Persian and emoji need them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029")
