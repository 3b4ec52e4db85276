"""Words that must not be found anywhere, and the places and disguises in which to look."""

import base64
import gzip
import secrets
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.parse import quote

import asyncpg

LETTERS = "bcdfghjkmnpqrstvwxz"
DEFLATED = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
MOST_DEFLATED, MOST_INFLATED = 2**16, 2**20


class Canaries:
    """Words of one run: each is the mark that all share, and a number."""

    def __init__(self) -> None:
        self.mark = "".join(secrets.choice(LETTERS) for _ in range(20))
        self._numbers = count()

    def word(self) -> str:
        return f"{self.mark}{next(self._numbers):06}"

    def found_in(self, written: bytes) -> list[str]:
        """Return in which disguises the mark is there; a word cut in two has a half in each."""
        haystacks = [written, *inflated(written)]
        return [
            f"{name}: {around(haystack, needle)!r}"
            for name, needle in self._disguises()
            for haystack in haystacks
            if needle in haystack
        ]

    def _disguises(self) -> Iterator[tuple[str, bytes]]:
        raw = self.mark.encode()
        yield "first half", raw[:10]
        yield "second half", raw[10:]
        yield "reversed", raw[::-1]
        yield "hex", raw.hex().encode()
        yield "HEX", raw.hex().upper().encode()
        yield "UTF-16", self.mark.encode("utf-16-le")
        yield "JSON", "".join(f"\\u{ord(letter):04x}" for letter in self.mark).encode()
        yield "URL", "".join(f"%{ord(letter):02X}" for letter in self.mark).encode()
        for shift in range(3):  # where the mark begins within three bytes changes all letters
            coded = base64.b64encode(b"x" * shift + raw + b"x" * (-(shift + len(raw)) % 3))
            inner = coded[4 if shift else 0 : -4]
            yield f"base64, shifted by {shift}", inner
            yield f"base64 in a URL, shifted by {shift}", quote(inner, safe="").encode()


def around(haystack: bytes, needle: bytes) -> bytes:
    """Return what stands around a find, for whoever has to explain it."""
    at = haystack.index(needle)
    return haystack[max(0, at - 120) : at + 60]


def inflated(written: bytes) -> Iterator[bytes]:
    """Return what was compressed by gzip or zlib, wherever it begins."""
    for magic in DEFLATED:
        at = written.find(magic)
        while at >= 0:
            wbits = 31 if magic[0] == 0x1F else 15
            with suppress(zlib.error):
                packed = written[at : at + MOST_DEFLATED]
                yield zlib.decompressobj(wbits).decompress(packed, MOST_INFLATED)
            at = written.find(magic, at + 1)


def files(folder: Path, *, but: Iterable[str] = ()) -> dict[str, bytes]:
    """Return every file below a folder: databases with their freed pages, logs, what is left."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in but)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(paths)}


async def postgres(database_url: str) -> dict[str, bytes]:
    """Return the rows of every table, and the server's own files: pages, write-ahead log."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("CHECKPOINT")
        folder = Path(await connection.fetchval("SHOW data_directory"))
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        rows = [
            str(row)
            for (name,) in tables
            for row in await connection.fetch(f'SELECT * FROM "{name}"')
        ]
    finally:
        await connection.close()
    return {"rows": "\n".join(rows).encode(), **files(folder)}


def self_test(canaries: Canaries) -> None:
    """Assert that each disguise would be seen: a search that finds nothing proves nothing else."""
    word = canaries.word()
    hidden = [
        word.encode(), word[::-1].encode(), word.encode().hex().encode(), word.encode("utf-16-le"),
        gzip.compress(b"x" * 99 + word.encode()), zlib.compress(word.encode()),
        word[:12].encode() + b"\n\n" + word[12:].encode(),
        *(base64.b64encode(b"abc"[:shift] + word.encode()) for shift in range(3)),
    ]  # fmt: skip
    for one in hidden:
        assert canaries.found_in(b"junk" + one + b"junk"), one
    assert canaries.found_in(b"junk" * 1000) == []
