"""Forms by which staff work on submissions."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.engines.calls.actions.deciding import DECLINED
from plenary.engines.calls.actions.together import Deed
from plenary.engines.calls.instants import end_of
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.queries.selection import NONE, decision_in_words
from plenary.faces.desk.forms.base import DeskForm, language_names
from plenary.faces.desk.forms.moments import MomentField
from plenary.faces.desk.importing.submissions import LARGEST, SUFFIXES
from plenary.ground.people.models import User

LONGEST_MESSAGE = 10_000
#: Latin, Arabic and Chinese.
COMMAS = ",،，"


def message_field(**kwargs: Any) -> forms.CharField:
    """What staff write to a contributor."""
    kwargs.setdefault("label", gettext_lazy("Message to the contributor"))
    return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST_MESSAGE, **kwargs)


def people_choices(staff: list[User]) -> list[tuple[str, str]]:
    """Those who can look after a submission, and nobody."""
    return [(NONE, _("Nobody")), *((str(user.pk), str(user)) for user in staff)]


def decision_choices(call: Call) -> list[tuple[str, str]]:
    """The decisions of a call in their order, then the refusal."""
    return [(code, decision_in_words(code)) for code in (*call.decisions, DECLINED)]


class NotifyField(forms.BooleanField):
    """Whether a mail is written."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Write a mail to the contributor"),
            help_text=gettext_lazy("It waits in the outbox until somebody reads it and lets it go."),
            required=False,
            initial=True,
        )


class ChangedTooField(forms.BooleanField):
    """Whether records are taken back that somebody has changed since they were made."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Take back what was changed since, too"),
            help_text=gettext_lazy("It goes from public view with all changes, and comes back with them when this is undone."),
            required=False,
        )


class TogetherForm(DeskForm):
    """What is to be done to the chosen submissions."""

    deed = forms.ChoiceField(label=gettext_lazy("What to do"))
    tag = forms.CharField(label=gettext_lazy("Tag"), required=False, max_length=60, help_text=gettext_lazy("Only for adding and taking away a tag."))
    message = message_field(required=False, help_text=gettext_lazy("Only with a decision. It stands in the mail, and on the contributor’s page."))
    notify = NotifyField()
    changed_too = ChangedTooField()

    def __init__(self, *args: Any, call: Call, staff: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {str(user.pk): user for user in staff}
        self.fields["deed"].choices = deed_choices(call, staff)  # type: ignore[attr-defined]

    def clean_tag(self) -> str:
        tag = " ".join(self.cleaned_data["tag"].split())
        if any(sign in tag for sign in COMMAS):
            raise forms.ValidationError(_("Write one tag, without a comma."))
        return tag

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("deed") in ("tag", "untag") and cleaned.get("tag") == "":
            self.add_error("tag", _("Write the tag."))
        return cleaned

    def chosen(self) -> Deed:
        """The deed."""
        what, _colon, which = self.cleaned_data["deed"].partition(":")
        if what == "decide":
            return Deed("decide", which, changed_too=self.cleaned_data["changed_too"])
        if what == "assign":
            return Deed("assign", to=self.staff.get(which))
        return Deed("untag" if what == "untag" else "tag", self.cleaned_data["tag"])


def deed_choices(call: Call, staff: list[User]) -> list[tuple[str, Any]]:
    """Everything that can be done to many at once, grouped."""
    return [
        ("", _("Choose what to do")),
        (_("Decide"), [(f"decide:{code}", label) for code, label in decision_choices(call)]),
        (_("Who looks after them"), [(f"assign:{key}", label) for key, label in people_choices(staff)]),
        (_("Tags"), [("tag", _("Add a tag")), ("untag", _("Take a tag away"))]),
    ]


def keys_in(posted: list[str]) -> list[uuid.UUID]:
    """The submissions that were ticked; what is no key is passed over."""
    found = []
    for each in posted:
        try:
            found.append(uuid.UUID(each))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


class FilterForm(DeskForm):
    """The name under which a selection is kept."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class DecideForm(DeskForm):
    """A decision on one submission. asks: a refusal would take back what somebody has changed since."""

    decision = forms.ChoiceField(label=gettext_lazy("Next decision"), widget=forms.RadioSelect)
    message = message_field(required=False)
    notify = NotifyField()

    def __init__(self, *args: Any, choices: list[tuple[str, str]], asks: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks:
            self.fields["changed_too"] = ChangedTooField()
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]


