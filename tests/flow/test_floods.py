"""F-110: what a connection may bring costs memory only within bounds."""

import asyncio
import select
import socket
import time
from pathlib import Path

from flow.processes import serve_process
from flow.test_hostile_sockets import CHAT, HOST, MIB, exchange, head, status

LAST = head("GET /health/live HTTP/1.1", HOST, "Connection: close")


def resident_mib(pid: int) -> float:
    line = next(
        one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in one
    )
    return int(line.split()[1]) / 1024


async def test_f_110_memory_stays_while_200_mib_come(sqlite_url: str, tmp_path: Path) -> None:
    """A body without a length is counted, whoever sends it; + 30 MB at most."""
    (tmp_path / "tokenpool.toml").write_text("")
    async with serve_process(sqlite_url, tmp_path) as (served,):
        port = int(served.url.rpartition(":")[2])
        bearer = f"Authorization: Bearer {served.admin_key}"
        lines = (CHAT, HOST, bearer, "Transfer-Encoding: chunked")
        await exchange(port, head("GET /v1/models HTTP/1.1", HOST, bearer, "Connection: close"))
        before = resident_mib(served.process.pid)
        heard = await asyncio.to_thread(_pour, port, head(*lines))
        grown = resident_mib(served.process.pid) - before

    assert status(heard) in {413, 0}, heard[:200]
    assert grown < 30, grown


def _pour(port: int, begin: bytes) -> bytes:
    """Send 200 MiB in chunks until the server has had enough; return what it said."""
    chunk = b"%x\r\n%s\r\n" % (MIB, b"x" * MIB)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            connection.sendall(begin)
            for _ in range(200):
                connection.sendall(chunk)
        except OSError:
            pass
        else:
            raise AssertionError("the server took 200 MiB")
        try:
            return connection.recv(65_536)
        except OSError:
            return b""


async def test_f_110_memory_stays_while_requests_come_that_wait_for_no_answer(
    sqlite_url: str, tmp_path: Path
) -> None:
    """As many as the line takes, from somebody without a key, who reads; + 30 MB at most."""
    (tmp_path / "tokenpool.toml").write_text("")
    async with serve_process(sqlite_url, tmp_path) as (served,):
        port = int(served.url.rpartition(":")[2])
        await exchange(port, LAST)
        before = resident_mib(served.process.pid)
        answered = await asyncio.to_thread(_flood, port, head("GET / HTTP/1.1", HOST))
        grown = resident_mib(served.process.pid) - before
        alive = await exchange(port, LAST)

    assert status(alive) == 200
    assert answered > 100, answered
    assert grown < 30, grown


def _flood(port: int, one: bytes) -> int:
    """Send requests and take answers for three seconds; return how many were answered."""
    ahead, answered, until = one * 10_000, 0, time.monotonic() + 3
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.settimeout(0)
        left = memoryview(ahead)
        while time.monotonic() < until:
            readable, writable, _ = select.select([connection], [connection], [], 0.1)
            if writable:
                left = left[connection.send(left) :] or memoryview(ahead)
            if readable:
                answered += connection.recv(2**20).count(b"HTTP/1.1 404")
    return answered
