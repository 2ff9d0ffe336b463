"""The words of a kind of mail, with what its placeholders stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from plenary.engines.calls.mails import OF_DECISIONS, absolute
from plenary.engines.calls.models import Call, Submission
from plenary.engines.calls.queries.selection import decision_in_words
from plenary.errors import Conflict, Invalid
from plenary.faces.desk.forms.base import DeskForm, TextFormField, language_names
from plenary.faces.desk.forms.form_words import Words
from plenary.ground.framework.text import LANGUAGES, Text, direction
from plenary.ground.messages.filling import fill, one_line, placeholders
from plenary.ground.messages.models import MessageTemplate
from plenary.ground.messages.sending import rules_for, waits_by_itself
from plenary.ground.web.templatetags.web import moment_in_words

#: Placeholders that every mail about a submission may use (``calls.mails``).
OF_SUBMISSIONS = ("site", "call", "reference", "title", "state", "deadline", "link")
#: The mails about submissions: when each is sent, and what it may use beside those.
CALL_MAILS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "calls-receipt": (gettext_lazy("Receipt, when something was submitted"), ()),
    "calls-copy": (gettext_lazy("Copy to the national focal point"), ()),
    "calls-reminder": (gettext_lazy("Reminder of an unfinished draft before the deadline"), ()),
    "calls-reminder-changes": (gettext_lazy("Reminder of changes that are not handed in, before the deadline"), ()),
    "calls-reminder-returned": (gettext_lazy("Reminder of what was returned for changes, before its time ends"), ()),
    "calls-returned": (gettext_lazy("Returned for changes"), ("message",)),
    "calls-accepted": (gettext_lazy("Accepted"), ("message", "decision")),
    "calls-declined": (gettext_lazy("Not accepted"), ("message", "decision")),
    "calls-invitation": (gettext_lazy("Invitation to join a submission"), ("inviter",)),
    "calls-draft-link": (gettext_lazy("The address of a draft, sent on request"), ()),
}
OTHER_MAILS: dict[str, Words] = {
    "role-granted": gettext_lazy("A role was given"),
    "stocktaking-granted": gettext_lazy("A change of an entry was granted"),
    "stocktaking-refused": gettext_lazy("A request about an entry was refused"),
    "stocktaking-claimed": gettext_lazy("Somebody claims an entry, to its owners"),
    "stocktaking-claim-granted": gettext_lazy("A claim on an entry was granted"),
    "stocktaking-owner-added": gettext_lazy("Somebody was made owner of an entry"),
    "stocktaking-problem-answered": gettext_lazy("Answer to a problem that was reported"),
    "stocktaking-handover": gettext_lazy("An entry is handed over, to its receiver"),
    "stocktaking-handover-accepted": gettext_lazy("An entry that was handed over is accepted"),
    "stocktaking-handover-refused": gettext_lazy("An entry that was handed over is refused"),
    "stocktaking-still-active": gettext_lazy("Yearly question whether entries still stand"),
    "stocktaking-nominated": gettext_lazy("Somebody else proposes an entry, to its owners"),
    "stocktaking-new-entries": gettext_lazy("What is new in a saved search"),
    "stocktaking-dead-links": gettext_lazy("Links of entries that no longer answer"),
    "login_code": gettext_lazy("Code for signing in"),
    "email_confirmation": gettext_lazy("Code that confirms an address"),
    "email_confirmation_signup": gettext_lazy("Code that confirms an address"),
}

#: What each placeholder stands for.
MEANINGS: dict[str, Words] = {
    "site": gettext_lazy("the name of this site"),
    "call": gettext_lazy("the title of the call"),
    "reference": gettext_lazy("the reference of the submission, as on its receipt"),
    "title": gettext_lazy("the title of the submission"),
    "state": gettext_lazy("where the submission stands"),
    "deadline": gettext_lazy("until when it can be submitted or changed"),
    "link": gettext_lazy("the address of its page"),
    "message": gettext_lazy("what the secretariat writes to the contributor"),
    "decision": gettext_lazy("the name of the decision"),
    "inviter": gettext_lazy("who invites"),
    "name": gettext_lazy("the name of the person"),
    "role": gettext_lazy("the role"),
    "scope": gettext_lazy("where the role holds"),
    "number": gettext_lazy("the number of the entry"),
    "request": gettext_lazy("what was asked for"),
    "answer": gettext_lazy("what whoever decided wrote"),
    "reason": gettext_lazy("why"),
    "claimant": gettext_lazy("who claims the entry"),
    "giver": gettext_lazy("who hands the entry over"),
    "receiver": gettext_lazy("to whom the entry was handed"),
    "entries": gettext_lazy("the entries, one on a line"),
    "days": gettext_lazy("how many days there are for it"),
    "count": gettext_lazy("how many there are"),
    "search": gettext_lazy("the name of the saved search"),
    "saved": gettext_lazy("the address of the list of saved searches"),
    "stop": gettext_lazy("the address that ends these mails"),
}


def name_of(code: str) -> str:
    """When a kind of mail is sent, in words."""
    known = CALL_MAILS[code][0] if code in CALL_MAILS else OTHER_MAILS.get(code, code)
    return str(known)


def usable(template: MessageTemplate) -> list[str]:
    """The placeholders that a mail can use: those it always has a value for, and those that its words use already."""
    known = [*OF_SUBMISSIONS, *CALL_MAILS[template.code][1]] if template.code in CALL_MAILS else []
    used = {name for text in (template.subject, template.body) for each in text.texts.values() for name in placeholders(each)}
    return [*known, *sorted(used - set(known))]


def example_of(call: Call | None) -> dict[str, str]:
    """Made-up values for a preview, in the language that is active."""
    title = str(call.title) if call else _("(title of the call)")
    reference = f"{call.edition.code}/{call.slug}/17" if call else "2021/example/17"
    until = timezone.now() + timedelta(days=7)
    return {
        "site": str(settings.SITE_NAME),
        "call": title,
        "reference": reference,
        "title": _("(title of the submission)"),
        "state": str(Submission.State.SUBMITTED.label),
        "deadline": moment_in_words(until, call.edition.zone if call else ""),
        "link": absolute(reverse("calls:submission", args=["00000000-0000-4000-8000-000000000000"])),
        "message": _("(what the secretariat writes)"),
        "decision": decision_in_words(call.decisions[0] if call else "accepted"),
        "inviter": _("(name of who invites)"),
        "name": _("(name of the person)"),
        "role": _("(the role)"),
        "scope": _("(where it holds)"),
    }


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as it would arrive in one language. problem: why it cannot be filled, else empty."""

    language: str
    language_name: str
    direction: str
    subject: str
    body: str
    problem: str = ""


