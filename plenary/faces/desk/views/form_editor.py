"""Editing the form of a call: its parts and fields, step by step; each step is kept in a draft until it is published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from pydantic import Field

from plenary.engines.calls.actions import drop_form_draft
from plenary.engines.calls.form.fields import KINDS
from plenary.engines.calls.form.page import limits_of
from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import form_in_force
from plenary.errors import Conflict
from plenary.faces.desk import form_editing as editing
from plenary.faces.desk.access import DeskRequest, desk_page, sent
from plenary.faces.desk.forms.form_editor import SIGN, FieldForm, PartForm, fields_before
from plenary.faces.desk.forms.form_options import rearranged
from plenary.faces.desk.forms.form_words import KIND_WORDS, kind_in_words, problems_of, setting_in_words
from plenary.faces.desk.views.calls import call_for, known_to, show_call
from plenary.ground.framework.text import Text
from plenary.ground.web.query import Query, read_query

MOVES: dict[str, tuple[Callable[[Any, int], editing.Edit], int]] = {
    "up": (editing.field_moved, -1),
    "down": (editing.field_moved, 1),
    "part_up": (editing.part_moved, -1),
    "part_down": (editing.part_moved, 1),
}


class AddQuery(Query):
    part: int = Field(0, ge=0, le=100)


def home_of(call: Call, anchor: str = "") -> str:
    """The address of the editor, at one of its fields."""
    return reverse("desk:form_editor", args=[call.edition.code, call.slug]) + (f"#{anchor}" if anchor else "")


def form_crumb(call: Call) -> tuple[str, str]:
    """The step to the editor in the way to a page below it."""
    return _("Form"), home_of(call)


@desk_page()
def editor(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The parts and fields of the form that is edited; moving them, starting a form, throwing the draft away."""
    call = call_for(request, code, slug)
    if request.method == "POST":
        return _step(request, call)
    shape = editing.shape_of(call)
    before = shape.published.definition if shape.published else {"parts": []}
    differences = editing.differences_of(before, shape.data) if shape.draft else []
    with_forms = Call.objects.filter(forms__published_at__isnull=False).exclude(pk=call.pk).select_related("edition").distinct()
    others = [] if shape.edited is not None else [each for each in with_forms.order_by("-edition__starts_on", "position") if known_to(request.user, each)]
    return show_call(
        request,
        "desk/form_editor.html",
        call,
        (_("Form"), ""),
        shape=shape,
        parts=_rows(shape, differences),
        differences=[(each, [setting_in_words(name) for name in each.settings]) for each in differences],
        parts_differ=shape.draft is not None and shape.published is not None and editing.parts_differ(before, shape.data),
        kinds=[(kind, *KIND_WORDS[kind]) for kind in KIND_WORDS],
        others=others,
        versions=call.forms.exclude(published_at=None).order_by("-number"),
    )


def _rows(shape: editing.Shape, differences: list[editing.Difference]) -> list[dict[str, Any]]:
    """Parts and fields as the list shows them."""
    if shape.edited is None:
        return []
    verbs: dict[str, list[str]] = {}
    for each in differences:
        verbs.setdefault(each.code, []).append(each.verb)
    names = {field.code: field.label for field in shape.edited.form}
    return [
        {
            "part": part,
            "number": number,
            "fields": [
                {
                    "field": field,
                    "kind": kind_in_words(field.kind),
                    "limits": limits_of(field),
                    "when": names.get(field.when.field) if field.when else None,
                    "verbs": verbs.get(field.code, []),
                }
                for field in part.fields
            ],
        }
        for number, part in enumerate(shape.edited.form.parts)
    ]


def _step(request: DeskRequest, call: Call) -> HttpResponse:
    posted = request.POST
    anchor = ""
    try:
        if "drop" in posted:
            drop_form_draft(actor=request.user, call=call)
            messages.success(request, _("The changes are thrown away."))
        elif "start" in posted:
            _start(request, call)
        for verb, (step, direction) in MOVES.items():
            if verb not in posted:
                continue
            what: Any = posted[verb]
            if step is editing.part_moved:
                what = int(what) if what.isdigit() and len(what) < 4 else -1
            editing.edit_form(actor=request.user, call=call, edit=step(what, direction))
            anchor = f"part-{max(0, what + direction)}" if step is editing.part_moved else f"field-{what}"
    except Conflict as error:
        messages.error(request, str(error))
    except editing.BadForm as error:
        tell(request, error)
    return redirect(home_of(call, anchor))


