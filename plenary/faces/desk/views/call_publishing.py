"""Letting everybody know of a call, after a look at what it lacks; hiding it again; its page before anybody sees it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from plenary.engines.calls import actions
from plenary.engines.calls.models import Call
from plenary.engines.calls.queries import with_phases
from plenary.engines.calls.queries.readiness import Lack, lacks_of
from plenary.engines.calls.views.public import show_call as show_to_the_public
from plenary.errors import Conflict, NotAllowed
from plenary.faces.desk.access import DeskRequest, desk_page
from plenary.faces.desk.views.calls import call_for, known_to, show_call


@desk_page()
def publish(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """What a hidden call lacks, and the button that publishes it; of a published one, the button that hides it again."""
    call = call_for(request, code, slug)
    if request.method == "POST":
        try:
            if "hide" in request.POST:
                actions.hide_call(actor=request.user, call=call)
                messages.success(request, _("The call is hidden; only the desk knows of it."))
            else:
                actions.publish_call(actor=request.user, call=call)
                messages.success(request, _("The call is published; everybody can read it now."))
        except Conflict as error:
            messages.error(request, str(error))
            return redirect("desk:call_publish", code, slug)
        return redirect("desk:call_settings", code, slug)
    lacks = lacks_of(call)
    return show_call(
        request,
        "desk/call_publish.html",
        call,
        (_("Publish") if not call.is_published else _("Hide again"), ""),
        lacks=[(each, _place(call, each)) for each in lacks],
        is_blocked=any(each.blocks for each in lacks),
        is_answered=call.submissions.exists(),
        is_publishing=True,
    )


def _place(call: Call, lack: Lack) -> str:
    """Where something that is missing is mended."""
    key = [call.edition.code, call.slug]
    if lack.phase is not None:
        return reverse("desk:phase", args=[*key, lack.phase.code])
    if lack.where == "form":
        return reverse("desk:form_editor", args=key)
    return reverse("desk:call_settings", args=key) + ("#phases" if lack.where == "phases" else "")


@desk_page()
@require_safe
def preview(request: DeskRequest, code: str, slug: str) -> HttpResponse:
    """The page of a hidden call as everybody will see it. That of a published one is there for all."""
    call = get_object_or_404(with_phases(Call.objects.all()), edition__code=code, slug=slug)
    if not known_to(request.user, call):
        raise NotAllowed("calls.view_submissions")
    if call.is_published:
        return redirect("calls:call", code, slug)
    call.published_at = timezone.now()  # in memory: what is open shows as it will
    return show_to_the_public(request, call, is_preview=True)
