"""Files that appear under their name once they are whole and on the disk, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.settings import SettingsError

BESIDE = ("", "-wal", "-shm")
"""What SQLite adds to the name of a file."""


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """Make an empty file in the target's folder, for its owner only; in the end it is gone."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name}.", suffix=".part"
        )
    except OSError as error:
        raise SettingsError(f"{target.parent} cannot be written: {error.strerror}.") from None
    os.close(descriptor)
    try:
        yield Path(made)
    except OSError as error:
        raise SettingsError(f"{target} could not be written: {error.strerror}.") from None
    finally:
        remove(Path(made))


def publish(draft: Path, target: Path) -> None:
    """Give the draft its name once it is on the disk; never take one that is in use."""
    _to_disk(draft)
    try:
        os.link(draft, target)
    except FileExistsError:
        raise existing(target) from None
    except OSError:  # a file system without links
        refuse_existing(target)
        draft.rename(target)
    _to_disk(target.parent)


def remove(path: Path) -> None:
    """Delete a file of SQLite's, with what is beside it."""
    for end in BESIDE:
        Path(f"{path}{end}").unlink(missing_ok=True)


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def refuse_existing(target: Path) -> None:
    if target.exists():
        raise existing(target)


def existing(target: Path) -> SettingsError:
    return SettingsError(f"{target} exists already and was not touched; name another file.")


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
