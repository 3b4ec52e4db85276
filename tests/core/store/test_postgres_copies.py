"""pg_dump is told its password by the environment: everybody can read a process's arguments."""

import pytest

from core.store.postgres_copies import _apart


@pytest.mark.parametrize(
    ("url", "address", "password"),
    [
        ("postgresql://ann:p%40ss%2F@db.x/pool", "postgresql://ann@db.x/pool", "p@ss/"),
        ("postgres://ann@db.x:5433/pool", "postgres://ann@db.x:5433/pool", ""),
        (
            "postgresql://ann@/pool?host=%2Ftmp%2Fpg&password=hunter2",
            "postgresql://ann@/pool?host=%2Ftmp%2Fpg",
            "hunter2",
        ),
        ("postgresql://a:b@one,two:5433/p", "postgresql://a@one,two:5433/p", "b"),
        ("postgresql:///pool", "postgresql:///pool", ""),
    ],
)
def test_the_password_is_parted_from_the_address(url: str, address: str, password: str) -> None:
    assert _apart(url) == (address, password)
