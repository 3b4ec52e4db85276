"""Logging by allow-list: an event is a name and fields we know; anything else is left out.

No prompt, answer, key, header or provider text can reach a log line, because no field for it
exists.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from core.settings import Settings

FIELDS = frozenset(
    {
        "at", "code", "completion_tokens", "cost", "count", "error", "estimated", "event", "held",
        "kind", "level", "logger", "member", "model", "ms", "part", "payer", "prompt_tokens",
        "provider", "released", "request_id", "status", "team", "timestamp", "trouble",
    }
)  # fmt: skip
MOST_CHARACTERS = 200
Event = MutableMapping[str, Any]


def only_known_fields(_logger: object, _method: str, event: Event) -> Event:
    """Keep known fields with plain values; text is cut and stripped of control characters."""
    return {name: _plain(value) for name, value in event.items() if name in FIELDS}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text[:MOST_CHARACTERS]


def configure(settings: Settings) -> None:
    """Set up our own log, and let other libraries say only warnings, by name and not by text."""
    level = getattr(logging, settings.log_level.upper())
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)
    as_json = settings.log_format == "json"
    render = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_known_fields,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class _Foreign(logging.Handler):
    """Libraries may log what they were sent; of their records only origin and level are kept."""

    def emit(self, record: logging.LogRecord) -> None:
        at = f"{record.name}:{record.lineno}"
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        structlog.get_logger().warning("library", at=at, error=kind, level=record.levelname)
