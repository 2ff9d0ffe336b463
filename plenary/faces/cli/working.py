"""The worker: background tasks, and the search index that follows every change."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import structlog
from django.db import OperationalError, close_old_connections, connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from plenary.rooms import offered

#: Seconds between looks at an empty queue.
PAUSE = 0.5
#: Seconds to wait for a database that does not answer.
AWAY = 2

log = structlog.get_logger(__name__)


def work() -> None:
    """Work off tasks and follow changes until SIGTERM or Ctrl-C; a task in hand is finished first."""
    stop = threading.Event()
    follower = threading.Thread(target=_follow, args=(stop,), name="search-follower")
    worker = Worker(
        queue_names=["*"],
        interval=PAUSE,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()
        worker.shutdown(number, frame)

    signal.signal(signal.SIGTERM, stopping)
    signal.signal(signal.SIGINT, stopping)
    for arrange in offered("tasks", "arrange"):
        arrange()  # type: ignore[operator]
    follower.start()
    try:
        keep_running(worker, stop)
    finally:
        stop.set()
        follower.join()


def keep_running(worker: Worker, stop: threading.Event) -> None:
    """Let the worker work until it is told to stop. Where the database is held by others, or away, it waits: its queue stays there."""
    while not stop.is_set():
        try:
            worker.run()
            return
        except OperationalError:
            log.exception("worker.database_away")
            close_old_connections()
            stop.wait(AWAY)


def _follow(stop: threading.Event) -> None:
    from plenary.ground.search.worker import follow_forever

    try:
        follow_forever(stop)
    finally:
        connections.close_all()
