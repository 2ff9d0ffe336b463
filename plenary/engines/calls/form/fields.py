"""The kinds of fields. Each is a row of a data file: unknown keys and values that make no sense are errors."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from plenary.ground.files.kinds import DOCUMENT_KINDS, IMAGE_KINDS, MAX_PIXELS, TABLE_KINDS
from plenary.ground.framework.editions.sections import TextValue
from plenary.ground.framework.text import Text

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OptionCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
Bound = Annotated[float, Field(allow_inf_nan=False)]
SchemeCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
#: What an answer can become for the engine itself; intakes of upper rooms read others too.
TITLE, SUMMARY, CATEGORY, COUNTRY, ORGANISATION, FOCAL_POINT = "title", "summary", "category", "country", "organisation", "focal-point"
#: What is named in any script, whatever languages a call takes.
NAMES = frozenset((ORGANISATION, "person", "author"))
#: A field of long text takes as much as a report's chapter.
LONGEST_TEXT = 20_000


class Part(BaseModel):
    """Base of everything in a definition."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Condition(Part):
    """A field is asked only where another answer is one of these; an empty list: where there is any answer at all."""

    field: Code
    among: tuple[str, ...] = ()


class Option(Part):
    """One of the answers to choose from."""

    code: OptionCode
    label: TextValue

    @model_validator(mode="after")
    def _has_label(self) -> Option:
        if not self.label:
            raise ValueError(f"the option {self.code} has no label")
        return self


class BaseField(Part):
    """What all fields have.

    when: it is asked only then. private: only the contributor and the secretariat read the answer. anonymous: reviewers, and
    others at the desk who do not decide, do not read it. becomes: what the answer is to the record it goes into (``title``, ``country``...), for intakes.
    """

    code: Code
    label: TextValue
    help: TextValue = Text()
    required: bool = False
    when: Condition | None = None
    private: bool = False
    anonymous: bool = False
    becomes: Annotated[str, StringConstraints(pattern=r"^$|^[a-z][a-z0-9-]{0,39}$")] = ""

    #: The pieces an answer has on a page and in a table, for answers that are more than one value.
    pieces: ClassVar[tuple[str, ...]] = ()
    #: Whether an answer is a list.
    many: ClassVar[bool] = False

    @property
    def is_for_deciders(self) -> bool:
        """Whether of staff only those who decide read the answer: reviewers and other readers do not."""
        return self.private or self.anonymous

    @model_validator(mode="after")
    def _has_label(self) -> BaseField:
        if not self.label:
            raise ValueError(f"the field {self.code} has no label")
        return self


class TextField(BaseField):
    """A line of text."""

    kind: Literal["text"]
    longest: Annotated[int, Field(ge=1, le=1000)] = 200
    per_language: bool = False


class LongTextField(BaseField):
    """Paragraphs. Words are counted as ``classify.words.count_words`` does; zero: no limit."""

    kind: Literal["long-text"]
    longest: Annotated[int, Field(ge=1, le=LONGEST_TEXT)] = LONGEST_TEXT
    min_words: Annotated[int, Field(ge=0, le=5000)] = 0
    max_words: Annotated[int, Field(ge=0, le=5000)] = 0
    per_language: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> LongTextField:
        if self.max_words and self.min_words > self.max_words:
            raise ValueError("min_words is more than max_words")
        return self


class _Optioned(BaseField):
    options: Annotated[tuple[Option, ...], Field(min_length=1, max_length=300)]

    @model_validator(mode="after")
    def _once(self) -> _Optioned:
        codes = [option.code for option in self.options]
        if len(set(codes)) < len(codes):
            raise ValueError("two options have the same code")
        return self


class ChoiceField(_Optioned):
    """One of some options."""

    kind: Literal["choice"]


class ChoicesField(_Optioned):
    """Some of some options. most, zero: any number."""

    kind: Literal["choices"]
    least: Annotated[int, Field(ge=0, le=300)] = 0
    most: Annotated[int, Field(ge=0, le=300)] = 0
    many: ClassVar[bool] = True

    @model_validator(mode="after")
    def _in_order(self) -> ChoicesField:
        if (self.most and self.least > self.most) or self.least > len(self.options):
            raise ValueError("least is more than can be chosen")
        return self


class ConceptField(BaseField):
    """One concept of a scheme, such as an action line. leaves: only one with nothing below it in the scheme."""

    kind: Literal["concept"]
    scheme: SchemeCode
    leaves: bool = False


class ConceptsField(BaseField):
    """Some concepts of one or more schemes, such as goals and their targets. most, zero: any number."""

    kind: Literal["concepts"]
    schemes: Annotated[tuple[SchemeCode, ...], Field(min_length=1, max_length=4)]
    least: Annotated[int, Field(ge=0, le=300)] = 0
    most: Annotated[int, Field(ge=0, le=300)] = 0
    many: ClassVar[bool] = True

    @model_validator(mode="after")
    def _in_order(self) -> ConceptsField:
        if self.most and self.least > self.most:
            raise ValueError("least is more than most")
        return self


