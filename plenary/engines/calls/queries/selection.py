"""Which submissions of a call the secretariat looks at: filters, search, order; and how many there are of what.

Answers of a draft that nobody handed in match nothing here, and neither do private answers for those who may not read them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Case, Exists, Expression, F, OuterRef, Prefetch, Q, QuerySet, TextField, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from plenary.engines.calls.form.fields import CATEGORY, COUNTRY, ORGANISATION, TITLE
from plenary.engines.calls.models import Call, Decision, FormVersion, Phase, Submission
from plenary.engines.calls.queries.submissions import visible_to
from plenary.engines.calls.rules import STAFF
from plenary.errors import BadQuery
from plenary.ground.audit.actors import Actor, may
from plenary.ground.people.models import RoleGrant, User
from plenary.ground.people.queries import in_force
from plenary.ground.people.scopes import containing
from plenary.ground.web.query import Query

State = Submission.State
#: What stands for "none of them" in an address.
NONE = "-"
STAKEHOLDER = "stakeholder-type"
MOST_WORDS = 12

#: What the decisions that calls name are called; others are shown by their code.
DECISIONS: dict[str, str | Promise] = {
    "accepted": gettext_lazy("Accepted"),
    "eligible": gettext_lazy("Eligible"),
    "shortlisted": gettext_lazy("Shortlisted"),
    "nominated": gettext_lazy("Nominated"),
    "confirmed": gettext_lazy("Confirmed"),
    "champion": gettext_lazy("Champion"),
    "winner": gettext_lazy("Winner"),
    "declined": gettext_lazy("Not accepted"),
}


def decision_in_words(code: str) -> str:
    """What a decision is called."""
    return str(DECISIONS.get(code, code.replace("-", " ").capitalize()))


class Selection(Query):
    """The filters, the order and the columns of a list of submissions, as its address says them."""

    q: str = Field("", max_length=200)
    state: Literal["", "draft", "submitted", "returned", "overdue", "accepted", "declined", "withdrawn", "discarded"] = ""
    category: str = Field("", pattern=r"^$|^-$|^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")
    country: str = Field("", pattern=r"^$|^-$|^[A-Z]{2}$")
    stakeholder: str = Field("", pattern=r"^$|^[a-z][a-z0-9-]{0,59}$")
    decision: str = Field("", pattern=r"^$|^-$|^[a-z0-9][a-z0-9_-]{0,39}$")
    tag: str = Field("", max_length=60)
    assignee: str = Field("", pattern=r"^$|^-$|^me$|^[0-9]{1,18}$")
    origin: Literal["", "site", "api", "paper", "mail", "import"] = ""
    late: Literal["", "yes", "no"] = ""
    since: date | None = None
    until: date | None = None
    duplicate: Literal["", "yes", "no"] = ""
    language: str = Field("", pattern=r"^$|^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    order: Literal["", "newest", "oldest", "number", "title", "organisation", "state", "saved"] = ""
    columns: list[Annotated[str, Field(max_length=60)]] = Field([], max_length=60)

    def query(self, **changes: Any) -> str:
        """The query part of an address with the same selection, changed in some parameters; without a page."""
        known = set(Selection.model_fields) - {"page"}
        values = {**{name: getattr(self, name) for name in Selection.model_fields if name in known}, **changes}
        given = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items() if value}
        return urlencode(given, doseq=True)

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows the list; neither order nor columns."""
        return {name: value for name in Selection.model_fields if name not in ("page", "order", "columns") and (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of the answers to a call.

    forms: the versions of its form by key, the one in force first. hidden: codes of fields whose answers they do not read; a
    field that is private in one version is so in all. hidden_roles: what those answers become, which lists would tell.
    """

    call: Call
    decides: bool
    forms: Mapping[int, FormVersion]
    hidden: frozenset[str]
    hidden_roles: frozenset[str]

    @property
    def form(self) -> FormVersion | None:
        """The form in force."""
        return next(iter(self.forms.values()), None)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields whose answers may be read, those of the form in force first; each as the latest version has it."""
        found: dict[str, Any] = {}
        for form in self.forms.values():
            for field in form.form:
                if field.code not in self.hidden:
                    found.setdefault(field.code, field)
        return found

    def role(self, role: str) -> Any:
        """The field that becomes something, in the latest version that has one; None where it is not to be read."""
        return next((form.form.by_role[role] for form in self.forms.values() if role in form.form.by_role and role not in self.hidden_roles), None)


def sight_of(actor: Actor, call: Call) -> Sight:
    """What the actor sees of the answers to a call; one small statement."""
    decides = may(actor, "calls.decide", call)
    forms = {form.pk: form for form in FormVersion.objects.filter(call=call).exclude(published_at=None).order_by("-number")}
    if decides:
        return Sight(call, decides, forms, frozenset(), frozenset())
    hidden = frozenset(field.code for form in forms.values() for field in form.form if field.is_for_deciders)
    roles = {field.becomes for form in forms.values() for field in form.form if field.code in hidden and field.becomes}
    if ORGANISATION in roles:  # where a country is not asked for by itself, it is the organisation's
        roles.add(COUNTRY)
    return Sight(call, decides, forms, hidden, frozenset(roles))


#: Filters and orders that tell what an answer is, and what that answer becomes.
_TELLING = {"category": CATEGORY, "country": COUNTRY, "stakeholder": STAKEHOLDER}
_TELLING_ORDERS = {"title": TITLE, "organisation": ORGANISATION}


def select(actor: Actor, sight: Sight, asked: Selection) -> QuerySet[Submission]:
    """The submissions of a call that the actor may see and asked for, in order. What was not handed in is asked for by its state.

    Raises: BadQuery where something is asked that the actor may not see.
    """
    _require_seen(sight, asked)
    call, now = sight.call, timezone.now()
    found = visible_to(actor, call).select_related(None)
    found = _in_state(found, asked.state, now)
    if asked.q:
        found = _containing(found, sight, asked.q)
    if asked.category:
        found = found.filter(category="" if asked.category == NONE else asked.category)
    if asked.country:
        found = found.filter(country=None) if asked.country == NONE else found.filter(country__scheme__code="countries", country__code=asked.country)
    if asked.stakeholder:
        found = _of_type(found, sight, asked.stakeholder)
    if asked.decision:
        standing = Decision.objects.filter(submission=OuterRef("pk"), undone_at=None)
        found = found.filter(~Exists(standing)) if asked.decision == NONE else found.filter(Exists(standing.filter(code=asked.decision)))
    if asked.tag:
        found = found.filter(tags__name=asked.tag)
    if asked.assignee:
        found = found.filter(assignee=None) if asked.assignee == NONE else found.filter(assignee=_who(actor, asked.assignee))
    if asked.origin:
        found = found.filter(origin=asked.origin)
    if asked.late:
        found = _late(found, call, asked.late == "yes")
    zone = ZoneInfo(call.edition.zone)
    if asked.since:
        found = found.filter(submitted_at__gte=datetime.combine(asked.since, time.min, zone))
    if asked.until and asked.until < date.max:
        found = found.filter(submitted_at__lt=datetime.combine(asked.until + timedelta(days=1), time.min, zone))
    if asked.duplicate:
        same = Exists(with_same_fingerprint()) & ~Q(fingerprint="")
        found = found.filter(same if asked.duplicate == "yes" else ~same)
    if asked.language:
        found = found.filter(language=asked.language)
    return found.order_by(*_ORDERS[asked.order or "newest"], "pk")


def chosen(actor: Actor, sight: Sight, asked: Selection, keys: list[UUID]) -> QuerySet[Submission]:
    """Submissions of the call by their keys, wherever they stand by now, in the order asked for."""
    return visible_to(actor, sight.call).select_related(None).filter(pk__in=keys).order_by(*_ORDERS[asked.order or "newest"], "pk")


_ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": (F("submitted_at").desc(nulls_last=True), "-saved_at"),
    "oldest": (F("submitted_at").asc(nulls_last=True), "saved_at"),
    "number": (F("number").asc(nulls_last=True),),
    "title": ("title",),
    "organisation": ("organisation", "title"),
    "state": ("state", F("submitted_at").desc(nulls_last=True)),
    "saved": ("-saved_at",),
}


def _require_seen(sight: Sight, asked: Selection) -> None:
    problems = {name: [_("There is no such filter.")] for name, role in _TELLING.items() if getattr(asked, name) and role in sight.hidden_roles}
    if _TELLING_ORDERS.get(asked.order) in sight.hidden_roles:
        problems["order"] = [_("This value is not one of those that can be asked for.")]
    if len(asked.q.split()) > MOST_WORDS:
        problems["q"] = [_("Search for at most %(n)s words at once.") % {"n": MOST_WORDS}]
    if problems:
        raise BadQuery(problems)


def _in_state(found: QuerySet[Submission], state: str, now: datetime) -> QuerySet[Submission]:
    if state == "discarded":
        return found.exclude(deleted_at=None)
    found = found.filter(deleted_at=None)
    if state == "overdue":
        return found.filter(state=State.RETURNED, editable_until__lt=now)
    return found.filter(state=state) if state else found.exclude(state=State.DRAFT)


def _who(actor: Actor, asked: str) -> Any:
    if asked == "me":
        return actor.pk if isinstance(actor, User) else 0
    return min(int(asked), 2**31 - 1)


def with_same_fingerprint() -> QuerySet[Submission]:
    """Others of the same call with the same title from the same organisation, for a subquery."""
    return Submission.objects.filter(call=OuterRef("call_id"), fingerprint=OuterRef("fingerprint"), deleted_at=None).exclude(pk=OuterRef("pk"))


def _late(found: QuerySet[Submission], call: Call, is_late: bool) -> QuerySet[Submission]:
    """Handed in by a late code, or after the last collecting phase had closed."""
    ends = [phase.closes_at for phase in call.phases.all() if phase.kind == Phase.Kind.COLLECT]
    late = Q(late__isnull=False)
    if ends and None not in ends:
        late |= Q(submitted_at__isnull=False, submitted_at__gte=max(each for each in ends if each))
    return found.alias(is_late=Case(When(late, then=True), default=False, output_field=BooleanField())).filter(is_late=is_late)


def _of_type(found: QuerySet[Submission], sight: Sight, code: str) -> QuerySet[Submission]:
    """Of a kind of stakeholder: as a field or the organisation's answer says, else as the contributor's profile does."""
    own: set[str] = set()
    of_body: set[str] = set()
    for form in sight.forms.values():
        for role, codes in ((STAKEHOLDER, own), (ORGANISATION, of_body)):
            field = form.form.by_role.get(role)
            if field is not None and field.code not in sight.hidden:
                codes.add(field.code)
    # Not by lookups such as answers__type: the code of a field may be a word that lookups have taken.
    paths = [KeyTextTransform(each, "answers") for each in sorted(own)]
    paths += [KeyTextTransform("stakeholder_type", KeyTransform(each, "answers")) for each in sorted(of_body)]
    given: dict[str, Any] = {f"given_{number}": Cast(each, TextField()) for number, each in enumerate(paths)}
    said, silent = Q(pk__in=[]), Q()
    for name in given:
        said |= Q(**{name: code})
        silent &= Q(**{f"{name}__isnull": True}) | Q(**{name: ""})
    profile = Q(owner__person__stakeholder_type__code=code, owner__person__stakeholder_type__scheme__code="stakeholder-types")
    return found.exclude(number=None).alias(**given).filter(said | (silent & profile))


# ---- search in the text of answers ----------------------------------------------------------------------------------


class HasWord(Expression):
    """Whether a word stands in the texts of the answers, without those to some fields."""

    conditional = True

    def __init__(self, word: str, without: list[str]) -> None:
        super().__init__(output_field=BooleanField())
        self.answers: Any = F("answers")
        self.word, self.without = word, without

    def get_source_expressions(self) -> list[Any]:
        return [self.answers]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.answers,) = exprs

    def as_sqlite(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.answers)
        kept, removed = column, [f'$."{code}"' for code in self.without]
        if removed:
            kept = f"json_remove({column}, {', '.join(['%s'] * len(removed))})"
        texts = f"(SELECT group_concat(node.atom, ' ') FROM json_tree({kept}) AS node WHERE node.type = 'text')"  # noqa: S608
        found, given = f"{texts} REGEXP %s", [*params, *removed, in_either_case(self.word)]
        if self.word.isascii() and self.word.replace("-", "").isalnum():
            # Such a word stands in what is stored as it is; most rows are known not to have it without being taken apart.
            found, given = f"({column} LIKE %s AND {found})", [*params, f"%{self.word}%", *given]
        return found, given

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, given = compiler.compile(self.answers)
        kept, params = (f"({column} - %s::text[])", [*given, self.without]) if self.without else (column, given)
        path = 'strict $.** ? (@.type() == "string")'
        texts = f"(SELECT string_agg(node #>> '{{}}', ' ') FROM jsonb_path_query({kept}, '{path}') AS node)"  # noqa: S608
        found, pattern = f"{texts} ~ %s", in_either_case(self.word)
        if self.word.replace("-", "").isalnum():
            # As above; PostgreSQL writes JSON out with all letters as they are.
            return f"({column}::text ~ %s AND {found})", [*given, pattern, *params, pattern]
        return found, [*params, pattern]


