"""Submitted answers as the records need them that are made of them: by role, as texts, concepts, organisations, days.

Answers to private fields are for the secretariat only. They are left out here unless somebody asks for them by name, so
that no intake makes them public by the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from plenary.engines.calls.form.fields import schemes_of
from plenary.engines.calls.intakes import by_role, text_of
from plenary.engines.calls.models import IntakeResult, Submission
from plenary.errors import Conflict
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import Text


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation as an answer describes it."""

    name: str
    country: Concept | None = None
    stakeholder_type: Concept | None = None
    website: str = ""


@dataclass(frozen=True, slots=True)
class Human:
    """A person as an answer describes them."""

    name: str
    email: str = ""
    post: str = ""
    organisation: str = ""


class Answers:
    """The answers of a submission by role. private: whether those to private fields are among them."""

    def __init__(self, submission: Submission, *, private: bool = False) -> None:
        self.submission = submission
        self.fields = {role: field for role, field in submission.form.form.by_role.items() if private or not field.private}
        self.given = {role: answer for role, answer in by_role(submission).items() if role in self.fields}
        self.language = language_of(submission)
        self._concepts: dict[tuple[str, str], Concept] = {}  # those that were asked for, by scheme and code
        self._organisations: dict[str, Body | None] = {}

    def __contains__(self, role: str) -> bool:
        return self.given.get(role) not in (None, "", [], {})

    def need(self, *roles: str) -> None:
        """Raises: Conflict where one of the roles has no answer."""
        for role in roles:
            if role not in self:
                raise Conflict(
                    _("No answer that the public may read becomes “%(role)s”, and the record cannot be made without it. Mend the call’s form or the answers.")
                    % {"role": role}
                )

    def text(self, role: str) -> Text:
        """An answer in words, in its languages; empty where there is none."""
        found: Text = text_of(self.given.get(role), self.language)
        return found

    def line(self, role: str) -> str:
        """An answer in one string: of a text its original, of an organisation or a person the name, of several the first."""
        answer = self.given.get(role)
        if isinstance(answer, Mapping):
            if "name" in answer:
                return str(answer["name"])
            return self.text(role).best(self.language).text
        values = self.values(role)
        return values[0] if values else ""

    def label(self, role: str) -> Text:
        """The answer to a choice as the form words it; of another field its text."""
        labels = {option.code: option.label for option in getattr(self.fields.get(role), "options", ())}
        found: Text = labels.get(self.line(role)) or self.text(role)
        return found

    def values(self, role: str) -> list[str]:
        """An answer as a list of strings."""
        answer = self.given.get(role)
        listed = answer if isinstance(answer, list | tuple) else [answer]
        return [str(each).strip() for each in listed if each not in (None, "", False) and not isinstance(each, Mapping)]

    def concepts(self, role: str, *schemes: str) -> list[Concept]:
        """The concepts that an answer names, in its order. schemes: where the field does not say from which they come.

        Raises: Conflict where there is no such concept any more, or never was.
        """
        return self._named(self.values(role), schemes_of(self.fields[role]) or schemes) if role in self else []

    def concept(self, role: str, *schemes: str) -> Concept | None:
        """The first concept that an answer names."""
        return next(iter(self.concepts(role, *schemes)), None)

    def countries(self) -> list[Concept]:
        """The countries that the answers name, under either role."""
        return list(dict.fromkeys([*self.concepts("country", "countries"), *self.concepts("countries", "countries")]))

    def organisation(self, role: str = "organisation") -> Body | None:
        """The organisation that an answer describes."""
        if role not in self._organisations:
            self._organisations[role] = self._organisation(role)
        return self._organisations[role]

    def _organisation(self, role: str) -> Body | None:
        answer = self.given.get(role)
        if not isinstance(answer, Mapping):
            return Body(self.line(role)[:300]) if role in self else None
        if not answer.get("name"):
            return None
        return Body(
            name=str(answer["name"]),
            country=next(iter(self._named(_listed(answer.get("country")), ("countries",))), None),
            stakeholder_type=next(iter(self._named(_listed(answer.get("stakeholder_type")), ("stakeholder-types",))), None),
            website=str(answer.get("website", "")),
        )

    def stakeholder_type(self) -> Concept | None:
        """The kind of stakeholder: that of its own answer, else of the organisation."""
        found = self.concept("stakeholder-type", "stakeholder-types")
        body = self.organisation()
        return found or (body.stakeholder_type if body else None)

    def person(self, role: str) -> Human | None:
        """The person that an answer describes."""
        answer = self.given.get(role)
        if not isinstance(answer, Mapping):
            return Human(self.line(role)[:200]) if role in self else None
        if not answer.get("name"):
            return None
        return Human(**{name: str(answer.get(name, "")) for name in ("name", "email", "post", "organisation")})

    def days(self, role: str) -> tuple[date | None, date | None]:
        """First and last day of an answer."""
        answer = self.given.get(role)
        if not isinstance(answer, Mapping):
            return None, None
        first, last = answer.get("from"), answer.get("to")
        return (date.fromisoformat(str(first)) if first else None), (date.fromisoformat(str(last)) if last else None)

    def file(self, role: str) -> StoredFile:
        """The file that was given. Raises: Conflict where there is none, where it is gone, or where there are several."""
        self.need(role)
        keys = self.values(role)
        if len(keys) > 1:
            raise Conflict(_("Several files become “%(role)s”, and a record takes one. Return the submission, so that one is chosen.") % {"role": role})
        for attached in self.submission.attachments.filter(file__deleted_at=None).select_related("file"):
            if str(attached.file_id) == keys[0]:
                return attached.file
        raise Conflict(_("The file that becomes “%(role)s” is not here any more. Return the submission, so that it is added again.") % {"role": role})

    def _named(self, codes: Iterable[str], schemes: tuple[str, ...]) -> list[Concept]:
        wanted = list(dict.fromkeys(codes))
        unknown = [code for code in wanted if not any((scheme, code) in self._concepts for scheme in schemes)]
        if unknown:
            self._read(unknown, schemes)
        found = []
        for code in wanted:
            concept = next((self._concepts[scheme, code] for scheme in schemes if (scheme, code) in self._concepts), None)
            if concept is None:
                raise Conflict(_("“%(code)s” is not in the vocabulary “%(scheme)s”.") % {"code": code[:60], "scheme": schemes[0] if schemes else ""})
            found.append(concept)
        return found

    def _read(self, codes: list[str], schemes: tuple[str, ...]) -> None:
        """Fetch the concepts, and in the same statement all others that the answers name: a record needs most of them."""
        wanted = {(scheme, code) for scheme in schemes for code in codes}
        for role, field in self.fields.items():
            answer = self.given.get(role)
            wanted |= {(scheme, code) for scheme in schemes_of(field) for code in self.values(role)}
            if field.kind == "organisation" and isinstance(answer, Mapping):
                pieces = (("countries", "country"), ("stakeholder-types", "stakeholder_type"))
                wanted |= {(scheme, code) for scheme, piece in pieces for code in _listed(answer.get(piece))}
        named, listed = {code for _scheme, code in wanted}, {scheme for scheme, _code in wanted}
        for concept in Concept.objects.filter(scheme__code__in=listed, code__in=named).select_related("scheme").order_by():
            self._concepts[concept.scheme.code, concept.code] = concept


