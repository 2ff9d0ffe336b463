"""Telling of imported submissions: focal points and the people whom the rows name get one mail each, however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext, override

from plenary.engines.calls.actions.common import tell
from plenary.engines.calls.holders import new_secret
from plenary.engines.calls.mails import absolute, mail
from plenary.engines.calls.models import Call, Invitation, Submission
from plenary.engines.calls.models.submissions import digest
from plenary.engines.calls.queries.focal import focal_points_of
from plenary.ground.audit.actors import Actor, require
from plenary.ground.people.models import User

#: As many are named in a mail; the others are counted.
NAMED = 10


@dataclass(slots=True)
class Audience:
    """Who is told of which submissions. people: by address, in small letters."""

    focal_points: dict[tuple[str, User], list[Submission]] = field(default_factory=lambda: defaultdict(list))
    people: dict[str, list[Submission]] = field(default_factory=lambda: defaultdict(list))

    @property
    def count(self) -> int:
        """How many mails that makes."""
        return len(self.focal_points) + len(self.people)


def audience_of(submissions: Iterable[Submission]) -> Audience:
    """Whom the answers let be told: the focal points of the country where the contributor agreed, and persons who are asked to join."""
    found = Audience()
    known: dict[str, list[User]] = {}
    for submission in submissions:
        if submission.shared_with_focal_point and submission.country is not None:
            code = submission.country.code
            if code not in known:
                known[code] = focal_points_of(code)
            for user in known[code]:
                found.focal_points[code, user].append(submission)
        for address in invited_by(submission):
            found.people[address].append(submission)
    return found


def invited_by(submission: Submission) -> list[str]:
    """The addresses of those whom the answers name to join, each once; the contributor's own is none of them."""
    own = {submission.email.lower(), submission.owner.email.lower() if submission.owner else ""}
    found: list[str] = []
    for asked in submission.form.form:
        answer = submission.answers.get(asked.code)
        if asked.kind == "person" and asked.invite and isinstance(answer, dict):
            found.append(str(answer.get("email", "")).lower())
    return [address for address in dict.fromkeys(found) if address and address not in own]


def tell_of_import(*, actor: Actor, call: Call, first: int, last: int) -> int:
    """Mail the focal points and the people named in the submissions of a call from one number to another; how many mails.

    One mail is one transaction: nobody else waits for all of them. Who was asked to join before is not asked again.
    """
    require(actor, "calls.decide", call)
    imported = Submission.objects.filter(call=call, origin=Submission.Origin.IMPORT, number__gte=first, number__lte=last).order_by("number")
    audience = audience_of(imported.select_related("call__edition", "form", "owner", "country", "late"))
    sent = 0
    for (country, user), submissions in audience.focal_points.items():
        link = absolute(f"/calls/countries/{country}/")
        with transaction.atomic():
            sent += _mail("calls-copy", submissions, user.email, user.language or "en", link=link)
    for address, submissions in audience.people.items():
        sent += _invite(actor, address, submissions)
    return sent


@transaction.atomic
def _invite(actor: Actor, address: str, submissions: Sequence[Submission]) -> int:
    asked_before = set(Invitation.objects.filter(email=address, submission__in=submissions).values_list("submission_id", flat=True))
    fresh = [each for each in submissions if each.pk not in asked_before]
    if not fresh:
        return 0
    links = []
    for submission in fresh:
        secret = new_secret()
        Invitation.objects.create(submission=submission, email=address, secret=digest(secret), created_at=timezone.now())
        links.append(absolute(reverse("calls:join", args=[secret])))
        tell(actor, submission, "invited")
    one_a_line = links[0] if len(links) == 1 else "\n".join(["", *links])
    return _mail("calls-invitation", fresh, address, fresh[0].language, link=one_a_line, inviter="")


def _mail(template: str, submissions: Sequence[Submission], to: str, language: str, **values: str) -> int:
    titles = [each.title or each.reference for each in submissions]
    references = [each.reference for each in submissions]
    several = {"title": _listed(titles, language), "reference": _listed(references, language)}
    return len(mail(template, submissions[0], to=to, language=language, values={**several, **values}))


def _listed(names: Sequence[str], language: str) -> str:
    """The names in one string, the first of many."""
    told = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    if more <= 0:
        return told
    with override("zh-hans" if language.startswith("zh") else language.split("-")[0]):
        return ngettext("%(names)s and %(n)s more", "%(names)s and %(n)s more", more) % {"names": told, "n": more}
