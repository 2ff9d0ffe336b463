"""Structured logs by structlog, one line an event, with the request's reference and no personal data."""

from __future__ import annotations

import logging.config
from typing import Any

import structlog

#: Keys that never reach a log line, whoever passes them.
PERSONAL = frozenset({"email", "name", "password", "token", "code", "body", "subject", "ip", "ip_address", "username"})


def _without_personal_data(logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: ("[withheld]" if key in PERSONAL else value) for key, value in event.items()}


def _for_people() -> Any:
    # Plain tracebacks: the pretty ones print the values of variables, which may be personal.
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def configure(*, level: str, style: str) -> None:
    """Set up logging for the whole process.

    level: the lowest level shown. style: ``console`` for people, ``json`` for collectors.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_personal_data,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if style == "json" else _for_people()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "plain": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, renderer]
                    if style == "json"
                    else [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.server": {"level": "WARNING"},
                "django_tasks_db": {"level": "ERROR"},  # it tells of every start and stop
                "django.request": {"level": "ERROR"},
                "axes": {"level": "WARNING"},
                "fontTools": {"level": "ERROR"},
            },
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
