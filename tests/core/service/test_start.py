"""The secret key that is made, kept, and refused where it cannot be right."""

import threading
from pathlib import Path

import pytest

from core.service.start import database_url, load_pepper, only_server
from core.settings import Settings, SettingsError, load


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    return load(_env_file=None, data_dir=tmp_path / "data")


def test_a_key_is_made_once_for_its_owner_alone(plain: Settings) -> None:
    first = load_pepper(plain)

    assert load_pepper(plain) == first
    kept = plain.data_dir / "secret_key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert plain.data_dir.stat().st_mode & 0o777 == 0o700
    assert list(plain.data_dir.iterdir()) == [kept]


def test_the_folder_of_a_database_is_for_its_owner_alone(plain: Settings) -> None:
    """SQLite makes its files for everybody to read, as far as the umask lets them."""
    database_url(plain)

    assert plain.data_dir.stat().st_mode & 0o777 == 0o700


def test_many_that_start_at_once_agree_on_one_key(plain: Settings) -> None:
    found: set[bytes] = set()
    threads = [threading.Thread(target=lambda: found.add(load_pepper(plain))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 1


@pytest.mark.parametrize("content", [b"", b"\n", b"half a key", b"\xff" * 64])
def test_a_damaged_key_is_never_used(plain: Settings, content: bytes) -> None:
    plain.data_dir.mkdir()
    (plain.data_dir / "secret_key").write_bytes(content)

    with pytest.raises(SettingsError, match="secret_key"):
        load_pepper(plain)


def test_a_data_folder_that_is_a_file_is_told(plain: Settings) -> None:
    plain.data_dir.write_text("no folder")

    with pytest.raises(SettingsError, match="TOKENPOOL_DATA_DIR"):
        load_pepper(plain)


async def test_a_lock_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tokenpool.lock").mkdir()

    with pytest.raises(SettingsError, match=r"tokenpool\.lock cannot be written"):
        async with only_server(load(_env_file=None, data_dir=tmp_path)):
            pass
