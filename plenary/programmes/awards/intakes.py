"""Accepted submissions become nominees of a contest, photographs and teams."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.form.fields import schemes_of
from plenary.engines.calls.intakes import Intake, Made, register, standing_decisions
from plenary.engines.calls.models import Call, IntakeResult, Submission
from plenary.engines.calls.naming import person_of, writers
from plenary.engines.calls.reading import Answers, Human, former, page_at, rewritten, source_of, taken_back
from plenary.errors import Conflict
from plenary.ground.audit.actions import keep_version
from plenary.ground.audit.actors import Actor
from plenary.ground.audit.queries import versions_of
from plenary.ground.framework.models import Concept, Edition, Scheme
from plenary.ground.people.models import Person
from plenary.programmes.awards import actions
from plenary.programmes.awards.actions import AwardDraft, PhotoValues, TeamValues
from plenary.programmes.awards.levels import Level, rank
from plenary.programmes.awards.models import Award, Contest, Photo, Team
from plenary.programmes.stocktaking.models import Entry

NOMINEE, PHOTO, TEAM = "awards.nominee", "awards.photo", "awards.team"
ENTRY = "stocktaking.entry"
#: The decision by which a submission is found eligible; any other makes it a nominee.
ELIGIBLE = "eligible"
#: Persons that a form can ask for one by one.
MEMBERS = tuple(f"member-{number}" for number in range(1, 11))


# ---- nominees -------------------------------------------------------------------------------------------------------


def nominate(actor: Actor, submission: Submission) -> Made:
    """Note in the contest that the entry, which the submission became before, is eligible or nominated."""
    entry = _entry_of(submission)
    contest = _contest_of(actor, submission.call)
    category = _category(submission, contest)
    award = _awards(contest, entry, category).first()
    before = {"level": award.level, "source": award.source} if award else {"level": ""}
    keep_version(actor=actor, kind=actions.KIND, key=f"{contest}/{entry.number}", snapshot=before, reason=source_of(submission))
    if award is None or rank(award.level) > rank(_level(submission)):
        source = " ; ".join(filter(None, (award.source if award else "", source_of(submission))))
        _set(actor, contest, entry, category, _level(submission), award, source)
    return Made(actions.KIND, f"{contest}/{entry.number}", page_at("awards:contest", contest.edition.code))


def _level(submission: Submission) -> str:
    standing = standing_decisions(submission, NOMINEE)
    return Level.ELIGIBLE if standing and all(code == ELIGIBLE for code in standing) else Level.NOMINATED


def _set(actor: Actor, contest: Contest, entry: Entry, category: Concept | None, level: str, award: Award | None, source: str) -> None:
    known: dict[str, Any] = {"number": award.number, "note": award.note} if award else {}
    actions.give_award(actor=actor, contest=contest, draft=AwardDraft(entry=entry, level=level, category=category, source=source, **known))


def _entry_of(submission: Submission) -> Entry:
    """Raises: Conflict where the submission is no entry."""
    result = submission.results.filter(intake=ENTRY, retracted_at=None).first()
    entry = Entry.objects.filter(number=result.key).first() if result else None
    if entry is None:
        raise Conflict(_("This submission is no Stocktaking entry yet, and a nominee is one. Let an earlier decision of the call make the entry."))
    return entry


def _contest_of(actor: Actor, call: Call) -> Contest:
    """The contest for which a call collects: its own, the edition's of the same name, or a new one."""
    list(Edition.objects.select_for_update().filter(pk=call.edition_id).values_list("pk"))  # two first nominees make one contest
    contests = Contest.objects.filter(edition=call.edition).select_related("edition", "categories")
    found = contests.filter(call=call).first() or contests.filter(code=call.slug).first()
    if found is not None:
        return found
    scheme = Scheme.objects.filter(code__in=_category_schemes(call)).first()
    return actions.save_contest(actor=actor, edition=call.edition, code=call.slug, title=call.title, categories=scheme, call=call)


