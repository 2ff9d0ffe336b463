"""The form by which a file is handed in for import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from plenary.faces.desk.forms.base import DeskForm
from plenary.faces.desk.importing.registry import Kind
from plenary.faces.desk.queries import editions_newest_first
from plenary.ground.audit.actors import Actor, may
from plenary.ground.framework.models import Edition


class UploadForm(DeskForm):
    """A file, and the edition that its records belong to."""

    edition = forms.ChoiceField(label=gettext_lazy("Edition"))
    file = forms.FileField(label=gettext_lazy("File"), max_length=300)

    def __init__(self, *args: Any, kind: Kind, actor: Actor, edition: Edition | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        allowed = [each for each in editions_newest_first() if may(actor, kind.permission, each)]
        self.editions = {each.code: each for each in allowed}
        choices = [(each.code, f"{each.name} ({each.code})") for each in allowed]
        if not kind.needs_edition and may(actor, kind.permission):
            choices.insert(0, ("-", _("As the year of each row says")))
        field: Any = self.fields["edition"]
        field.choices = choices
        field.initial = edition.code if edition and edition.code in self.editions else None
        if not kind.needs_edition:
            field.help_text = _("For rows whose year names no edition of its own.") if "-" not in dict(choices) else ""
        if kind.is_mapped:
            self.fields["update"] = forms.BooleanField(
                label=_("Bring records that are here up to date"),
                help_text=_("What somebody has changed here since stays as it is, and you see where. Without this, what is here is left alone."),
                required=False,
            )
            self.fields["empties"] = forms.BooleanField(
                label=_("An empty cell empties the value here"),
                help_text=_("Only where records are brought up to date. Without this, empty cells say nothing."),
                required=False,
            )
        file: Any = self.fields["file"]
        file.widget.attrs["accept"] = ",".join(kind.suffixes)
        file.help_text = _("%(endings)s in UTF-8, at most %(size)d MB. The file is only checked now; nothing is written before you confirm.") % {
            "endings": ", ".join(kind.suffixes),
            "size": self.kind.largest // 1_000_000,
        }

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        suffix = Path(upload.name or "").suffix.lower()
        if suffix not in self.kind.suffixes:
            raise forms.ValidationError(
                _("The name of this file ends in “%(suffix)s”. Files of this kind end in %(endings)s.")
                % {"suffix": suffix[:20] or "…", "endings": ", ".join(self.kind.suffixes)}
            )
        if (upload.size or 0) > self.kind.largest:
            raise forms.ValidationError(
                _("The file has %(given).1f MB; at most %(size)d MB can be imported here. Send it in parts, or use the command: %(command)s")
                % {"given": (upload.size or 0) / 1_000_000, "size": self.kind.largest // 1_000_000, "command": self.kind.command}
            )
        return upload

    def given(self) -> dict[str, Any]:
        """What is said beside the file."""
        return {name: self.cleaned_data[name] for name in ("update", "empties") if self.cleaned_data.get(name)}

    def chosen(self) -> Edition | None:
        """The edition, or None where each row says it."""
        return self.editions.get(self.cleaned_data["edition"])
