"""The form of an entry: what stands there, what was typed, and the draft that comes of it.

Without scripts: rows are added and pictures taken in by buttons that send the whole form and bring it back as it was typed.
Nothing that is typed gets lost, and a field that somebody else has changed meanwhile is put together with theirs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.errors import Invalid
from plenary.ground.files.models import StoredFile
from plenary.ground.framework.models import Concept
from plenary.ground.framework.text import LANGUAGES, Text, direction
from plenary.ground.people.forms import ConceptField
from plenary.ground.people.names import fold
from plenary.ground.people.queries import offered
from plenary.programmes.stocktaking.drafts import MOST_LINKS, STORY, EntryDraft, MediaDraft, OrganisationDraft, WebLink
from plenary.programmes.stocktaking.editing.differences import LABELS
from plenary.programmes.stocktaking.editing.links import Links
from plenary.programmes.stocktaking.models import Entry, EntryOrganisation
from plenary.programmes.stocktaking.wording import language_name

LONGEST = {"title": 500, "summary": 3000}
_LONG = 30_000
_ROWS = {"title": 2, "summary": 3, "description": 8}
MOST_BODIES, MOST_PICTURES = 40, 12
_HELP = {
    "title": gettext_lazy("The name of the project, as it is known."),
    "summary": gettext_lazy("Two or three sentences for somebody who has never heard of it."),
    "description": gettext_lazy("What is done, how, and with whom."),
    "results": gettext_lazy("What came of it, with figures where there are any."),
}


class BodyForm(forms.Form):
    """An organisation of the project."""

    name = forms.CharField(label=gettext_lazy("Name of the organisation"), max_length=300, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country of the organisation"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role in the project"), choices=EntryOrganisation.Role.choices, required=False)

    def __init__(self, *args: Any, countries: Mapping[str, Concept], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countries = countries
        self.fields["country"].choices = [("", "—"), *((code, str(concept.label)) for code, concept in countries.items())]  # type: ignore[attr-defined]

    def clean_country(self) -> Concept | None:
        return self.countries.get(self.cleaned_data["country"])

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name and not fold(name):
            raise ValidationError(_("Give the name of the organisation."))
        return name


class LinkForm(forms.Form):
    """A further page about the project."""

    url = forms.URLField(label=gettext_lazy("Address"), max_length=500, required=False, assume_scheme="https", widget=forms.URLInput(attrs={"dir": "ltr"}))
    label = forms.CharField(label=gettext_lazy("What it is"), max_length=200, required=False)


class PictureForm(forms.Form):
    """A picture or document that the entry shows."""

    file = forms.UUIDField(widget=forms.HiddenInput)
    alt = forms.CharField(label=gettext_lazy("What the picture shows"), max_length=500, required=False)
    caption = forms.CharField(label=gettext_lazy("Words below it"), max_length=500, required=False)
    credit = forms.CharField(label=gettext_lazy("Who made it"), max_length=200, required=False)
    gone = forms.BooleanField(label=gettext_lazy("Take it away"), required=False)

    stored: StoredFile | None = None


Bodies = forms.formset_factory(BodyForm, extra=0, max_num=MOST_BODIES, validate_max=True, absolute_max=200)
WebLinks = forms.formset_factory(LinkForm, extra=0, max_num=MOST_LINKS, validate_max=True, absolute_max=200)
Pictures = forms.formset_factory(PictureForm, extra=0, max_num=MOST_PICTURES, validate_max=True, absolute_max=100)


class EntryForm(forms.Form):
    """All that an owner can change of an entry. signs: of each part, as its reader saw it (``parts.signs_of``)."""

    language = forms.ChoiceField(label=gettext_lazy("The project is described in"))
    stakeholder_type = ConceptField("stakeholder-types", label=gettext_lazy("Stakeholder type"), required=False)
    reach = forms.ChoiceField(label=gettext_lazy("Reach"), choices=[("", "—"), *Entry.Reach.choices], required=False)
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=[("", "—"), *Entry.Status.choices], required=False)
    starts_on = forms.DateField(label=gettext_lazy("Beginning"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=gettext_lazy("End"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    website = forms.URLField(label=gettext_lazy("Website"), max_length=500, required=False, assume_scheme="https", widget=forms.URLInput(attrs={"dir": "ltr"}))
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)
    written_in = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, base: EntryDraft, signs: Mapping[str, str], data: QueryDict | None = None, *, rows: Mapping[str, int] | None = None) -> None:
        """base: the entry as it stands, or as a request wants it. rows: how many empty ones more, by what they are for."""
        rows = rows or {}
        self.base = base
        self.main = base.title.original if base.title else LANGUAGES[0]
        initial = {name: getattr(base, name) for name in ("stakeholder_type", "reach", "status", "starts_on", "ends_on", "website")}
        initial |= {"language": self.main, "written_in": self.main, "seen": json.dumps(dict(signs), separators=(",", ":"))}
        super().__init__(data, initial=initial)
        languages = list(dict.fromkeys([self.main, *LANGUAGES]))
        self.fields["language"].choices = [(code, language_name(code)) for code in languages]  # type: ignore[attr-defined]
        for name in STORY:
            self._add_text(name)
        chosen = str(data.get("language", "")) if data is not None else self.main
        self.chosen = chosen if chosen in languages else self.main
        self.links = Links(base.links, self.chosen, data)
        countries = {"countries": _countries(base)}
        self.bodies = _formset(Bodies, "bodies", data, [_body(each) for each in base.organisations], rows.get("bodies", 0), least=1, form_kwargs=countries)
        self.web_links = _formset(WebLinks, "links", data, [{"url": each.url, "label": each.label} for each in base.web_links], rows.get("links", 0), least=1)
        self.pictures = _formset(Pictures, "pictures", data, [self._picture(each) for each in base.media], 0, least=0)
        self._name_files()

    def _add_text(self, name: str) -> None:
        text: Text = getattr(self.base, name)
        longest = max(LONGEST.get(name, _LONG), *(len(each) for each in text.texts.values()), 0)
        for code in ("", *LANGUAGES):
            language = code or self.main
            attrs = {"rows": _ROWS.get(name, 5), "lang": language, "dir": direction(language)}
            self.fields[f"{name}_{code}" if code else name] = forms.CharField(
                label=str(LABELS[name]),
                required=name == "title" and not code,
                max_length=longest,
                widget=forms.Textarea(attrs=attrs),
                help_text=_HELP.get(name, "") if not code else "",
                initial=text.texts.get(language, ""),
            )

    def _picture(self, each: MediaDraft) -> dict[str, Any]:
        alt, caption = (text.texts.get(self.main) or str(text.best(text.original).text) for text in (each.alt, each.caption))
        return {"file": each.file, "alt": alt, "caption": caption, "credit": each.credit}

    def _name_files(self) -> None:
        keys = [str(form["file"].value() or "") for form in self.pictures]
        found = {str(file.pk): file for file in StoredFile.objects.filter(pk__in=[key for key in keys if _is_key(key)], deleted_at=None)}
        for form, key in zip(self.pictures, keys, strict=True):
            form.stored = found.get(key)

    # ---- what the template shows ----

    @property
    def story(self) -> list[Any]:
        """The texts in the language in which the project is described."""
        return [self[name] for name in STORY]

    @property
    def translations(self) -> list[dict[str, Any]]:
        """The other languages, each with its texts."""
        found = []
        for code in LANGUAGES:
            fields = [self[f"{name}_{code}"] for name in STORY]
            filled = [field for field in fields if field.value()]
            if code != self.chosen or (filled and code != self.main):
                found.append({"code": code, "name": language_name(code), "fields": fields, "filled": len(filled), "wrong": any(each.errors for each in fields)})
        return found

    @property
    def facts(self) -> list[Any]:
        return [self[name] for name in ("stakeholder_type", "reach", "status", "starts_on", "ends_on", "website")]

    @property
    def all_problems(self) -> list[tuple[str, str, str]]:
        """Everything that is wrong: the control's id, its label, the sentence."""
        found = [("", "", str(error)) for error in self.non_field_errors()]
        for form in (self, *(form for rows in (self.bodies, self.web_links, self.pictures) for form in rows)):
            found += [(field.id_for_label, str(field.label), str(error)) for field in form for error in field.errors]
        for rows in (self.bodies, self.web_links, self.pictures):
            found += [("", "", str(error)) for error in rows.non_form_errors()]
        return [*found, *self.links.problems]

    # ---- what was typed ----

    def is_valid(self) -> bool:
        own = super().is_valid()
        for form in self.pictures if self.pictures.is_valid() else ():
            self._ask_for_words(form)
        return all([own, self.bodies.is_valid(), self.web_links.is_valid(), self.pictures.is_valid(), not self.links.problems])

    def _ask_for_words(self, form: PictureForm) -> None:
        """A picture needs words for those who do not see it; one that stands there without them can wait for its owner."""
        data = form.cleaned_data
        known = {each.file for each in self.base.media if not each.alt}
        if data and not data.get("gone") and not data.get("alt") and str(data["file"]) not in known and not form.errors:
            form.add_error("alt", _("Say what the picture shows, for those who do not see it."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        main, was = data.get("language"), data.get("written_in") or self.main
        if main and main != was:
            doubled = [name for name in STORY if data.get(f"{name}_{main}")]
            if doubled:
                sentence = _("There also is a translation into %(language)s below. Empty it, or choose the other language here.")
                self.add_error("language", sentence % {"language": language_name(main)})
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end lies before the beginning."))
        return data

    def signs(self) -> dict[str, str]:
        """What the reader of the page saw, part by part; nothing where that was lost on the way."""
        try:
            given = json.loads(self.cleaned_data.get("seen") or "{}")
        except ValueError:
            return {}
        return {str(name): str(sign) for name, sign in given.items()} if isinstance(given, dict) else {}

    def draft(self) -> EntryDraft:
        """The entry as it was typed; valid forms only."""
        data = self.cleaned_data
        plain: dict[str, Any] = {name: data[name] for name in ("stakeholder_type", "reach", "status", "starts_on", "ends_on")}
        plain |= {name: self._text(name) for name in STORY}
        return replace(
            self.base,
            **plain,
            website=_kept_address(self.base.website, data["website"]),
            links=self.links.drafts(),
            organisations=self._organisations(),
            web_links=tuple(WebLink(each["url"], each["label"]) for each in self._rows(self.web_links) if each.get("url")),
            media=tuple(self._media()),
        )

    def _text(self, name: str) -> Text:
        before: Text = getattr(self.base, name)
        data, main = self.cleaned_data, self.cleaned_data["language"]
        was = data.get("written_in") or self.main
        texts = {code: text for code, text in before.texts.items() if code not in LANGUAGES and code != was}
        texts |= {code: data.get(f"{name}_{code}", "") for code in LANGUAGES if code != main}
        texts[main] = data.get(name, "")
        whole = {code: _kept(before.texts.get(code, ""), text) for code, text in texts.items() if text}
        machine = frozenset(code for code in before.machine if code in whole and whole[code] == before.texts.get(code))
        original = main if main in whole else before.original if before.original in whole else next(iter(whole), main)
        if whole == dict(before.texts) and original == before.original:
            return before
        # In the order in which they stood, so that nothing looks changed that is not.
        order = [*before.texts, *whole]
        return Text({code: whole[code] for code in dict.fromkeys(order) if code in whole}, original, machine)

    @staticmethod
    def _rows(formset: Any) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in formset if form.cleaned_data]

    def _organisations(self) -> tuple[OrganisationDraft, ...]:
        known = {(each.name, each.country.pk if each.country else None): each for each in self.base.organisations}
        found = []
        for each in self._rows(self.bodies):
            if each.get("name"):
                country = each.get("country")
                before = known.get((each["name"], country.pk if country else None))
                found.append(OrganisationDraft(each["name"], country, before.stakeholder_type if before else None, each.get("role") or "lead"))
        return tuple(found)

    def _media(self) -> list[MediaDraft]:
        known = {each.file: each for each in self.base.media}
        language = self.cleaned_data["language"]
        found = []
        for each in self._rows(self.pictures):
            if each.get("gone") or not each.get("file"):
                continue
            before = known.get(str(each["file"]), MediaDraft(str(each["file"])))
            shown = self._picture(before)
            alt, caption = (getattr(before, name) if each[name] == shown[name] else Text.of(each[name], language) for name in ("alt", "caption"))
            found.append(MediaDraft(str(each["file"]), alt, caption, each["credit"]))
        return found

    def take_in(self, error: Invalid) -> None:
        """Show what an action says is wrong, at the field where there is one."""
        for name, sentences in error.problems.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def _body(each: OrganisationDraft) -> dict[str, Any]:
    return {"name": each.name, "country": each.country.code if each.country else "", "role": each.role}


def _countries(base: EntryDraft) -> dict[str, Concept]:
    """The countries that an organisation can be of, by name; asked once for all rows."""
    found = {concept.code: concept for concept in offered("countries")}
    found.update({each.country.code: each.country for each in base.organisations if each.country is not None})
    return dict(sorted(found.items(), key=lambda pair: fold(str(pair[1].label))))


def _formset(factory: Any, prefix: str, data: QueryDict | None, initial: list[dict[str, Any]], more: int, *, least: int, **kwargs: Any) -> Any:
    """The rows of a kind: those there are, and at least so many empty ones that one can begin."""
    if data is None:
        made = factory(initial=initial, prefix=prefix, **kwargs)
        made.extra = max(least, more)
        return made
    sent = data.copy()
    count = f"{prefix}-TOTAL_FORMS"
    if not str(sent.get(count, "")).isdecimal():
        sent[count], sent[f"{prefix}-INITIAL_FORMS"] = "0", "0"
    elif more:
        sent[count] = str(min(int(str(sent[count])[:6]) + more, 200))
    return factory(sent, initial=initial, prefix=prefix, **kwargs)


def _kept(before: str, typed: str) -> str:
    """What stood there, where somebody only sent it back: browsers write line ends their own way."""
    typed = typed.replace("\r\n", "\n").strip()
    return before if before.replace("\r\n", "\n").strip() == typed else typed


def _kept_address(before: str, typed: str) -> str:
    return before if typed.rstrip("/") == before.strip().rstrip("/") else typed


def _is_key(text: str) -> bool:
    return len(text) == 36 and all(sign in "0123456789abcdefABCDEF-" for sign in text)


def with_picture(data: QueryDict, file: StoredFile) -> QueryDict:
    """What was sent, with the picture that came along as one more row, and the fields for a new one empty again."""
    sent = data.copy()
    given = str(sent.get("pictures-TOTAL_FORMS", "0"))
    number = int(given[:3]) if given.isdecimal() else 0
    sent["pictures-TOTAL_FORMS"] = str(number + 1)
    sent.setdefault("pictures-INITIAL_FORMS", "0")
    sent[f"pictures-{number}-file"] = str(file.pk)
    for name in ("alt", "caption", "credit"):
        sent[f"pictures-{number}-{name}"] = sent.get(f"new-{name}", "")
        sent[f"new-{name}"] = ""
    return sent
