"""Reading people, organisations and roles."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from plenary.ground.audit.queries import names_by
from plenary.ground.framework.models import Concept
from plenary.ground.people.models import Affiliation, Agreement, LegalText, Organisation, OrganisationAlias, Person, RoleGrant, User
from plenary.ground.people.names import fold

__all__ = ["fold"]


def in_force(at: object = None) -> Q:
    """The condition that a grant holds at an instant (default: now)."""
    moment = at or timezone.now()
    return Q(since__lte=moment) & (Q(until__isnull=True) | Q(until__gt=moment))


def current_roles(user: User) -> frozenset[tuple[str, str]]:
    """The roles that the account's person holds now, as (role, scope)."""
    if user.person_id is None:
        return frozenset()
    return frozenset(RoleGrant.objects.filter(in_force(), person_id=user.person_id).values_list("role", "scope"))


def grants_of(person: Person) -> QuerySet[RoleGrant]:
    """All roles a person holds, held or will hold, newest first."""
    return RoleGrant.objects.filter(person=person).order_by("-since", "-id")


def grants(*, role: str = "", scope: str = "", only_current: bool = True) -> QuerySet[RoleGrant]:
    """Grants with their persons, for the desk's list of roles."""
    found = RoleGrant.objects.select_related("person", "person__user").order_by("role", "scope", "person__name", "id")
    if role:
        found = found.filter(role=role)
    if scope:
        found = found.filter(scope=scope)
    return found.filter(in_force()) if only_current else found


def people_list(q: str = "", role: str = "", country: str = "", *, with_account: bool | None = None) -> QuerySet[Person]:
    """Persons by name, for the desk; with their account, country, and current roles as ``current_grants``.

    q: part of a name, or an e-mail address in full. role: held now. country: its code.
    """
    current = RoleGrant.objects.filter(in_force()).order_by("role")
    found = (
        Person.objects.filter(merged_into__isnull=True, erased_at__isnull=True)
        .select_related("user", "country", "stakeholder_type")
        .prefetch_related(Prefetch("grants", queryset=current, to_attr="current_grants"))
        .order_by("name", "id")
    )
    if q.strip():
        # An address is matched only in full: a list by parts of addresses would be a directory nobody agreed to.
        found = found.filter(Q(folded__contains=fold(q)) | Q(user__email__iexact=q.strip())) if fold(q) else found.filter(user__email__iexact=q.strip())
    if role:
        found = found.filter(Exists(RoleGrant.objects.filter(in_force(), person=OuterRef("pk"), role=role)))
    if country:
        found = found.filter(country__scheme__code="countries", country__code=country)
    if with_account is not None:
        found = found.filter(user__isnull=not with_account)
    return found


def organisations_list(q: str = "", country: str = "", stakeholder_type: str = "") -> QuerySet[Organisation]:
    """Organisations found by any of their names, for the desk; with their aliases and numbers of affiliated people."""
    found = (
        Organisation.objects.filter(merged_into__isnull=True)
        .select_related("country", "stakeholder_type")
        .prefetch_related("aliases")
        .annotate(people=Count("affiliations", distinct=True))
        .order_by("created_at", "id")
    )
    if fold(q):
        found = found.filter(Exists(OrganisationAlias.objects.filter(organisation=OuterRef("pk"), folded__contains=fold(q))))
    if country:
        found = found.filter(country__scheme__code="countries", country__code=country)
    if stakeholder_type:
        found = found.filter(stakeholder_type__code=stakeholder_type)
    return found


#: Conditions under which an organisation's name is public already, added by the rooms that show it.
_public: list[Callable[[], Q]] = []


def public_where(condition: Callable[[], Q]) -> Callable[[], Q]:
    """Register a condition on organisations under which their name can be read by everybody on this site."""
    _public.append(condition)
    return condition


def publicly_named() -> QuerySet[Organisation]:
    """The organisations whose name everybody can read on this site, without those that were merged into others."""
    anywhere = Q(pk__in=[])
    for condition in _public:
        anywhere |= condition()
    return Organisation.objects.filter(anywhere, merged_into__isnull=True).distinct()


def public_organisations(q: str) -> QuerySet[Organisation]:
    """Organisations found by any of their names among those whose name is public anyway: for suggesting while somebody types."""
    named = OrganisationAlias.objects.filter(organisation=OuterRef("pk"), folded__contains=fold(q))
    found = publicly_named().select_related("country", "stakeholder_type")
    return found.filter(Exists(named)).order_by("created_at", "id") if fold(q) else found.none()


def affiliations_of(person: Person) -> QuerySet[Affiliation]:
    """Where a person works and worked."""
    return Affiliation.objects.filter(person=person).select_related("organisation", "organisation__country").order_by("-since", "-id")


def current_legal_texts() -> list[LegalText]:
    """The version in force of the terms and of the privacy notice."""
    texts = LegalText.objects.filter(published_at__lte=timezone.now()).order_by("kind", "-published_at", "-id")
    newest: dict[str, LegalText] = {}
    for text in texts:
        newest.setdefault(text.kind, text)
    return [newest[kind] for kind in LegalText.Kind.values if kind in newest]


def legal_text(kind: str) -> LegalText | None:
    """The version in force of one text."""
    return next((text for text in current_legal_texts() if text.kind == kind), None)


def texts_to_agree(user: User) -> list[LegalText]:
    """The texts in force that an account has not agreed to yet."""
    agreed = set(Agreement.objects.filter(user=user).values_list("text_id", flat=True))
    return [text for text in current_legal_texts() if text.pk not in agreed]


def agreements_of(user: User) -> QuerySet[Agreement]:
    """What an account agreed to, newest first."""
    return Agreement.objects.filter(user=user).select_related("text").order_by("-agreed_at", "-id")


def offered(scheme: str) -> QuerySet[Concept]:
    """The concepts of a scheme that can be chosen today."""
    today = timezone.now().date()
    return Concept.objects.filter(Q(retired_on__isnull=True) | Q(retired_on__gt=today), scheme__code=scheme).order_by("position", "code")


@names_by
def names_of(trail_ids: Iterable[str]) -> dict[str, str]:
    """Names behind opaque ids of the trail, for those who may read it."""
    found = User.objects.filter(trail_id__in=list(trail_ids)).select_related("person")
    return {user.trail_id: str(user) for user in found}
