"""A full disk, a place that cannot be written, a damaged file: never a fresh ledger."""

import asyncio
import resource
import sqlite3
from pathlib import Path

import httpx
import pytest
from flow.processes import serve_process
from flow.serving import TOML
from flow.upstreams import Upstream

from core.service import checkup, membership
from core.service.start import only_server, open_core
from core.settings import Settings, SettingsError
from core.store import sqlite_copies
from core.store.database import sqlite_path

PAGE = 4096
RECOVERS_SECONDS = 5
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def file(settings: Settings) -> Path:
    """A database that a server has used and left."""
    path = sqlite_path(settings.database_url)
    async with only_server(settings), open_core(settings) as core:
        await membership.first_admin(core)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
    connection.close()
    return path


def content(file: Path) -> bytes:
    return file.read_bytes()


def put(file: Path, content: bytes | bytearray) -> None:
    file.write_bytes(content)


def drop(file: Path) -> None:
    file.unlink()


def there(file: Path) -> bool:
    return file.exists()


async def refusal(settings: Settings) -> str:
    """Return why a server does not start, empty if it does."""
    try:
        async with only_server(settings), open_core(settings):
            return ""
    except SettingsError as error:
        return str(error)


@on_sqlite
async def test_a_damaged_page_stops_the_start_and_nothing_is_written(
    settings: Settings, file: Path
) -> None:
    """F-62: every page of the file in turn."""
    sound = content(file)
    passed = []
    for number in range(len(sound) // PAGE):
        spoilt = bytearray(sound)
        spoilt[number * PAGE : (number + 1) * PAGE] = b"\xa5" * PAGE
        put(file, spoilt)
        said = await refusal(settings)
        if "tokenpool restore" not in said or content(file) != spoilt:
            passed.append((number, said))
    put(file, sound)

    assert len(sound) // PAGE > 40
    assert passed == []
    assert await refusal(settings) == ""


@on_sqlite
@pytest.mark.parametrize("left", [0, 100, 3 * PAGE])
async def test_a_file_that_was_cut_off_does_not_become_a_fresh_ledger(
    settings: Settings, file: Path, left: int
) -> None:
    put(file, content(file)[:left])
    said = await refusal(settings)

    assert "tokenpool restore" in said
    assert len(content(file)) == left


@on_sqlite
@pytest.mark.parametrize("gone", [True, False])
async def test_an_emptied_file_loses_neither_its_past_nor_its_log(
    settings: Settings, file: Path, *, gone: bool
) -> None:
    """Whoever opens it first: a server, a command beside none, the doctor, or a restore (F-62)."""
    log = Path(f"{file}-wal")
    put(log, b"committed")
    put(file, b"")
    if gone:
        drop(file)
    with pytest.raises(SettingsError, match="tokenpool restore"):
        async with open_core(settings):
            pass
    said = await refusal(settings)
    found, kept = checkup.fault(settings), sqlite_copies.holds_rows(file)

    assert "tokenpool restore" in said
    assert found == f"it is {'gone' if gone else 'empty'}, but {log.name} beside it holds data"
    assert kept
    assert content(log) == b"committed"
    assert there(file) is not gone


@on_sqlite
async def test_a_server_that_was_killed_leaves_a_file_that_is_not_new(settings: Settings) -> None:
    """The mark is made as soon as there are tables, not when a server ends well."""
    path = sqlite_path(settings.database_url)
    async with only_server(settings), open_core(settings):
        marked = path.with_suffix(".lock").read_text()
    path.write_bytes(b"")
    with pytest.raises(SettingsError, match="used it before"):
        async with open_core(settings):
            pass

    assert marked == "used\n"
    assert path.read_bytes() == b""


@on_sqlite
async def test_a_place_that_cannot_be_written_stops_the_start(settings: Settings) -> None:
    """F-61."""
    nowhere = settings.model_copy(update={"database_url": "sqlite:////proc/tokenpool/pool.db"})

    assert (await refusal(nowhere)).startswith("TOKENPOOL_DATA_DIR: ")


@on_sqlite
async def test_a_full_disk_is_a_503_without_a_post_and_works_again_once_there_is_room(
    database_url: str, provider: Upstream, tmp_path: Path
) -> None:
    """F-60; the disk is full as far as this process can see: no file may grow."""
    (tmp_path / "tokenpool.toml").write_text(TOML.format(base=provider.base))
    async with serve_process(database_url, tmp_path) as [process]:
        member, pid = await process.member("ann", 1000), process.process.pid
        body = {"model": "mock", "messages": [{"role": "user", "content": "n"}]}
        async with httpx.AsyncClient(timeout=30, headers=member.headers) as client:

            async def call() -> int:
                url = f"{process.url}/v1/chat/completions"
                return (await client.post(url, json=body)).status_code

            soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            before = await call()
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (PAGE, hard))
            posts = provider.calls
            full = [await call() for _ in range(3)]
            ready = await client.get(f"{process.url}/health/ready")
            live = await client.get(f"{process.url}/health/live")
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
            async with asyncio.timeout(RECOVERS_SECONDS):
                while await call() != 200:
                    await asyncio.sleep(0.05)
        await process.assert_clean()
        sound = await process.rows("SELECT count(*) FROM hold WHERE state = 'open'")

    assert (before, full, provider.calls) == (200, [503] * 3, posts + 1)
    assert (ready.status_code, live.status_code) == (503, 200)
    assert sound[0][0] == 0
    with sqlite3.connect(sqlite_path(database_url)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
