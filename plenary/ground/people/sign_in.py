"""The forms by which people sign in and sign up; django-allauth is told of them in the settings."""

from __future__ import annotations

from typing import Any

from allauth.account.fields import PasswordField
from allauth.account.forms import LoginForm, SignupForm
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from plenary.ground.people import actions
from plenary.ground.people.models import User
from plenary.ground.people.queries import current_legal_texts


class SignIn(LoginForm):  # type: ignore[misc]
    """An address; without a password a code is sent, with one it is checked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs.pop("placeholder", None)
        self.fields["password"] = PasswordField(label=_("Password"), autocomplete="current-password", required=False)
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""


class SignUp(SignupForm):  # type: ignore[misc]
    """Name, address, and agreement to the texts in force."""

    field_order = ("name", "email", "agree")

    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}), help_text=_("As you want others to read it.")
    )
    agree = forms.BooleanField(error_messages={"required": _("You can only take part if you agree to the terms of use.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)
        if not current_legal_texts():
            del self.fields["agree"]
            return
        self.fields["agree"].label = format_html(
            gettext('I agree to the <a href="{terms}">terms of use</a> and have read the <a href="{privacy}">privacy notice</a>.'),
            terms=reverse("people:terms"),
            privacy=reverse("people:privacy"),
        )

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """The account with its person and what it agreed to, or nothing at all."""
        user: User = super().save(request)
        return user

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        actions.complete_sign_up(actor=user, name=self.cleaned_data["name"])
        actions.agree(actor=user)
