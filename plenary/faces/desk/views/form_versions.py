"""What is done with a whole form: looking at it as contributors will, publishing it, reading earlier versions, data in and out."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from pydantic import Field

from plenary.engines.calls.actions import publish_form
from plenary.engines.calls.actions.submitting import lookups_for
from plenary.engines.calls.form.checking import check
from plenary.engines.calls.form.page import form_view
from plenary.engines.calls.form.posted import read_posted
from plenary.engines.calls.models import Call, FormVersion, Submission
from plenary.errors import Conflict, Invalid
from plenary.faces.desk import form_editing as editing
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.forms.form_data import DefinitionForm
from plenary.faces.desk.forms.form_words import FormProblem, problems_of, setting_in_words
from plenary.faces.desk.views.calls import call_for, show_call
from plenary.faces.desk.views.form_editor import form_crumb, home_of, tell
from plenary.ground.framework.text import reader_language
from plenary.ground.web.query import Query, read_query


class VersionQuery(Query):
    version: int = Field(0, ge=0, le=1_000_000)


@desk_page()
def preview(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The form as contributors will see it; what is typed is checked as theirs will be, and kept nowhere."""
    call = call_for(request, code, slug)
    asked = read_query(request, VersionQuery)
    found = get_object_or_404(FormVersion, call=call, number=asked.version) if asked.version else editing.shape_of(call).edited
    if found is None:
        return redirect(home_of(call))
    definition = found.form
    lookups = lookups_for(None, definition)
    answers: dict[str, Any] = {}
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        answers = read_posted(definition, request.POST)
        found_wrong = check(definition, answers, lookups, languages=tuple(call.languages)).problems
        # Files belong to a submission, and there is none: that they are missing says nothing here.
        problems = {code: sentences for code, sentences in found_wrong.items() if definition.by_code[code.partition(".")[0]].kind not in ("file", "image")}
    view = form_view(definition, answers, lookups, problems=problems, languages=tuple(call.languages), language=reader_language())
    return show_call(
        request,
        "desk/form_editor_preview.html",
        call,
        form_crumb(call),
        (_("Preview"), ""),
        status=400 if problems else 200,
        form=view,
        version=found,
        is_checked=request.method == "POST",
        holds=not problems,
        has_files=any(field.kind in ("file", "image") for field in definition),
        has_conditions=any(field.when for field in definition),
    )


@desk_page()
def publish(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """Put the draft in force, after a look at what that does."""
    call = call_for(request, code, slug)
    shape = editing.shape_of(call)
    if request.method == "POST":
        try:
            version = publish_form(actor=request.user, call=call)
        except Conflict as error:
            messages.error(request, str(error))
        except Invalid as error:
            tell(request, editing.BadForm(error.problems, shape.data))
        else:
            messages.success(request, _("Version %(n)s of the form is in force.") % {"n": version.number})
        return redirect(home_of(call))
    if shape.draft is None:
        return redirect(home_of(call))
    before = shape.published.definition if shape.published else {"parts": []}
    handed_in, drafts = _answers(shape.published)
    return show_call(
        request,
        "desk/form_editor_publish.html",
        call,
        form_crumb(call),
        (_("Publish"), ""),
        shape=shape,
        differences=[(each, [setting_in_words(name) for name in each.settings]) for each in editing.differences_of(before, shape.data)],
        parts_differ=editing.parts_differ(before, shape.data),
        handed_in=handed_in,
        drafts=drafts,
        is_new=handed_in + drafts > 0,
    )


def _answers(version: FormVersion | None) -> tuple[int, int]:
    """How many submissions answer a version: handed in, and still written."""
    if version is None:
        return 0, 0
    found = Submission.objects.filter(form=version)
    return found.exclude(number=None).count(), found.filter(number=None).count()


@desk_page()
def version(request: DeskRequest, code: str, slug: str, number: int) -> HttpResponse:
    """A version of the form, to be read."""
    call = call_for(request, code, slug)
    found = get_object_or_404(FormVersion.objects.exclude(published_at=None), call=call, number=number)
    handed_in, drafts = _answers(found)
    in_force = editing.shape_of(call).published
    return show_call(
        request,
        "desk/form_editor_version.html",
        call,
        form_crumb(call),
        (_("Version %(n)s") % {"n": found.number}, ""),
        version=found,
        form=form_view(found.form, {}, lookups_for(None, found.form), languages=tuple(call.languages), language=reader_language()),
        handed_in=handed_in,
        drafts=drafts,
        is_in_force=in_force is not None and in_force.pk == found.pk,
    )


@desk_page()
def as_data(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The definition as JSON: reading it, and putting another in its place, with all problems at once."""
    call = call_for(request, code, slug)
    shape = editing.shape_of(call)
    problems: list[FormProblem] = []
    if request.method == "POST":
        form = DefinitionForm(request.POST, request.FILES)
        if form.is_valid():
            data = form.cleaned_data["definition"]
            try:
                editing.edit_form(actor=request.user, call=call, edit=editing.replaced(data))
            except editing.BadForm as error:
                problems = problems_of(error.data, error.problems)
                form = DefinitionForm(initial={"text": as_text(data)})
            else:
                messages.success(request, _("The definition holds and is saved in the draft."))
                return redirect(home_of(call))
    else:
        form = DefinitionForm(initial={"text": as_text(shape.data if shape.edited else editing.first_form())})
    return show_call(
        request,
        "desk/form_editor_data.html",
        call,
        form_crumb(call),
        (_("As data"), ""),
        status=400 if problems or form.errors else 200,
        form=form,
        problems=problems,
        shape=shape,
        download=reverse("desk:form_definition", args=[code, slug]),
    )


def as_text(data: Any) -> str:
    """JSON as people read it."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


@desk_page()
@require_safe
def definition(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The definition as a file: of the version asked for, else the one that is edited."""
    call: Call = call_for(request, code, slug)
    asked = read_query(request, VersionQuery)
    found = get_object_or_404(FormVersion, call=call, number=asked.version) if asked.version else editing.shape_of(call).edited
    data = found.definition if found else editing.first_form()
    response = HttpResponse(as_text(data), content_type="application/json; charset=utf-8")
    name = f"form-{code}-{slug}-{found.number if found else 0}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
