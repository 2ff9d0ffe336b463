"""Forms about collections of entries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.models import Call
from plenary.errors import BadQuery
from plenary.faces.desk.forms.base import DeskForm, ReasonField, TextFormField
from plenary.ground.audit.actors import Actor
from plenary.ground.people.actions import ensure_organisation
from plenary.ground.people.models import Organisation
from plenary.ground.people.names import fold
from plenary.ground.people.queries import offered
from plenary.ground.web.query import read_query
from plenary.programmes.stocktaking.actions.collections import CODE, CollectionValues
from plenary.programmes.stocktaking.listing import EntryQuery
from plenary.programmes.stocktaking.models import Collection

#: The intake by which a call makes entries; only such calls can bring any into a collection.
ENTRY = "stocktaking.entry"


class CollectionForm(DeskForm):
    """What is said of a collection. Curators write its texts; the rest is for the secretariat."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=60, help_text=gettext_lazy("Small letters, digits and hyphens. It stands in its address and stays.")
    )
    name = TextFormField(label=gettext_lazy("Name"), longest=200)
    summary = TextFormField(label=gettext_lazy("Summary"), required=False, rows=3, longest=600, help_text=gettext_lazy("One or two sentences for lists."))
    introduction = TextFormField(
        label=gettext_lazy("Introduction"),
        required=False,
        rows=10,
        longest=20_000,
        help_text=gettext_lazy("In Markdown: ## for a heading, a hyphen for the items of a list, [words](https://...) for a link."),
    )
    host = forms.CharField(
        label=gettext_lazy("Host"), required=False, max_length=300, help_text=gettext_lazy("The organisation whose collection it is, by its name.")
    )
    host_country = forms.ChoiceField(label=gettext_lazy("Country of the host"), required=False)
    calls = forms.MultipleChoiceField(
        label=gettext_lazy("Calls"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What these calls accept is put into the collection."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place among the collections"), min_value=0, max_value=32_000, help_text=gettext_lazy("Small numbers stand first.")
    )

    def __init__(self, *args: Any, collection: Collection | None, whole: bool, **kwargs: Any) -> None:
        self.collection = collection
        super().__init__(*args, **{**kwargs, "initial": _initial(collection)})
        for name in ("name", "summary", "introduction"):
            self.fields[name].initial = self.initial[name]  # what the field keeps from before
        if collection is not None:
            del self.fields["code"]
        if not whole:
            for name in ("host", "host_country", "calls", "position"):
                del self.fields[name]
            return
        countries: Any = self.fields["host_country"]
        countries.choices = [("", _("Not given")), *((each.code, str(each.label)) for each in offered("countries"))]
        calls: Any = self.fields["calls"]
        calls.choices = _calls(self.initial["calls"])

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        if not CODE.fullmatch(code):
            raise forms.ValidationError(_("A code has at most 60 small letters, digits and hyphens."))
        if code == "new":
            raise forms.ValidationError(_("This word has a meaning of its own in addresses. Choose another."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("host_country") and not cleaned.get("host"):
            self.add_error("host", _("Give the host whose country it is."))
        if cleaned.get("host") and not fold(cleaned["host"]):
            self.add_error("host", _("Give the name of the organisation."))
        return cleaned

    def values(self, actor: Actor, before: CollectionValues | None) -> CollectionValues:
        """The values as the actions take them; what the form does not show stays. An organisation that is new here is made."""
        cleaned = self.cleaned_data
        texts = {name: cleaned[name] for name in ("name", "summary", "introduction")}
        if "host" not in self.fields:
            known = before or CollectionValues(name=cleaned["name"])
            return CollectionValues(**texts, host=known.host, calls=known.calls, position=known.position)
        return CollectionValues(**texts, host=self._host(actor), calls=tuple(cleaned["calls"]), position=cleaned["position"])

    def _host(self, actor: Actor) -> Organisation | None:
        name, country = self.cleaned_data["host"], self.cleaned_data["host_country"]
        if not name:
            return None
        if self.collection is not None and self.collection.host is not None and (name, country) == (self.initial["host"], self.initial["host_country"]):
            return self.collection.host
        return ensure_organisation(actor=actor, name=name, country=offered("countries").filter(code=country).first() if country else None)


def _initial(collection: Collection | None) -> dict[str, Any]:
    if collection is None:
        return {"name": None, "summary": None, "introduction": None, "host": "", "host_country": "", "calls": [], "position": 50}
    host = collection.host
    return {
        "name": collection.name,
        "summary": collection.summary,
        "introduction": collection.introduction,
        "host": host.name.best(host.name.original).text if host else "",
        "host_country": host.country.code if host and host.country else "",
        "calls": list(collection.calls),
        "position": collection.position,
    }


def _calls(chosen: list[str]) -> list[tuple[str, str]]:
    """The calls that make entries, the latest edition first; and those that were chosen, whatever became of them."""
    calls = Call.objects.select_related("edition").order_by("-edition__starts_on", "position", "slug")
    found = {
        f"{each.edition.code}/{each.slug}": f"{each.edition.code} · {each.title}" for each in calls if any(intake["intake"] == ENTRY for intake in each.intakes)
    }
    return [*found.items(), *((name, name) for name in chosen if name not in found)]


class LogoForm(DeskForm):
    """The picture beside the name."""

    file = forms.FileField(label=gettext_lazy("Logo"), max_length=300, help_text=gettext_lazy("A picture (PNG, JPEG, WebP), at most 5 MB."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".png,.jpg,.jpeg,.webp"


class NumberForm(DeskForm):
    """One entry, by its number."""

    number = forms.CharField(label=gettext_lazy("Number of the entry"), max_length=200, help_text=gettext_lazy("Or the address of its page."))

    def clean_number(self) -> str:
        given: str = self.cleaned_data["number"].strip()
        return given.split("?")[0].split("#")[0].rstrip("/").rsplit("/", 1)[-1]


class ChooseForm(DeskForm):
    """All entries that a search finds."""

    query = forms.CharField(
        label=gettext_lazy("Search"),
        max_length=2000,
        help_text=gettext_lazy("Search and filter the list of entries, then copy its address here."),
    )

    def clean_query(self) -> str:
        given: str = self.cleaned_data["query"].strip()
        _before, mark, query = given.partition("?")
        text = query if mark else given
        request = HttpRequest()
        request.GET = QueryDict(text)
        try:
            self.asked = read_query(request, EntryQuery)
            self.selection = self.asked.selection()
        except BadQuery as error:
            sentences = [f"{name}: {sentence}" if name else sentence for name, each in error.problems.items() for sentence in each]
            raise forms.ValidationError([_("The list of entries cannot be asked for that."), *sentences]) from error
        if not self.asked.q and self.selection.is_everything:
            raise forms.ValidationError(_("This asks for all entries. Use words or filters."))
        return self.asked.wanted()


class WhyForm(DeskForm):
    """Why something is done, for the trail."""

    reason = ReasonField()
