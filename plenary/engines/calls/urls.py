from __future__ import annotations

from django.urls import URLPattern, path, re_path

from plenary.engines.calls.views import answering, focal, mine, public, together, uploads

app_name = "calls"
urlpatterns: list[URLPattern] = [
    path("", public.call_list, name="list"),
    path("calendar.ics", public.calendar, name="calendar"),
    path("organisations/", uploads.organisations, name="organisations"),
    path("submissions/", mine.submissions, name="submissions"),
    path("submissions/<str:key>/", mine.submission, name="submission"),
    re_path(r"^submissions/(?P<key>[0-9A-Za-z_-]{24,36})/(?P<verb>withdraw|reopen)/$", mine.change, name="change"),
    path("submissions/<uuid:key>/copy/", mine.copy, name="copy"),
    path("submissions/<uuid:key>/invite/", mine.invite, name="invite"),
    path("submissions/<uuid:key>/invitations/<int:invitation>/withdraw/", together.withdraw_invitation, name="withdraw_invitation"),
    path("submissions/<uuid:key>/members/<int:member>/remove/", together.remove_member, name="remove_member"),
    path("submissions/<uuid:key>/leave/", together.leave, name="leave"),
    path("countries/<str:country>/", focal.followed, name="followed"),
    path("countries/<str:country>/<uuid:key>/", focal.submission, name="followed_submission"),
    path("countries/<str:country>/<uuid:key>/submission.pdf", focal.document, name="followed_document"),
    path("join/<str:secret>/", mine.join, name="join"),
    path("answers/<str:key>/", answering.answer, name="answer"),
    path("answers/<str:key>/preview/", answering.preview, name="preview"),
    path("answers/<str:key>/done/", answering.done, name="done"),
    path("answers/<str:key>/link/", answering.link, name="link"),
    path("answers/<str:key>/discard/", answering.discard, name="discard"),
    path("answers/<str:key>/submission.pdf", mine.document, name="document"),
    path("answers/<str:key>/uploads/", uploads.begin, name="upload"),
    path("answers/<str:key>/uploads/<str:upload>/", uploads.piece, name="piece"),
    path("answers/<str:key>/files/<uuid:file_key>/", uploads.file, name="file"),
    path("<slug:edition>/<slug:slug>/", public.call, name="call"),
    path("<slug:edition>/<slug:slug>/answer/", answering.start, name="start"),
    path("<slug:edition>/<slug:slug>/form.pdf", public.blank, name="blank"),
    path("<slug:edition>/<slug:slug>/form.<str:ending>", public.template, name="template"),
    path("<slug:edition>/<slug:slug>/uses/", public.uses, name="uses"),
    path("<slug:edition>/<slug:slug>/brief.pdf", public.brief, name="brief"),
    path("<slug:edition>/<slug:slug>/card.png", public.card, name="card"),
    path("<slug:edition>/<slug:slug>/calendar.ics", public.call_calendar, name="call_calendar"),
]
