"""The files of the open data are made every night."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from plenary.errors import Conflict
from plenary.programmes.stocktaking.dumps.making import make

log = structlog.get_logger(__name__)
#: When nobody works at the convener's.
HOUR = time(2, 30)


@task(queue_name="documents")
def dump_nightly() -> int:
    """Make the files, then again next night; how many entries they hold."""
    try:
        made = make()
    except Conflict:  # somebody makes them by hand this moment
        return 0
    finally:
        keep_dumping()
    log.info("open_data.made", day=made.day, entries=made.entries)
    return made.entries


def keep_dumping() -> None:
    """Have the files made next night, unless that is arranged already."""
    if not DBTaskResult.objects.filter(task_path=dump_nightly.module_path, status="READY").exists():
        dump_nightly.using(run_after=next_night(timezone.now())).enqueue()


def next_night(now: datetime) -> datetime:
    """The next instant at which it is that hour at the convener's."""
    zone = ZoneInfo(settings.CONVENER_ZONE)
    here = now.astimezone(zone)
    tonight = datetime.combine(here.date(), HOUR, zone)
    return tonight if tonight > here else datetime.combine(here.date() + timedelta(days=1), HOUR, zone)
