"""Exact token counts with the encodings that litellm ships: tiktoken never asks the network.

For a worker thread. An ordinary text takes 0.05 to 0.15 s per MB and one made to be slow 0.6 s;
an encoding is loaded once, at its first use: 0.3 s and up to 80 MiB for `o200k_base`.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

MOST_BYTES = 2 * 1024 * 1024
LONGEST_BLANK = 65_536
"""tiktoken's engine panics at some 500,000 blanks in a row; such a text is not counted."""

# Encoding → the file's name in tiktoken's cache (the SHA-1 of its address), and its SHA-256. Both
# as in tiktoken_ext.openai_public; a file that does not match would be fetched anew.
FILES = {
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
}
_loading = Lock()


def count(encoding: str, texts: Sequence[str]) -> int | None:
    """Return how many tokens these texts are, one by one; None if that cannot be known here."""
    if sum(map(len, texts)) > MOST_BYTES:
        return None
    size_bytes = sum(len(text.encode(errors="replace")) for text in texts)
    if size_bytes > MOST_BYTES or any(map(_has_long_blank, texts)):
        return None
    with _loading:  # two threads would load, and keep, it twice
        loaded = _encoding(encoding)
    if loaded is None:
        return None
    return sum(len(loaded.encode_ordinary(text)) for text in texts)


def _has_long_blank(text: str) -> bool:
    """Look at every 65,536th stretch only: whoever has twice as many blanks fills one of them."""
    starts = range(0, len(text) - LONGEST_BLANK + 1, LONGEST_BLANK)
    return any(text[start : start + LONGEST_BLANK].isspace() for start in starts)


@cache
def _encoding(name: str) -> "Encoding | None":
    folder = _shipped(name)
    if folder is None:
        return None
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)  # litellm sets it to the same
    import tiktoken  # noqa: PLC0415 - 30 ms that only a call of this kind has to pay

    return tiktoken.get_encoding(name)


def _shipped(name: str) -> Path | None:
    """Return the folder that holds this encoding's file, whole; else tiktoken would fetch it."""
    found = find_spec("litellm")
    if name not in FILES or found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "litellm_core_utils" / "tokenizers"
    file, digest = FILES[name]
    try:
        whole = hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest
    except OSError:
        return None
    return folder if whole else None
