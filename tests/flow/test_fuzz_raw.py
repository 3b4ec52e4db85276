"""Bent requests as bytes on a socket, to a server started as people start it (faults.md G4)."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx
from flow.processes import Process, serve_process
from world.fuzz import Bender, Thrown
from world.whole import FOREIGN

MANY = 120
AT_ONCE = 8
GARBAGE = (
    b"", b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n",
    b"GET http://x/health HTTP/1.1\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"POST /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
    b"POST /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"GET /health HTTP/1.1\r\n X: y\r\n\r\n",
)  # fmt: skip
"""What is not even a request."""


def written(thrown: Thrown) -> bytes:
    """Return the bytes of a request; its own framing headers win over ours, however wrong."""
    target = thrown.raw_path + (b"?" + thrown.query if thrown.query else b"")
    lines = [b"%s %s HTTP/1.1" % (thrown.method.encode(), target)]
    lines += [name + b": " + value for name, value in thrown.headers]
    if not {b"content-length", b"transfer-encoding"} & {name for name, _ in thrown.headers}:
        lines.append(b"content-length: %d" % len(thrown.body))
    return b"\r\n".join([*lines, b"connection: close", b"", thrown.body])


async def status_of(process: Process, sent: bytes) -> int:
    """Send bytes and half-close; return the status, 0 if the server just closed."""
    host, _, port = process.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(30):
            first = await reader.readline()
    except ConnectionError:
        return 0
    finally:
        writer.close()
    return int(first.split()[1]) if first.startswith(b"HTTP/1.1 ") else 0


async def test_no_bytes_on_a_socket_break_the_server(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "tokenpool.toml").touch()
    log = tmp_path / "log.txt"
    statuses: Counter[int] = Counter()
    async with serve_process(sqlite_url, tmp_path, log=log) as [process]:
        ana = await process.member("ana", 5000)
        bender = Bender(5, (ana.key, process.admin_key, "tp_x"), process.admin_key)
        bender.ids = dict.fromkeys(FOREIGN, "demo")
        sent = [*GARBAGE, *map(written, bender.requests(MANY))]
        for at in range(0, len(sent), AT_ONCE):
            batch = (status_of(process, one) for one in sent[at : at + AT_ONCE])
            statuses.update(await asyncio.gather(*batch))
        async with httpx.AsyncClient() as http:
            health = await http.get(process.url + "/health")
    said = log.read_text()

    assert [status for status in statuses if status >= 500] == []
    assert {200, 400, 401} <= set(statuses), statuses
    assert health.status_code == 200
    assert "Traceback" not in said
    assert "unexpected_error" not in said