def _containing(found: QuerySet[Submission], sight: Sight, words: str) -> QuerySet[Submission]:
    """Those whose number or answers have all the words in them. Title and organisation are answers too."""
    uploads = {field.code for form in sight.forms.values() for field in form.form if field.kind in ("file", "image")}
    without = sorted(sight.hidden | uploads)
    found = found.exclude(number=None)
    for word in unicodedata.normalize("NFC", words).split():
        matches = Q(HasWord(word, without))
        number = re.fullmatch(rf"(?:{re.escape(str(sight.call))}/|#)?(\d{{1,9}})", word)
        found = found.filter(matches | Q(number=int(number[1])) if number else matches)
    return found


def in_either_case(word: str) -> str:
    """A pattern for the word in capitals and small letters of any script, whatever the database takes for letters."""
    pattern = ""
    for sign in word:
        forms = {each for each in (sign, sign.lower(), sign.upper()) if len(each) == 1}
        pattern += f"[{''.join(sorted(forms))}]" if len(forms) > 1 else re.escape(sign)
    return pattern


# ---- what a page of the list shows ----------------------------------------------------------------------------------


def with_details(found: QuerySet[Submission]) -> QuerySet[Submission]:
    """The submissions with their tags and standing decisions, two statements for all of them."""
    standing = Prefetch("decisions", Decision.objects.filter(undone_at=None), to_attr="standing")
    return found.prefetch_related("tags", standing)


