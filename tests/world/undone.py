"""What `bots.logs.configure` changes for a whole process, set back."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def undone() -> Iterator[None]:
    """Let the log be configured within, and be as before after it."""
    before = structlog.get_config()
    factory, hooks = logging.getLogRecordFactory(), (sys.excepthook, sys.unraisablehook)
    in_threads = threading.excepthook
    try:
        yield
    finally:
        structlog.configure(**before)
        logging.setLogRecordFactory(factory)
        logging.captureWarnings(capture=False)
        logging.basicConfig(force=True, level=logging.WARNING)
        sys.excepthook, sys.unraisablehook = hooks
        threading.excepthook = in_threads
