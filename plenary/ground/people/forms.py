"""The forms under ``/account/``."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import LANGUAGES
from plenary.ground.people.actions.persons import EARLIEST_BIRTH_YEAR
from plenary.ground.people.models import Person
from plenary.ground.people.names import fold
from plenary.ground.people.queries import offered

_TAG = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


class ConceptField(forms.ChoiceField):
    """A choice of the concepts of a scheme, sorted by their names in the reader's language."""

    def __init__(self, scheme: str, **kwargs: Any) -> None:
        self.scheme = scheme
        super().__init__(choices=self._choices, **kwargs)

    def _choices(self) -> list[tuple[str, str]]:
        named = [(concept.code, str(concept)) for concept in offered(self.scheme)]
        return [("", "—"), *sorted(named, key=lambda pair: fold(pair[1]))]

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Concept) else value

    def clean(self, value: Any) -> Concept | None:
        code = super().clean(value)
        return offered(self.scheme).get(code=code) if code else None


def language_names() -> dict[str, str]:
    """The site's languages, each in the reader's language."""
    locale = Locale.parse({"zh-hans": "zh_Hans"}.get(get_language() or "en", get_language() or "en"))
    return {code: str(locale.languages.get(code, code)) for code in LANGUAGES}


@cache
def _codes_by_name() -> dict[str, str]:
    """Language codes by their names in any of the six languages and in their own."""
    codes: dict[str, str] = {}
    for site_language in (*LANGUAGES, "zh_Hans"):
        codes.update({fold(name): code for code, name in Locale.parse(site_language).languages.items() if _TAG.match(code)})
    return codes


class ProfileForm(forms.Form):
    """Who one is, as far as one wants to say."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    honorific = forms.CharField(
        label=_("Form of address"),
        max_length=40,
        required=False,
        help_text=_("For example Dr, H.E., Ms."),
        widget=forms.TextInput(attrs={"autocomplete": "honorific-prefix"}),
    )
    country = ConceptField("countries", label=_("Country"), required=False, help_text=_("The country you live or work in."))
    stakeholder_type = ConceptField("stakeholder-types", label=_("Stakeholder type"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages you work in"), required=False, widget=forms.CheckboxSelectMultiple, choices=lambda: language_names().items()
    )
    other_languages = forms.CharField(
        label=_("Other languages"), max_length=300, required=False, help_text=_("Separated by commas, for example Swahili, Hindi.")
    )
    gender = forms.ChoiceField(
        label=_("Gender"),
        required=False,
        choices=lambda: [("", _("I prefer not to say")), *Person.Gender.choices],
        help_text=_("You need not answer. The answers are only counted: they show how balanced the process is, and no group of fewer than five is ever shown."),
    )
    birth_year = forms.IntegerField(
        label=_("Year of birth"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "bday-year", "size": 6}),
        help_text=_("You need not answer. It is only counted, to show how many young people take part."),
    )

    @classmethod
    def of(cls, person: Person) -> ProfileForm:
        """The form filled with what is known."""
        others = [code for code in person.languages if code not in LANGUAGES]
        names = {name: getattr(person, name) for name in ("name", "honorific", "country", "stakeholder_type", "gender", "birth_year")}
        return cls(initial={**names, "languages": [code for code in person.languages if code in LANGUAGES], "other_languages": ", ".join(others)})

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None and not EARLIEST_BIRTH_YEAR <= year <= timezone.now().year:
            raise forms.ValidationError(_("Give a year of birth such as 1984, or leave it empty."))
        return year

    def clean_other_languages(self) -> list[str]:
        found: list[str] = []
        for written in re.split(r"[,;،、，]", self.cleaned_data["other_languages"]):
            name = written.strip()
            if not name:
                continue
            code = _codes_by_name().get(fold(name)) or (name if _TAG.match(name) and name.split("-")[0] in _codes_by_name().values() else None)
            if code is None:
                raise forms.ValidationError(
                    _("“%(name)s” is not a language we know. Write its name in one of the six languages of this site."), params={"name": name[:60]}
                )
            found.append(code)
        return found

    def values(self) -> dict[str, Any]:
        """What ``change_person`` takes."""
        data = dict(self.cleaned_data)
        others = data.pop("other_languages")
        data["languages"] = [*data["languages"], *(code for code in dict.fromkeys(others) if code not in data["languages"])]
        return data


class AffiliationForm(forms.Form):
    """An organisation one works for."""

    name = forms.CharField(label=_("Organisation"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    country = ConceptField("countries", label=_("Country of the organisation"), required=False)
    stakeholder_type = ConceptField("stakeholder-types", label=_("What kind of organisation it is"), required=False)
    post = forms.CharField(label=_("Your post there"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "organization-title"}))
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since: date | None = data.get("since")
        until: date | None = data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end lies before the beginning."))
        if data.get("name") and not fold(data["name"]):
            self.add_error("name", _("Give the name of the organisation."))
        return data


class PreferencesForm(forms.Form):
    """Language of mails and zone of times."""

    language = forms.ChoiceField(label=_("Language of our mails to you"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(
        label=_("Your time zone"),
        required=False,
        choices=lambda: [
            ("", _("That of my device")),
            *((zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone and not zone.startswith(("Etc", "System"))),
        ],
    )


class EraseForm(forms.Form):
    """A confirmation that cannot be given by a slip."""

    email = forms.CharField(
        label=_("To confirm, type your e-mail address"), max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.expected = email
        super().__init__(*args, **kwargs)

    def clean_email(self) -> str:
        typed: str = self.cleaned_data["email"].strip()
        if typed.lower() != self.expected.lower():
            raise forms.ValidationError(_("This is not the address of your account. Nothing was erased."))
        return typed


class AgreeForm(forms.Form):
    """Agreement to the texts in force."""

    agree = forms.BooleanField(
        label=_("I agree to the terms of use and have read the privacy notice."),
        error_messages={"required": _("You can only take part if you agree to the terms of use.")},
    )