def keys_of(found: QuerySet[Submission], asked: Selection) -> Any:
    """The keys of a selection in its order, to be paged: ordering keys needs little memory, and a search is made once."""
    keys = found.values_list("pk", flat=True)
    return list(keys) if asked.q else keys


def rows_at(sight: Sight, keys: Iterable[UUID]) -> list[Submission]:
    """The submissions of these keys in this order, with all that lists show of them."""
    wanted = list(keys)
    found = Submission.objects.filter(call=sight.call).select_related("owner__person", "country", "assignee__person")
    rows = with_details(found).in_bulk(wanted)
    return settle([rows[key] for key in wanted if key in rows], sight)


def settle(rows: list[Submission], sight: Sight) -> list[Submission]:
    """Put the call and the form's version into each row, which the list has read once for all."""
    for row in rows:
        row.call = sight.call
        row.form = sight.forms[row.form_id]
    return rows


def answers_of(submission: Submission) -> dict[str, Any]:
    """The answers that staff read in lists: what was handed in, and what they entered themselves and did not finish."""
    if submission.number:
        return dict(submission.answers)
    return dict(submission.draft or {}) if submission.entered_by else {}


def doubled(rows: list[Submission], sight: Sight) -> set[UUID]:
    """Which of the rows have a likeness in the call; one statement."""
    prints = {row.fingerprint for row in rows if row.fingerprint}
    if not prints:
        return set()
    same = Submission.objects.filter(call=sight.call, fingerprint__in=prints, deleted_at=None).values_list("fingerprint", "pk")
    by_print: dict[str, set[UUID]] = {}
    for fingerprint, key in same:
        by_print.setdefault(fingerprint, set()).add(key)
    return {row.pk for row in rows if row.fingerprint and by_print.get(row.fingerprint, set()) - {row.pk}}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a submission stands in a selection, and its neighbours. number: None where it is not in it (any more)."""

    before: UUID | None
    after: UUID | None
    number: int | None
    count: int


def place_of(actor: Actor, sight: Sight, asked: Selection, key: UUID) -> Place:
    """The place of a submission in a selection; one that has just left it has neighbours still, so that one can go on."""
    found = select(actor, sight, asked)
    keys = list(found.values_list("pk", flat=True))
    count, is_in = len(keys), key in keys
    if not is_in:
        around = visible_to(actor, sight.call).filter(Q(pk__in=found.order_by().values("pk")) | Q(pk=key))
        keys = list(around.order_by(*_ORDERS[asked.order or "newest"], "pk").values_list("pk", flat=True))
    at = keys.index(key)
    return Place(keys[at - 1] if at else None, keys[at + 1] if at + 1 < len(keys) else None, at + 1 if is_in else None, count)


def staff_of(call: Call) -> QuerySet[User]:
    """Accounts of those who may decide on the call's submissions, by name."""
    holding = RoleGrant.objects.filter(in_force(), person=OuterRef("person"), role__in=STAFF, scope__in=containing(call.scope))
    return User.objects.filter(Exists(holding), is_active=True).select_related("person").order_by("person__name", "pk")


def tags_of(call: Call) -> list[str]:
    """The tags in use, by name."""
    return list(Submission.objects.filter(call=call, tags__name__isnull=False).order_by("tags__name").values_list("tags__name", flat=True).distinct())