class ReturnForm(DeskForm):
    """Giving a submission back."""

    message = message_field(label=gettext_lazy("What is to be changed"))
    until = MomentField(
        label=gettext_lazy("By when it must come again"),
        required=False,
        help_text=gettext_lazy("In the time zone of the edition, also past the close of the call. Empty: without a limit."),
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean_until(self) -> datetime | None:
        typed = self.cleaned_data["until"]
        if typed is None:
            return None
        until: datetime = typed.instant(self.zone) if typed.clock is not None else end_of(typed.day, self.zone)
        if until <= timezone.now():
            raise forms.ValidationError(_("Choose an instant that is still to come."))
        return until


class ReasonForm(DeskForm):
    """Why something is done on the contributor's behalf."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, help_text=gettext_lazy("Such as “asked by telephone”; it is kept in the trail."))


class NoteForm(DeskForm):
    """A note among staff."""

    text = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000)


class AddressForm(DeskForm):
    """To whom a submission belongs that staff entered."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the contributor"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Mails that wait go there, and a receipt is sent anew where it was handed in. Empty: they get no mail."),
    )


class TagsForm(DeskForm):
    """All tags of a submission."""

    names = forms.CharField(label=gettext_lazy("Tags"), required=False, max_length=1500, help_text=gettext_lazy("Several are parted by commas."))

    def listed(self) -> list[str]:
        """The tags one by one."""
        return [each.strip() for each in re.split(f"[{COMMAS}]", self.cleaned_data["names"]) if each.strip()]


class AssignForm(DeskForm):
    """Who looks after a submission."""

    to = forms.ChoiceField(label=gettext_lazy("Looked after by"))

    def __init__(self, *args: Any, staff: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {str(user.pk): user for user in staff}
        self.fields["to"].choices = people_choices(staff)  # type: ignore[attr-defined]

    def chosen(self) -> User | None:
        """The account, or None for nobody."""
        return self.staff.get(self.cleaned_data["to"])


class OneForm(DeskForm):
    """A button about one thing of a submission: a decision, a note."""

    key = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class UndoForm(OneForm):
    """The button that undoes a decision."""

    changed_too = ChangedTooField()


class PlainForm(DeskForm):
    """A button without anything to fill in."""


class EnterForm(DeskForm):
    """What is noted of a submission that came in another way."""

    origin = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[(each.value, each.label) for each in (Submission.Origin.PAPER, Submission.Origin.MAIL)],
        widget=forms.RadioSelect,
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of the contributor"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("The receipt and everything about this submission goes there. Empty: they get no mail."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the contributor"), help_text=gettext_lazy("Mails to them are written in it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(language_names().items())  # type: ignore[attr-defined]


class TableForm(DeskForm):
    """A table of submissions that somebody collected elsewhere."""

    file = forms.FileField(label=gettext_lazy("Table"), max_length=300)
    language = forms.ChoiceField(label=gettext_lazy("Language of the contributors"), help_text=gettext_lazy("Mails to them are written in it."))
    tell = forms.BooleanField(
        label=gettext_lazy("Tell focal points and invited people"),
        help_text=gettext_lazy(
            "One mail to each: to the national focal points where contributors agreed, and to persons whom the form asks to join. Leave it for what is old."
        ),
        required=False,
    )

    def __init__(self, *args: Any, files: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(language_names().items())  # type: ignore[attr-defined]
        if files:
            words = _("The form needs files, which a table cannot hold: %(names)s. Without this, no row can be imported.") % {"names": ", ".join(files)}
            self.fields["files_follow"] = forms.BooleanField(label=_("Files follow later"), help_text=escape(words), required=False)
        file: Any = self.fields["file"]
        file.widget.attrs["accept"] = ",".join(SUFFIXES)
        file.help_text = _("%(endings)s, at most %(size)d MB. The table is only checked now; nothing is written before you confirm.") % {
            "endings": ", ".join(SUFFIXES),
            "size": LARGEST // 1_000_000,
        }

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if Path(upload.name or "").suffix.lower() not in SUFFIXES:
            raise forms.ValidationError(_("Send a table: the names of such files end in %(endings)s.") % {"endings": ", ".join(SUFFIXES)})
        if (upload.size or 0) > LARGEST:
            raise forms.ValidationError(_("The file is larger than %(n)s megabytes.") % {"n": LARGEST // 1_000_000})
        return upload