def previews(subject: Text, body: Text, call: Call | None) -> list[Preview]:
    """The mail with example values in every language that it is written in."""
    found = []
    names = language_names()
    codes = {code.split("-")[0]: code for code, _name in settings.LANGUAGES}
    for language in LANGUAGES:
        if not (subject.texts.get(language) or body.texts.get(language)):
            continue
        with override(codes[language]):
            values = example_of(call)
            head, text = subject.best(language).text, body.best(language).text
            try:
                filled = {name: values.get(name, f"({name})") for name in placeholders(head) | placeholders(text)}
                found.append(Preview(language, names[language], direction(language), one_line(fill(head, filled)), fill(text, filled)))
            except Invalid as error:
                found.append(Preview(language, names[language], direction(language), head, text, str(error)))
    return found


class SendingForm(DeskForm):
    """When mails of a kind leave."""

    sending = forms.ChoiceField(label=gettext_lazy("When these mails leave"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, kind: str, call: Call | None = None, **kwargs: Any) -> None:
        rules = rules_for([kind], call.scope if call else "")
        own, common = rules[call.scope if call else ""].get(kind), rules[""].get(kind)
        by_itself = leaving_in_words(waits_by_itself(kind) if common is None or call is None else common)
        same = _("As for all calls (%(words)s)") if call else _("As the platform comes (%(words)s)")
        super().__init__(*args, **{**kwargs, "initial": {"sending": "same" if own is None else "held" if own else "at-once"}})
        field: Any = self.fields["sending"]
        field.choices = [("same", same % {"words": by_itself}), ("at-once", leaving_in_words(False)), ("held", leaving_in_words(True))]
        if kind in OF_DECISIONS:
            field.help_text = _("Mails about decisions on many submissions at once wait in any case.")

    def chosen(self) -> bool | None:
        """Whether they wait; None for no rule of its own."""
        return {"at-once": False, "held": True}.get(self.cleaned_data["sending"])


def leaving_in_words(held: bool) -> str:
    """When a mail leaves."""
    return _("When staff send them from the outbox") if held else _("At once")


def leaving_of(kinds: set[str], waits: set[str]) -> str:
    """When a mail of one of these kinds leaves, said before it is written. waits: those that wait for staff."""
    if kinds <= waits:
        return _("It waits in the outbox until somebody reads it and lets it go.")
    if not kinds & waits:
        return _("It leaves at once.")
    return _("Whether it waits in the outbox or leaves at once is set among the mails of the call.")


class MailForm(DeskForm):
    """Subject and text of a mail in six languages."""

    subject = TextFormField(label=gettext_lazy("Subject"), longest=250)
    body = TextFormField(label=gettext_lazy("Text"), rows=12, longest=10_000)

    def __init__(self, *args: Any, template: MessageTemplate, **kwargs: Any) -> None:
        initial = {"subject": template.subject, "body": template.body}
        super().__init__(*args, **{**kwargs, "initial": initial})
        for name, text in initial.items():
            self.fields[name].initial = text
        self.template_words = template

    def take_in(self, error: Invalid | Conflict) -> None:
        """A brace that is no placeholder is told without saying in which of the two it stands; find it."""
        if isinstance(error, Invalid) and "" in error.problems:
            problems: Mapping[str, list[str]] = error.problems
            for name in ("subject", "body"):
                for each in self.cleaned_data[name].texts.values():
                    try:
                        placeholders(each)
                    except Invalid as wrong:
                        self.add_error(name, wrong.problems[""][0])
            if self.errors:
                problems = {name: sentences for name, sentences in problems.items() if name}
            error = Invalid(dict(problems))
        super().take_in(error)