def _category_schemes(call: Call) -> tuple[str, ...]:
    form = call.forms.exclude(published_at=None).order_by("-number").first()
    field = form.form.by_role.get("category") if form else None
    return schemes_of(field) if field is not None else ()


def _category(submission: Submission, contest: Contest) -> Concept | None:
    scheme = contest.categories.code if contest.categories else "action-lines"
    return Answers(submission).concept("category", scheme)


def _awards(contest: Contest, entry: Entry, category: Concept | None) -> QuerySet[Award]:
    return Award.objects.select_for_update(of=("self",)).filter(contest=contest, entry=entry, category=category)


def _award_of(result: IntakeResult) -> tuple[Award | None, dict[str, Any]]:
    """The award that a submission became, and how it stood before."""
    edition, code, number = result.key.split("/", 2)
    contest = Contest.objects.filter(edition__code=edition, code=code).select_related("edition", "categories").first()
    entry = Entry.objects.filter(number=number).first()
    version = versions_of(actions.KIND, result.key).filter(payload__reason=source_of(result.submission)).order_by("-number").first()
    before = (version.payload.after if version and version.payload else None) or {"level": ""}
    if contest is None or entry is None:
        return None, before
    return _awards(contest, entry, _category(result.submission, contest)).first(), before


def _still_ours(award: Award) -> None:
    """Raises: Conflict where the project has come further since."""
    if rank(award.level) < rank(Level.NOMINATED):
        raise Conflict(_("The project is “%(level)s” by now. Take that back first.") % {"level": award.get_level_display()})


def follow_decisions(actor: Actor, result: IntakeResult) -> None:
    """Nominated after it was found eligible, or only eligible again."""
    award, before = _award_of(result)
    level = _level(result.submission)
    if award is None or award.level == level or (before["level"] and rank(before["level"]) <= rank(level)):
        return
    if level == Level.NOMINATED and rank(award.level) < rank(level):
        return  # further already
    _still_ours(award)
    _set(actor, award.contest, award.entry, award.category, level, award, award.source)


def takes_a_level(result: IntakeResult) -> bool:
    """Whether taking it back changes how far the project came."""
    award, before = _award_of(result)
    return award is not None and award.level != before["level"]


def take_back_nominee(actor: Actor, result: IntakeResult) -> None:
    """The level before, or no award."""
    award, before = _award_of(result)
    if award is None or award.level == before["level"]:
        return
    _still_ours(award)
    if before["level"]:
        _set(actor, award.contest, award.entry, award.category, before["level"], award, before.get("source", award.source))
    else:
        actions.remove_award(actor=actor, award=award, reason=taken_back(result.submission))


# ---- photographs and teams ------------------------------------------------------------------------------------------


def show_photo(actor: Actor, submission: Submission) -> Made:
    """Show a photograph to everybody."""
    known = _known(Photo.objects.select_related("edition", "file", "country"), submission, PHOTO)
    if known is None or known[1]:
        answers = Answers(submission)
        answers.need("title")
        values = PhotoValues(
            title=answers.text("title"),
            caption=answers.text("caption") or answers.text("summary"),
            alt=answers.text("alt"),
            original=answers.file("photo"),
            author=_author(answers, submission),
            country=answers.concept("country", "countries"),
        )
        if known is None:
            photo = actions.add_photo(actor=actor, edition=submission.call.edition, call=submission.call, values=values)
        else:
            photo = actions.change_photo(actor=actor, photo=known[0], values=values)
    else:
        photo = known[0]
    _show(actor, photo)
    return Made(actions.PHOTO_KIND, str(photo), page_at("awards:photos", photo.edition.code))


def _author(answers: Answers, submission: Submission) -> Person | None:
    """Who took a photograph: the person named, else whose submission it is."""
    human = answers.person("author")
    if human is not None:
        return person_of(submission, human)
    return submission.owner.person if submission.owner else None


