"""A call with a form of forty fields, ten thousand submissions, and what is asked of them: the form, saving, submitting, the desk's list."""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

FIELDS, SUBMISSIONS, DRAFTS, HAND_INS = 40, 10_000, 40, 1500
SLUG = "forty"
TOKEN = "b" * 32  # of the forms that the load generator sends: cookie and field agree


def _definition() -> Any:
    from plenary.engines.calls.form.definition import Definition

    own = [
        {"code": "title", "kind": "text", "label": "Title", "required": True, "becomes": "title"},
        {"code": "category", "kind": "concept", "scheme": "action-lines", "label": "Category", "required": True, "becomes": "category"},
        {"code": "summary", "kind": "long-text", "label": "Summary", "max_words": 200, "required": True},
        {"code": "sdgs", "kind": "concepts", "schemes": ["sdgs", "sdg-targets"], "label": "Goals and targets"},
        {"code": "country", "kind": "country", "label": "Country", "becomes": "country"},
        {"code": "organisation", "kind": "organisation", "label": "Organisation", "becomes": "organisation"},
        {"code": "contact", "kind": "person", "label": "Contact", "private": True},
        {
            "code": "status",
            "kind": "choice",
            "label": "Status",
            "options": [{"code": "ongoing", "label": "Ongoing"}, {"code": "completed", "label": "Completed"}],
        },
        {"code": "since", "kind": "date-range", "label": "Timeframe", "open_end": True},
        {"code": "budget", "kind": "money", "label": "Budget"},
        {"code": "reached", "kind": "number", "label": "People reached"},
        {"code": "website", "kind": "link", "label": "Website"},
        {"code": "picture", "kind": "image", "label": "Picture"},
        {"code": "agreed", "kind": "consent", "label": "I agree"},
    ]
    more = [{"code": f"text_{number}", "kind": "long-text", "label": f"Question {number}", "max_words": 300} for number in range(FIELDS - len(own))]
    return Definition.from_data({"parts": [{"title": "Project", "fields": own[:9]}, {"title": "Details", "fields": [*own[9:], *more]}]})


def _answers(number: int) -> dict[str, Any]:
    return {
        "title": f"Project {number:05d}",
        "category": "C7-4",
        "summary": "What the project does, in some words that stand for a summary.",
        "country": "KE",
        "organisation": {"name": f"Organisation {number:05d}", "country": "KE"},
        "status": "ongoing",
        **{f"text_{each}": f"Answer {each} of project {number}, of about the length that people write in such fields." for each in range(12)},
    }


def make() -> dict[str, dict[str, Any]]:
    """Make the records; what each measured thing asks for: path, requests, cookies, whether it is asked once only."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from bench.data import EDITION
    from plenary.engines.calls import actions
    from plenary.engines.calls.models import Call, Phase
    from plenary.ground.audit.actors import SYSTEM
    from plenary.ground.framework.models import Edition
    from plenary.ground.framework.text import Text
    from plenary.ground.people.actions import agree, complete_sign_up
    from plenary.ground.people.models import RoleGrant

    edition = Edition.objects.get(code=EDITION)
    call = Call.objects.create(edition=edition, slug=SLUG, title=Text.of("A form of forty fields"))
    Phase.objects.create(call=call, code="submission", kind="collect", title=Text.of("Submission"))
    actions.put_form(actor=SYSTEM, call=call, definition=_definition())
    people = {}
    for name in ("contributor", "staff"):
        user = get_user_model().objects.create_user(f"{name}@example.org")
        complete_sign_up(actor=user, name=f"Participant {user.pk:04d}")
        user.refresh_from_db()
        agree(actor=user)
        client = Client()
        client.force_login(user)
        people[name] = (user, client.cookies["plenary_session"].value)
    RoleGrant.objects.create(person=people["staff"][0].person, role="secretariat", scope="site", granted_by="bench")
    owner, session = people["contributor"]
    drafts = [str(actions.start_draft(actor=owner, call=call, answers=_answers(number))[0].pk) for number in range(DRAFTS)]
    ready = [str(actions.start_draft(actor=owner, call=call, answers=_answers(90_000 + number))[0].pk) for number in range(HAND_INS)]
    mine, staff = f"plenary_session={session}; plenary_csrf={TOKEN}", f"plenary_session={people['staff'][1]}"
    _import(call)
    token = {"csrfmiddlewaretoken": TOKEN}
    savings = [
        (f"/calls/answers/{key}/", urlencode({**token, "f-title": f"Project {turn}", "f-text_3": f"Something written anew, {turn}."}))
        for turn, key in itertools.product(range(2), drafts)
    ]
    return {
        "form": {"path": f"/calls/answers/{drafts[0]}/", "cookie": mine},
        "autosave": {"posts": savings, "cookie": mine, "accept": "application/json"},
        "submit": {"posts": [(f"/calls/answers/{key}/preview/", urlencode(token)) for key in ready], "cookie": mine, "once": True},
        "submissions": {"path": f"/desk/editions/{EDITION}/calls/{SLUG}/submissions/?state=submitted&country=KE", "cookie": staff},
    }


def _import(call: Any) -> None:
    """Import the submissions from a table, and say how long that took, dry and for good."""
    from plenary.engines.calls.actions.importing import import_submissions
    from plenary.engines.calls.form.table import write_table
    from plenary.ground.audit.actors import SYSTEM

    definition = call.forms.get().form
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "submissions.xlsx"
        path.write_bytes(write_table(definition, [_answers(number) for number in range(SUBMISSIONS)]))
        for dry_run in (True, False):
            start = time.monotonic()
            import_submissions(actor=SYSTEM, call=call, path=path, dry_run=dry_run)
            took = time.monotonic() - start
            print(
                f"  import of {SUBMISSIONS:,} submissions{' (dry run)' if dry_run else ''}: {took:.1f} s (goal: 60 s)",
                file=sys.stderr,
            )
