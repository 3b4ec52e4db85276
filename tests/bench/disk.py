"""What the disk itself does meanwhile: a small synced write, ten times a second.

A database that syncs every commit stands still as long as its disk does. On a machine whose disk
is shared, that happens whatever TokenPool does; this tells such minutes from ours.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITE_BYTES = 4096
EVERY_SECONDS = 0.1
SLOW_SECONDS = 0.02
"""A write that takes longer stands for a disk that stands still."""


class Disk:
    """Adds up how long the disk stood still since it was last asked, in seconds."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_CREAT | os.O_WRONLY)
        self._stalled = 0.0
        self._ending = threading.Event()
        self._lock = threading.Lock()

    def work(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            began = time.monotonic()
            os.pwrite(self._file, os.urandom(WRITE_BYTES), 0)
            os.fdatasync(self._file)
            took = time.monotonic() - began
            if took > SLOW_SECONDS:
                with self._lock:
                    self._stalled += took
        os.close(self._file)

    def stalled(self) -> float:
        with self._lock:
            stalled, self._stalled = self._stalled, 0.0
        return stalled

    def end(self) -> None:
        self._ending.set()


@contextmanager
def watching(folder: Path) -> Iterator[Disk]:
    """Watch the disk that `folder` is on."""
    disk = Disk(folder / "disk-probe")
    thread = threading.Thread(target=disk.work, name="disk-probe")
    thread.start()
    try:
        yield disk
    finally:
        disk.end()
        thread.join()