def tell(request: DeskRequest, error: editing.BadForm) -> None:
    """Say above the next page why a step could not be done."""
    for problem in problems_of(error.data, error.problems):
        messages.error(
            request, _("This cannot be done: %(sentence)s") % {"sentence": f"{problem.label}: {problem.sentence}" if problem.label else problem.sentence}
        )


def _start(request: DeskRequest, call: Call) -> None:
    """Begin a form: with one field, or as another call has it."""
    definition = editing.first_form()
    like = request.POST.get("like", "")
    if like:
        edition, _slash, slug = like.partition("/")
        source = Call.objects.select_related("edition").filter(edition__code=edition[:30], slug=slug[:60]).first()
        version = form_in_force(source) if source and known_to(request.user, source) else None
        if version is None:
            raise Conflict(_("That call has no form."))
        definition = version.definition
    if editing.shape_of(call).edited is not None:
        raise Conflict(_("Somebody else has begun the form meanwhile."))
    editing.edit_form(actor=request.user, call=call, edit=editing.replaced(definition))


@desk_page()
def choose_kind(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The kinds of fields that can be added to a part."""
    call = call_for(request, code, slug)
    asked = read_query(request, AddQuery)
    data = editing.shape_of(call).data
    if asked.part >= len(data["parts"]):
        raise Http404
    return show_call(
        request,
        "desk/form_editor_kinds.html",
        call,
        form_crumb(call),
        (_("Add a field"), ""),
        kinds=[(kind, *words) for kind, words in KIND_WORDS.items()],
        part=asked.part,
    )


@desk_page()
def add_field(request: DeskRequest, code: str, slug: str, kind: str) -> HttpResponse:
    """Add a field of a kind at the end of a part."""
    call = call_for(request, code, slug)
    part = read_query(request, AddQuery).part
    data = editing.shape_of(call).data
    if kind not in KINDS or part >= len(data["parts"]):
        raise Http404
    return _edit(request, call, kind, None, part, data)


@desk_page()
def field(request: DeskRequest, code: str, slug: str, field: str) -> HttpResponse:
    """Change one field."""
    call = call_for(request, code, slug)
    data = editing.shape_of(call).data
    try:
        i, j = editing.find_field(data, field)
    except Conflict as error:
        raise Http404 from error
    current = data["parts"][i]["fields"][j]
    return _edit(request, call, current["kind"], current, i, data)


def _edit(request: DeskRequest, call: Call, kind: str, current: editing.Data | None, part: int, data: editing.Data) -> HttpResponse:
    """The page of one field, whether it is there or to be added. part: where it stands."""
    before = fields_before(data, current["code"] if current else None, part)
    posted = sent(request)[0]
    moved = rearranged(request.POST, "options") if request.method == "POST" and "options" in KINDS[kind].model_fields else None
    form = FieldForm(posted if moved is None else moved, call=call, kind=kind, field=current, before=before)
    if moved is not None:
        form.rest()
    elif request.method == "POST" and form.is_valid() and (current is None or form.check_seen(current)):
        new = form.definition()
        edit = editing.field_changed(current["code"], new) if current else editing.field_added(part, new)
        try:
            editing.edit_form(actor=request.user, call=call, edit=edit)
        except (editing.BadForm, Conflict) as error:
            position = editing.find_field(data, current["code"])[1] if current else len(data["parts"][part].get("fields", []))
            form.take_in_problems(error, f"parts.{part}.fields.{position}")
        else:
            messages.success(request, _("The field is saved in the draft."))
            return redirect(home_of(call, f"field-{new['code']}"))
    label = str(Text.from_plain(current["label"])) if current else _("New field")
    return show_call(
        request,
        "desk/form_editor_field.html",
        call,
        form_crumb(call),
        (label, ""),
        status=400 if form.errors else 200,
        form=form,
        sign=SIGN,
        kind=kind,
        kind_in_words=kind_in_words(kind),
        kind_says=KIND_WORDS[kind][1],
        field=current,
        label=label,
        is_public=current is not None and _is_in_force(call, current["code"]),
    )


def _is_in_force(call: Call, code: str) -> bool:
    version = form_in_force(call)
    return version is not None and code in version.form.by_code


@desk_page()
def remove_field(request: DeskRequest, code: str, slug: str, field: str) -> HttpResponse:
    """Take a field away, after a look at what waits for it."""
    call = call_for(request, code, slug)
    data = editing.shape_of(call).data
    try:
        i, j = editing.find_field(data, field)
    except Conflict as error:
        raise Http404 from error
    return _remove(request, call, editing.field_removed(field), data, [data["parts"][i]["fields"][j]], part=None)


@desk_page()
def add_part(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """Add a part at the end."""
    call = call_for(request, code, slug)
    form = PartForm(sent(request)[0])
    if request.method == "POST" and form.is_valid():
        answer = _keep_part(request, call, form, editing.part_added(form.definition()), -1)
        if answer is not None:
            return answer
    return show_call(
        request, "desk/form_editor_part.html", call, form_crumb(call), (_("New part"), ""), status=400 if form.errors else 200, form=form, number=None
    )


@desk_page()
def part(request: DeskRequest, code: str, slug: str, number: int) -> HttpResponse:
    """Change heading and text of a part."""
    call = call_for(request, code, slug)
    data = editing.shape_of(call).data
    if number >= len(data["parts"]):
        raise Http404
    form = PartForm(sent(request)[0], part=data["parts"][number])
    if request.method == "POST" and form.is_valid():
        answer = _keep_part(request, call, form, editing.part_changed(number, form.definition()), number)
        if answer is not None:
            return answer
    return show_call(
        request,
        "desk/form_editor_part.html",
        call,
        form_crumb(call),
        (_("A part of the form"), ""),
        status=400 if form.errors else 200,
        form=form,
        number=number,
    )


def _keep_part(request: DeskRequest, call: Call, form: PartForm, edit: editing.Edit, number: int) -> HttpResponse | None:
    try:
        definition = editing.edit_form(actor=request.user, call=call, edit=edit)
    except Conflict as error:
        form.take_in(error)
    except editing.BadForm as error:
        for problem in problems_of(error.data, error.problems):
            form.add_error(None, problem.sentence)
    else:
        messages.success(request, _("The part is saved in the draft."))
        return redirect(home_of(call, f"part-{number if number >= 0 else len(definition.parts) - 1}"))
    return None


@desk_page()
def remove_part(request: DeskRequest, code: str, slug: str, number: int) -> HttpResponse:
    """Take a part away with its fields, after a look at them."""
    call = call_for(request, code, slug)
    data = editing.shape_of(call).data
    if number >= len(data["parts"]):
        raise Http404
    found = data["parts"][number]
    seen = request.POST.get(SIGN, "") if request.method == "POST" else editing.sign_of(found)
    return _remove(request, call, editing.part_removed(number, seen), data, found.get("fields", []), part=found)


def _remove(request: DeskRequest, call: Call, edit: editing.Edit, data: editing.Data, fields: list[editing.Data], part: editing.Data | None) -> HttpResponse:
    waiting = editing.waiting_for(data, {each["code"] for each in fields})
    if request.method == "POST":
        try:
            editing.edit_form(actor=request.user, call=call, edit=edit)
        except Conflict as error:
            messages.error(request, str(error))
        except editing.BadForm as error:
            tell(request, error)
        else:
            messages.success(request, _("It is taken away in the draft; answers given before stay readable."))
        return redirect(home_of(call))
    return show_call(
        request,
        "desk/form_editor_remove.html",
        call,
        form_crumb(call),
        (_("Take away"), ""),
        fields=[(Text.from_plain(each["label"]), each["code"], kind_in_words(each["kind"])) for each in fields],
        waiting=[Text.from_plain(each["label"]) for each in waiting],
        part=part,
        title=Text.from_plain(part.get("title", "")) if part else None,
        sign_name=SIGN,
        sign=editing.sign_of(part) if part else "",
    )
