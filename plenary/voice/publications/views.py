"""Pages of publications and generated reports."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from plenary.engines.calls.intakes import submissions_by_key
from plenary.ground.audit.actors import SYSTEM, may
from plenary.ground.files.typesetting import CannotTypeset
from plenary.ground.framework.models import Edition
from plenary.ground.framework.text import LANGUAGES, reader_language
from plenary.ground.people.access import actor_of
from plenary.ground.web.cache import public_page
from plenary.ground.web.query import Query, page_of, read_query
from plenary.voice.publications import queries
from plenary.voice.publications.actions import CONTRIBUTION_KIND
from plenary.voice.publications.report.files import FORMATS, USUAL, file_name, file_of, made_from
from plenary.voice.publications.report.pandoc import CannotConvert
from plenary.voice.publications.report.progress import count_of_figures, progress_report


@public_page
def publications(request: HttpRequest) -> HttpResponse:
    """What each edition published, and the reports made from its records."""
    return render(request, "publications/list.html", {"shelves": queries.shelves()})


@public_page
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """The progress report of an edition as a page, made from the records as they stand."""
    edition = get_object_or_404(Edition, code=code)
    language = reader_language()
    document = progress_report(edition, language)
    files = [(suffix.upper(), file_name(edition.code, suffix, language)) for suffix in USUAL]
    return render(
        request, "publications/progress.html", {"edition": edition, "report": document, "files": files, "count": count_of_figures(document), "base": ""}
    )


def progress_file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """A file of the report. It is made when first asked for; the same content is not made twice."""
    edition = get_object_or_404(Edition, code=code)
    for language in LANGUAGES:
        for suffix, form in FORMATS.items():
            if name == file_name(edition.code, suffix, language):
                made = made_from(progress_report(edition, language), actor=SYSTEM, edition=edition)
                try:
                    content = file_of(made, suffix)
                except (CannotTypeset, CannotConvert) as error:
                    context = {"edition": edition, "reason": str(error), "name": name}
                    return render(request, "publications/cannot.html", context, status=503)
                return HttpResponse(content, content_type=form.media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
    raise Http404(name)


@never_cache
def contributions(request: HttpRequest, code: str) -> HttpResponse:
    """What stakeholders wrote for the reports of an edition; for everybody but the secretariat there is no such page."""
    edition = get_object_or_404(Edition, code=code)
    if not may(actor_of(request), "publications.change_publication", edition):
        raise Http404
    page = page_of(queries.contributions_to(edition), read_query(request, Query).page)
    submissions = submissions_by_key(CONTRIBUTION_KIND, [str(each) for each in page])
    return render(request, "publications/contributions.html", {"edition": edition, "page": page, "rows": [(each, submissions.get(str(each))) for each in page]})