def language_of(submission: Submission) -> str:
    """The language in which texts of a submission are written: the contributor's, where the call takes it."""
    own = submission.language.split("-")[0] or "en"
    accepted = submission.call.languages
    return own if not accepted or own in accepted else str(accepted[0])


def _listed(value: Any) -> list[str]:
    return [str(value)] if value else []


def page_at(view: str, *arguments: Any) -> str:
    """The address of a page, without a language in front, as results keep it."""
    with override(settings.LANGUAGE_CODE):
        return reverse(view, args=arguments)


def source_of(submission: Submission) -> str:
    """What a record says of where it comes from; the same in trail and versions, by which it is found again."""
    return f"Submission {submission.reference}"


def taken_back(submission: Submission) -> str:
    """Why a record is taken back, for its trail: the submission was refused after all, or the decision undone."""
    why = "it was not accepted" if submission.state == Submission.State.DECLINED else "the decision was undone"
    return f"{source_of(submission)}: {why}"


def former(submission: Submission, intake: str) -> IntakeResult | None:
    """The record that a submission became before the decision was undone."""
    return IntakeResult.objects.filter(submission=submission, intake=intake).exclude(retracted_at=None).first()


def rewritten(submission: Submission, result: IntakeResult) -> bool:
    """Whether the submission was saved again after it became a record. If not, what staff did to the record since stays."""
    return submission.saved_at > result.created_at
