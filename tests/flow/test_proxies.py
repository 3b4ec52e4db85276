"""Behind a reverse proxy: a stranger's wrong keys count for that stranger."""

from pathlib import Path

import httpx
from flow.processes import serve_process

MOST_A_MINUTE = 20
ME = "/v1/users/me"


async def guess(http: httpx.AsyncClient, address: str) -> int:
    headers = {"authorization": "Bearer tp_wrong", "x-forwarded-for": f"198.51.100.9, {address}"}
    return (await http.get(ME, headers=headers)).status_code


async def test_wrong_keys_of_one_stranger_shut_out_nobody_else(
    sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / "tokenpool.toml").touch()
    async with (
        serve_process(sqlite_url, tmp_path) as [process],
        httpx.AsyncClient(base_url=process.url, timeout=30) as http,
    ):
        guesses = [await guess(http, "192.0.2.7") for _ in range(MOST_A_MINUTE + 1)]
        other = await guess(http, "192.0.2.8")

    assert guesses == [401] * MOST_A_MINUTE + [429]
    assert other == 401