class CountryField(BaseField):
    """A country or area."""

    kind: Literal["country"]


class OrganisationField(BaseField):
    """An organisation: found among those known here, or described anew."""

    kind: Literal["organisation"]
    pieces: ClassVar[tuple[str, ...]] = ("name", "country", "stakeholder_type", "website")


class PersonField(BaseField):
    """A person. invite: they are asked by mail to join the submission."""

    kind: Literal["person"]
    invite: bool = False
    pieces: ClassVar[tuple[str, ...]] = ("name", "email", "post", "organisation")


class LinkField(BaseField):
    """A web address."""

    kind: Literal["link"]


class EmailField(BaseField):
    """An e-mail address."""

    kind: Literal["email"]


class PhoneField(BaseField):
    """A telephone number, in the international form (ITU-T E.164: a plus sign and up to 15 digits)."""

    kind: Literal["phone"]


class DateField(BaseField):
    """A day."""

    kind: Literal["date"]
    earliest: date | None = None
    latest: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> DateField:
        if self.earliest and self.latest and self.earliest > self.latest:
            raise ValueError("earliest lies after latest")
        return self


class DateRangeField(BaseField):
    """From a day to a day; the end may be missing where something goes on."""

    kind: Literal["date-range"]
    open_end: bool = False
    pieces: ClassVar[tuple[str, ...]] = ("from", "to")


class NumberField(BaseField):
    """A number. decimals: how many digits after the point are taken."""

    kind: Literal["number"]
    least: Bound | None = None
    most: Bound | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    unit: TextValue = Text()

    @model_validator(mode="after")
    def _in_order(self) -> NumberField:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is more than most")
        return self


class MoneyField(BaseField):
    """An amount in a currency (ISO 4217), not negative."""

    kind: Literal["money"]
    currencies: Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")], ...], Field(min_length=1, max_length=40)] = ("CHF", "EUR", "USD")
    pieces: ClassVar[tuple[str, ...]] = ("amount", "currency")


class _Uploaded(BaseField):
    most: Annotated[int, Field(ge=1, le=20)] = 1
    megabytes: Annotated[int, Field(ge=1, le=30)] = 10
    many: ClassVar[bool] = True

    @property
    def media_types(self) -> frozenset[str]:
        """The kinds of content that are taken."""
        raise NotImplementedError


class FileField(_Uploaded):
    """Documents."""

    kind: Literal["file"]
    takes: Annotated[tuple[Literal["document", "image", "table"], ...], Field(min_length=1)] = ("document",)

    @property
    def media_types(self) -> frozenset[str]:
        by_name = {"document": DOCUMENT_KINDS, "image": IMAGE_KINDS, "table": TABLE_KINDS}
        return frozenset().union(*(by_name[name] for name in self.takes))


class ImageField(_Uploaded):
    """Pictures. Sides in pixels; zero: no limit."""

    kind: Literal["image"]
    min_width: Annotated[int, Field(ge=0, le=20_000)] = 0
    min_height: Annotated[int, Field(ge=0, le=20_000)] = 0
    max_pixels: Annotated[int, Field(ge=1, le=MAX_PIXELS)] = MAX_PIXELS

    @property
    def media_types(self) -> frozenset[str]:
        return IMAGE_KINDS


class ConsentField(BaseField):
    """A statement to agree to."""

    kind: Literal["consent"]


AnyField = Annotated[
    TextField
    | LongTextField
    | ChoiceField
    | ChoicesField
    | ConceptField
    | ConceptsField
    | CountryField
    | OrganisationField
    | PersonField
    | LinkField
    | EmailField
    | PhoneField
    | DateField
    | DateRangeField
    | NumberField
    | MoneyField
    | FileField
    | ImageField
    | ConsentField,
    Field(discriminator="kind"),
]
KINDS: dict[str, type[BaseField]] = {
    "text": TextField,
    "long-text": LongTextField,
    "choice": ChoiceField,
    "choices": ChoicesField,
    "concept": ConceptField,
    "concepts": ConceptsField,
    "country": CountryField,
    "organisation": OrganisationField,
    "person": PersonField,
    "link": LinkField,
    "email": EmailField,
    "phone": PhoneField,
    "date": DateField,
    "date-range": DateRangeField,
    "number": NumberField,
    "money": MoneyField,
    "file": FileField,
    "image": ImageField,
    "consent": ConsentField,
}


def schemes_of(field: Any) -> tuple[str, ...]:
    """The concept schemes from which a field's answers come."""
    if isinstance(field, ConceptField):
        return (field.scheme,)
    if isinstance(field, ConceptsField):
        return field.schemes
    if isinstance(field, CountryField):
        return ("countries",)
    if isinstance(field, OrganisationField):
        return ("countries", "stakeholder-types")
    return ()
