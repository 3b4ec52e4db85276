"""Logging by allow-list: an event is a name and fields we know; anything else is left out.

No prompt, answer, key, header or provider text can reach a log line, because no field for it
exists.
"""

import logging
import sys
import threading
from collections.abc import MutableMapping
from contextlib import suppress
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
    """Set up our own log; of what others say, only origin, level and kind of error are left."""
    level = getattr(logging, settings.log_level.upper())
    _silence_others()
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
        logger_factory=lambda *_: _Printer(sys.stderr),
        cache_logger_on_first_use=True,
    )


class _Printer(structlog.PrintLogger):
    """A log that cannot be written, for want of room on the disk, must fail no request (F-60)."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = error = critical = fatal = exception = msg


def _silence_others() -> None:
    """Take words out of what libraries log, warn of and die of, at the source.

    Some bring handlers of their own, so it is the records that are stripped, not the handlers.
    """
    logging.setLogRecordFactory(_stripped)
    logging.basicConfig(handlers=[_Foreign(logging.WARNING)], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda _kind, error, _trace: _died("process", error)
    sys.unraisablehook = lambda found: _died("unraisable", found.exc_value)
    threading.excepthook = lambda found: _died("thread", found.exc_value)


def _stripped(*args: Any, **named: Any) -> logging.LogRecord:
    """Make a log record without its text, its arguments and its traceback."""
    record = logging.LogRecord(*args, **named)
    error = record.exc_info[1] if record.exc_info else None
    record.at = place(error) if error else f"{record.name}:{record.lineno}"
    record.kind = type(error).__name__ if error else ""
    record.msg, record.args = "(not kept)", ()
    record.exc_info = record.stack_info = None
    return record


class _Foreign(logging.Handler):
    """Libraries may log what they were sent; of their records only origin and level are kept."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        log.log(
            record.levelno,
            "library",
            logger=record.name,
            at=getattr(record, "at", ""),
            error=getattr(record, "kind", ""),
        )


def _died(part: str, error: BaseException | None) -> None:
    """Tell of an exception that nobody caught: its kind and its place, never its text."""
    if isinstance(error, KeyboardInterrupt) or error is None:
        return
    log = structlog.get_logger()
    log.error("uncaught", part=part, error=type(error).__name__, at=place(error))


def place(error: BaseException) -> str:
    """Return module and line where an exception was raised."""
    frame, at = error.__traceback__, ""
    while frame is not None:
        at = f"{frame.tb_frame.f_globals.get('__name__', '?')}:{frame.tb_lineno}"
        frame = frame.tb_next
    return at
