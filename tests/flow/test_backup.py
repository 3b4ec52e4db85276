"""`tokenpool backup` and `restore`: under load, and whatever may be wrong (F-63)."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from flow.upstreams import Upstream
from pydantic import SecretStr
from world.backups import Places, drill, places_of, silently

from core.service import backup as backups
from core.service import membership
from core.service.start import only_server, open_core
from core.service.upkeep import heartbeat
from core.settings import Settings, SettingsError
from core.store.database import sqlite_path

SECRET = "0123456789abcdef" * 4
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def places(
    settings: Settings,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Places:
    return places_of(settings, tmp_path, request, monkeypatch)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_backups_taken_under_load_restore_to_a_ledger_whose_audit_is_clean(
    places: Places, provider: Upstream
) -> None:
    first, second = await drill(places, provider, count=2)

    assert first.findings == second.findings == ()
    assert first.calls > 0
    assert first.transfers < second.transfers
    assert [name for name in names(places.folder) if name.startswith(".")] == []
    assert (places.folder / "backup_0").stat().st_mode & 0o777 == 0o600


async def test_it_overwrites_nothing_and_restores_only_into_an_empty_place(
    places: Places,
) -> None:
    kept = places.folder / "kept"
    kept.write_text("precious")
    async with only_server(places.settings), open_core(places.settings) as core:
        with pytest.raises(SettingsError, match="exists already and was not touched"):
            await places.backup("kept")
        made = await places.backup("made")
        await heartbeat(core)  # as a server does
        with pytest.raises(SettingsError, match=r"already serves|runs on this database"):
            await backups.restore(places.settings, made, silently)
    async with places.fresh("other") as other:
        async with open_core(other) as core:
            await membership.first_admin(core)
        with pytest.raises(SettingsError, match=r"holds data.*only fills an empty place"):
            await backups.restore(other, made, silently)

    assert kept.read_text() == "precious"


async def test_a_folder_that_is_not_there_yet_is_made_for_its_owner_only(places: Places) -> None:
    """As the manual has it: `tokenpool backup backups/$(date +%F)`, in a fresh clone."""
    async with open_core(places.settings):
        made = await places.backup("backups/deep/today")

    assert made.stat().st_size > 0
    assert made.parent.stat().st_mode & 0o777 == 0o700


async def test_what_is_no_backup_or_damaged_or_of_the_other_kind_is_refused(
    places: Places,
) -> None:
    said = {}
    files = {"sqlite": b"SQLite format 3\x00", "dump": b"PGDMP", "text": b"hello"}
    async with places.fresh("empty") as empty:
        for name, magic in files.items():
            (places.folder / name).write_bytes(magic + b"torn" * 100)
        for name in (*files, "nowhere"):
            with pytest.raises(SettingsError) as caught:
                await backups.restore(empty, places.folder / name, silently)
            said[name] = str(caught.value)

    own, other = ("dump", "sqlite") if places.postgres else ("sqlite", "dump")
    assert "is a backup of" in said[other]
    assert "is damaged" in said[own] or "pg_restore failed" in said[own]
    assert "is no backup" in said["text"]
    assert "cannot be read: No such file" in said["nowhere"]
    assert not (places.folder / "empty" / "tokenpool.db").exists()


@on_sqlite
async def test_a_backup_of_another_secret_key_is_not_put_in_place(places: Places) -> None:
    async with open_core(places.settings):
        made = await places.backup("made")
    async with places.fresh("new") as new:
        other = new.model_copy(update={"secret_key": SecretStr(SECRET[::-1])})
        with pytest.raises(SettingsError, match="is not the one this database was made with"):
            await backups.restore(other, made, silently)

    assert names(places.folder / "new") == ["tokenpool.lock"]


@on_sqlite
async def test_an_unsound_database_gives_no_backup(places: Places) -> None:
    path = sqlite_path(places.settings.database_url)
    spoil(path, page=3)
    with pytest.raises(SettingsError, match=r"could not be copied|is not sound"):
        await places.backup("made")

    assert "made" not in names(places.folder)


def spoil(path: Path, page: int) -> None:
    """Overwrite a page as a failing disk does."""
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)


@on_sqlite
async def test_a_restored_file_is_sound(places: Places, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, places.folder / "old")
    async with places.fresh("new") as new:
        await backups.restore(new, places.folder / "old", silently)
        with sqlite3.connect(sqlite_path(new.database_url)) as connection:
            assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
