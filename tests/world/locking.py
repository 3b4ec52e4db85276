"""Another process that holds the write lock of a SQLite file."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.store.database import sqlite_path

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """Let another process hold the file's write lock."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOCKER, str(sqlite_path(url)), stdin=pipe, stdout=pipe
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"locked\n"
    try:
        yield
    finally:
        await process.communicate(b"")
