"""Terms and privacy notice: loading versions, and noting who agreed to which."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from plenary.errors import Conflict, Invalid
from plenary.ground.audit.actions import record
from plenary.ground.audit.actors import Actor, require
from plenary.ground.framework.text import LANGUAGES, Text
from plenary.ground.people.models import Agreement, LegalText, User
from plenary.ground.people.queries import texts_to_agree

DATA = Path(__file__).resolve().parents[1] / "data" / "legal"
_HEADER = re.compile(r"^---\nversion: (?P<version>[\w.-]{1,20})\npublished: (?P<day>\d{4}-\d\d-\d\d)\n---\n", re.ASCII)


@transaction.atomic
def load_legal(*, actor: Actor, folder: Path = DATA) -> list[LegalText]:
    """Load ``terms.en.md``, ``privacy.ar.md``... as versions; one that is loaded already stays as it is.

    Raises: Invalid with all problems of all files; Conflict where a loaded version's text was changed in the files,
    since people agreed to the words they saw.
    """
    require(actor, "people.load_legal")
    loaded = []
    for kind in LegalText.Kind.values:
        version, day, text = _read(folder, kind)
        known = LegalText.objects.filter(kind=kind, version=version).first()
        if known is None:
            known = LegalText.objects.create(kind=kind, version=version, text=text, published_at=day)
            record(actor=actor, verb="published", kind="people.legal_text", key=f"{kind}/{version}", after={"published_at": day})
        elif known.text.to_json() != text.to_json() and known.agreements.exists():
            raise Conflict(
                _("Version %(version)s of “%(kind)s” has been agreed to. Give the changed text a new version.")
                % {"version": version, "kind": known.get_kind_display()}
            )
        elif known.text.to_json() != text.to_json():
            known.text, known.published_at = text, day
            known.save(update_fields=["text", "published_at"])
            record(actor=actor, verb="changed", kind="people.legal_text", key=f"{kind}/{version}")
        loaded.append(known)
    return loaded


def _read(folder: Path, kind: str) -> tuple[str, datetime, Text]:
    problems: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    headers: set[tuple[str, str]] = set()
    for language in LANGUAGES:
        path = folder / f"{kind}.{language}.md"
        if not path.exists():
            if language == "en":
                problems[path.name] = [_("The file is missing.")]
            continue
        try:
            written = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            problems[path.name] = [_("The file is not written in UTF-8.")]
            continue
        header = _HEADER.match(written)
        if header is None:
            problems[path.name] = [_("The file must begin with its version and the day of publication between two lines of three hyphens.")]
            continue
        headers.add((header["version"], header["day"]))
        texts[language] = written[header.end() :].strip()
    if len(headers) > 1:
        problems[kind] = [_("The languages carry different versions or days.")]
    try:
        version, day = next(iter(headers)) if headers else ("", "2000-01-01")
        published = datetime.fromisoformat(day).replace(tzinfo=UTC)
    except ValueError:
        problems[kind] = [_("The day of publication does not exist.")]
    if problems:
        raise Invalid(problems)
    return version, published, Text(texts, "en", frozenset())


@transaction.atomic
def agree(*, actor: User, texts: list[LegalText] | None = None) -> list[Agreement]:
    """Note that an account agrees, now, to the texts in force that it has not agreed to (or to those given)."""
    require(actor, "people.change_account", actor)
    made = []
    for text in texts_to_agree(actor) if texts is None else texts:
        agreement, is_new = Agreement.objects.get_or_create(user=actor, text=text)
        if is_new:
            record(actor=actor, verb="agreed", kind="people.account", key=actor.trail_id, after={"text": text.kind, "version": text.version})
            made.append(agreement)
    return made
