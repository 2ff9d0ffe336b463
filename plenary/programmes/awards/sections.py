"""What editions bring for this room: ``contests.toml`` and ``records/awards.csv``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from plenary.ground.audit.actors import Actor
from plenary.ground.framework.editions import records
from plenary.ground.framework.editions.sections import Row, Section, Slug, TextValue, register
from plenary.ground.framework.models import Edition, Scheme
from plenary.ground.framework.text import Text
from plenary.programmes.awards import actions
from plenary.programmes.awards.importing import load_records
from plenary.programmes.awards.models import Contest


class ContestRow(Row):
    """A contest in an edition's folder."""

    code: Slug = "prizes"
    title: TextValue
    rules: TextValue = Field(default_factory=Text)
    categories: Annotated[str, Field(max_length=40)] = ""  # code of the scheme whose concepts are the categories

    @field_validator("title")
    @classmethod
    def _has_title(cls, title: Text) -> Text:
        if not title:
            raise ValueError("the title is missing")
        return title

    @field_validator("categories")
    @classmethod
    def _known_scheme(cls, code: str, info: ValidationInfo) -> str:
        concepts = (info.context or {}).get("concepts")
        if code and concepts is not None and code not in concepts:
            raise ValueError(f"{code!r} is not a scheme of concepts")
        return code


@register
class Contests(Section[ContestRow]):
    """``contests.toml``."""

    name, file, row = "contests", "contests.toml", ContestRow

    def read(self, edition: Edition) -> list[ContestRow]:
        return [
            ContestRow(code=contest.code, title=contest.title, rules=contest.rules, categories=contest.categories.code if contest.categories else "")
            for contest in Contest.objects.filter(edition=edition).select_related("categories").order_by("code")
        ]

    def write(self, edition: Edition, row: ContestRow, actor: Actor) -> None:
        scheme = Scheme.objects.filter(code=row.categories).first() if row.categories else None
        actions.save_contest(actor=actor, edition=edition, code=row.code, title=row.title, rules=row.rules, categories=scheme)

    def remove(self, edition: Edition, key: str, actor: Actor) -> None:
        contest = Contest.objects.filter(edition=edition, code=key).select_related("edition", "categories").first()
        if contest is not None:
            actions.remove_contest(actor=actor, contest=contest)


records.register("awards.csv", load_records)
