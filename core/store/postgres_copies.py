"""PostgreSQL databases as a whole, by the server's own pg_dump and pg_restore."""

import asyncio
import os
import shutil
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import asyncpg

from core.settings import SettingsError
from core.store.sqlite_copies import HARMLESS

MAGIC = b"PGDMP"
CONNECT_SECONDS = 5.0
READ_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
READ_SERVERS = "SELECT count(*) FROM lease WHERE name LIKE 'instance:%' AND until_ms > $1"
RESTORE = ("--single-transaction", "--exit-on-error", "--clean", "--if-exists")


async def dump(url: str, target: Path) -> None:
    """Write a snapshot of the database to a file; the server goes on meanwhile."""
    await _run("pg_dump", url, "--format=custom", "--no-owner", f"--file={target}")
    await _run("pg_restore", "", "--list", str(target))


async def put_back(url: str, source: Path) -> None:
    """Put a dump into a database, all of it or nothing."""
    await _run("pg_restore", url, *RESTORE, "--no-owner", "--no-privileges", str(source))


async def holds_rows(url: str) -> bool:
    """Return whether there is anything in a database that could be lost."""
    connection = await _connected(url)
    try:
        names = {row[0] for row in await connection.fetch(READ_TABLES)} - HARMLESS
        for name in names:
            asked = f'SELECT EXISTS (SELECT 1 FROM public."{name}")'  # noqa: S608 - names of its own tables
            if await connection.fetchval(asked):
                return True
        return False
    finally:
        await connection.close()


async def servers(url: str, now_ms: int) -> int:
    """Return how many TokenPools run on a database."""
    connection = await _connected(url)
    try:
        return int(await connection.fetchval(READ_SERVERS, now_ms))
    except asyncpg.UndefinedTableError:
        return 0
    finally:
        await connection.close()


async def _connected(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise SettingsError(
            f"TOKENPOOL_DATABASE_URL: the database cannot be reached ({type(error).__name__})."
        ) from None


async def _run(program: str, url: str, *words: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise SettingsError(
            f"{program} is needed, of the server's version or newer, and is not in PATH. Debian,"
            " Ubuntu: apt install postgresql-client. macOS: brew install libpq. With Docker it is"
            " in the database's container: see docs/OPERATIONS.md."
        )
    address, password = _apart(url)
    own = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    where = (f"--dbname={address}",) if url else ()
    process = await asyncio.create_subprocess_exec(
        found,
        *where,
        *words,
        env=own,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except BaseException:
        process.kill()
        raise
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise SettingsError(f"{program} failed: {lines[0] if lines else process.returncode}")


def _apart(url: str) -> tuple[str, str]:
    """Return a URL without its password, and the password: `ps` shows arguments to everybody."""
    parts = urlsplit(url)
    who, _, hosts = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    asked = parse_qsl(parts.query)
    inside = dict(asked).get("password", "")
    query = urlencode([(name, value) for name, value in asked if name != "password"])
    netloc = f"{user}@{hosts}" if user else hosts
    address = f"{parts.scheme}://{netloc}{parts.path}{'?' if query else ''}{query}"
    return address, unquote(password) or inside