def show_team(actor: Actor, submission: Submission) -> Made:
    """Show a team with its project to everybody."""
    known = _known(Team.objects.select_related("edition", "country"), submission, TEAM)
    if known is None or known[1]:
        answers = Answers(submission)
        answers.need("name" if "name" in answers else "title")
        body = answers.organisation()
        values = TeamValues(
            name=answers.line("name") or answers.line("title"),
            project=answers.text("project") or answers.text("title" if "name" in answers else "project"),
            description=answers.text("description") or answers.text("summary"),
            organisation=body.name if body else "",
            country=answers.concept("country", "countries") or (body.country if body else None),
            website=answers.line("website"),
            members=_members(submission),
            shows_members=answers.given.get("publish-names") is True,
        )
        if known is None:
            team = actions.add_team(actor=actor, edition=submission.call.edition, call=submission.call, values=values)
        else:
            team = actions.change_team(actor=actor, team=known[0], values=values)
    else:
        team = known[0]
    _show(actor, team)
    return Made(actions.TEAM_KIND, str(team), page_at("awards:teams", team.edition.code))


def _members(submission: Submission) -> list[Person]:
    """Who is in a team: persons named one by one, or one on each line, and those who joined the submission; else its owner.

    Private answers count too: whether names are published is asked by itself.
    """
    answers = Answers(submission, private=True)
    named = [human for role in MEMBERS if (human := answers.person(role)) is not None]
    named += [Human(line.strip()[:200]) for line in answers.line("members").splitlines() if line.strip()]
    owner, *joined = [account.person for account in writers(submission)] or [None]
    people = [*(person_of(submission, human) for human in named), *(person for person in joined if person is not None)]
    return list(dict.fromkeys(people or ([owner] if owner is not None else [])))


def _known(shown: QuerySet[Any], submission: Submission, intake: str) -> tuple[Any, bool] | None:
    """What the submission became before its decision was undone, and whether the submission was changed since."""
    result = former(submission, intake)
    if result is None:
        return None
    edition, _slash, number = result.key.partition("/")
    found = shown.filter(edition__code=edition, number=int(number)).first()
    return (found, rewritten(submission, result)) if found is not None else None


def _show(actor: Actor, shown: Photo | Team) -> None:
    if shown.state == shown.State.WITHDRAWN:
        actions.show(actor=actor, shown=shown)


def _hide(model: type[Photo] | type[Team], actor: Actor, result: IntakeResult) -> None:
    edition, _slash, number = result.key.partition("/")
    shown: Any = model
    found = shown.objects.filter(edition__code=edition, number=int(number)).exclude(state=model.State.WITHDRAWN).first()
    if found is not None:
        actions.withdraw(actor=actor, shown=found, reason=taken_back(result.submission))


def _hides(model: type[Photo] | type[Team], result: IntakeResult) -> bool:
    edition, _slash, number = result.key.partition("/")
    shown: Any = model
    return bool(shown.objects.filter(edition__code=edition, number=int(number)).exclude(state=model.State.WITHDRAWN).exists())


register(
    Intake(
        NOMINEE,
        gettext_lazy("Nominee of a contest"),
        nominate,
        take_back_nominee,
        reads=("category",),
        follow=follow_decisions,
        hides=takes_a_level,
    )
)
register(
    Intake(
        PHOTO,
        gettext_lazy("Photograph of a contest"),
        show_photo,
        lambda actor, result: _hide(Photo, actor, result),
        reads=("title", "caption", "summary", "alt", "photo", "author", "country"),
        hides=lambda result: _hides(Photo, result),
    )
)
register(
    Intake(
        TEAM,
        gettext_lazy("Team of a hackathon"),
        show_team,
        lambda actor, result: _hide(Team, actor, result),
        reads=("name", "title", "project", "description", "summary", "organisation", "country", "website", "members", *MEMBERS, "publish-names"),
        hides=lambda result: _hides(Team, result),
    )
)
