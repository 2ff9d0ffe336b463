"""What national focal points follow: submissions of their country whose writers agreed to it."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

from django.db.models import QuerySet

from plenary.engines.calls.form.definition import Definition
from plenary.engines.calls.models import Submission
from plenary.engines.calls.models.submissions import STANDING
from plenary.ground.framework.models import Concept
from plenary.ground.people.models import RoleGrant, User
from plenary.ground.people.queries import in_force


def countries_followed(user: User) -> list[Concept]:
    """The countries whose focal point an account is now."""
    codes = [scope.removeprefix("country:") for role, scope in user.roles_held() if role == RoleGrant.Role.FOCAL_POINT and scope.startswith("country:")]
    return list(Concept.objects.filter(scheme__code="countries", code__in=codes).select_related("scheme").order_by("position")) if codes else []


def shared(country: str) -> QuerySet[Submission]:
    """Submissions from a country whose writers let the focal point follow them, newest first."""
    return (
        Submission.objects.filter(country__code=country, country__scheme__code="countries", shared_with_focal_point=True, state__in=STANDING, deleted_at=None)
        .select_related("call__edition", "form", "country")
        .order_by("-submitted_at")
    )


def followed_in(country: str, call: str = "") -> dict[str, Any]:
    """What the page of a focal point shows. call: ``2021/prizes`` for those of one call."""
    everything = list(shared(country)[:1000])
    calls = Counter(str(each.call) for each in everything)
    found = [each for each in everything if not call or str(each.call) == call]
    return {
        "country": Concept.objects.select_related("scheme").get(scheme__code="countries", code=country),
        "submissions": found,
        "calls": [(code, number, code == call) for code, number in sorted(calls.items(), reverse=True)],
        "chosen": call,
    }


def followed_submission(user: User, country: str, key: uuid.UUID) -> Submission:
    """One submission that the focal point of its country may read. Raises: Submission.DoesNotExist."""
    if country not in {each.code for each in countries_followed(user)}:
        raise Submission.DoesNotExist
    return shared(country).get(pk=key)


def hidden_from_focal_points(form: Definition) -> frozenset[str]:
    """The codes of the fields that are the secretariat's alone."""
    return frozenset(field.code for field in form if field.private)


def focal_points_of(country: str) -> list[User]:
    """The accounts that follow a country now."""
    held = RoleGrant.objects.filter(in_force(), role=RoleGrant.Role.FOCAL_POINT, scope=f"country:{country}")
    return list(User.objects.filter(person__grants__in=held, is_active=True).distinct())
