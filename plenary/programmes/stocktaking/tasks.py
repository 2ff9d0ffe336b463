"""What is done for entries in the background: asking their owners once a year, and looking whether their links still answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from plenary.programmes.stocktaking.actions.confirming import ask_due, mark_silent
from plenary.programmes.stocktaking.actions.deciding import end_handovers
from plenary.programmes.stocktaking.actions.links import PAUSE, check_some, gather_links, tell_of_dead_links
from plenary.programmes.stocktaking.dumps.tasks import keep_dumping

#: Hours of the day, where the convener is: mails in the morning, other people's servers at night.
ASKING_HOUR, CHECKING_HOUR = 7, 2


@task()
def ask_owners() -> int:
    """Ask whether entries still stand, where a year has gone by; then look again tomorrow. How many mails."""
    try:
        mark_silent()
        end_handovers()
        return ask_due()
    finally:
        _arrange(ask_owners, ASKING_HOUR)


@task()
def look_at_links() -> int:
    """Begin a night's look at links; then the next night."""
    try:
        number = gather_links()
        if not _is_arranged(go_on_with_links):  # the night before may not be through yet
            go_on_with_links.enqueue()
        return number
    finally:
        _arrange(look_at_links, CHECKING_HOUR)


@task()
def go_on_with_links() -> int:
    """Look at some links, and come back for the others: between two parts mails and other work have their turn. How many."""
    looked = check_some()
    if looked:
        go_on_with_links.using(run_after=timezone.now() + timedelta(seconds=PAUSE)).enqueue()
    else:
        tell_of_dead_links()
    return looked


def look_after_entries() -> None:
    """Have owners asked, links looked at and the open data written every day, unless that is arranged already."""
    _arrange(ask_owners, ASKING_HOUR)
    _arrange(look_at_links, CHECKING_HOUR)
    keep_dumping()


def _arrange(each: Task[[], int], hour: int) -> None:
    if not _is_arranged(each):
        each.using(run_after=next_time(hour)).enqueue()


def _is_arranged(each: Task[[], int]) -> bool:
    return DBTaskResult.objects.filter(task_path=each.module_path, status="READY").exists()


def next_time(hour: int, now: datetime | None = None) -> datetime:
    """When it is this hour next where the convener is."""
    here = (now or timezone.now()).astimezone(ZoneInfo(settings.CONVENER_ZONE))
    then = here.replace(hour=hour, minute=0, second=0, microsecond=0)
    return then if then > here else then + timedelta(days=1)


#: What the worker sees to when it starts.
arrange = look_after_entries
