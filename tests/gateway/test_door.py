"""The door in front of a real uvicorn, spoken to by raw sockets on loopback."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from core.domain.errors import Code, Refusal
from core.settings import load
from gateway.door import Door, read_body
from gateway.handlers import install

MIB = 1024 * 1024
PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Heard:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])


async def length(_scope: Scope, receive: Receive, send: Send) -> None:
    body = b"%d" % len(await read_body(receive, MIB))
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def break_down(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("canary")


async def break_down_late(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    raise RuntimeError("canary")


async def refuse(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise Refusal(Code.LEDGER_BUSY, "Busy.")


def application() -> Door:
    settings = load(max_body_mib=1)
    app = FastAPI(redirect_slashes=False)
    install(app, settings)

    @app.get("/v1/models")
    def models() -> str:
        return "models"

    @app.get("/broken")
    def fail() -> None:
        raise RuntimeError("canary")

    @app.post("/v1/admin/users")
    def users(body: dict[str, str]) -> int:
        return len(body)

    hot = {
        ("POST", PATH): length,
        ("POST", "/v1/completions"): refuse,
        ("POST", "/v1/embeddings"): break_down,
        ("GET", "/v1/embeddings"): break_down_late,
    }
    return Door(app, hot, settings, hosts={"tp.test"})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve on a free port of loopback, in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listener.close()


def exchange(port: int, raw: bytes) -> bytes:
    """Send bytes as they are and return all that comes until the server closes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(raw)
        received = b""
        try:
            while chunk := connection.recv(65_536):
                received += chunk
        except ConnectionResetError:
            pass
        return received


def heard(raw: bytes) -> Heard:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Heard(int(first.split()[1]), headers, body)


def request(method: str, path: str, *headers: str, body: bytes = b"", host: str = "") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or '127.0.0.1'}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def ask(port: int, method: str, path: str, *headers: str, body: bytes = b"") -> Heard:
    size = [f"Content-Length: {len(body)}"] if body else []
    return heard(
        exchange(port, request(method, path, "Connection: close", *size, *headers, body=body))
    )


@pytest.mark.parametrize(
    "path", [PATH, "/chat/completions", "/v1/v1/chat/completions", f"{PATH}?beta=true"]
)
def test_a_hot_path_is_reached_by_each_of_its_names(port: int, path: str) -> None:
    answer = ask(port, "POST", path, body=b"hello")

    assert (answer.status, answer.body) == (200, b"5")
    assert re.fullmatch(r"req_[0-9a-z]{24}", answer.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/v1/models", "/models", "/v1/v1/models"])
def test_other_paths_reach_the_app_by_each_of_their_names(port: int, path: str) -> None:
    assert ask(port, "GET", path).body == b'"models"'


@pytest.mark.parametrize("path", ["/v1/models/", "//v1/models", "/v1/v1/v1/models", "//admin"])
def test_nobody_is_redirected(port: int, path: str) -> None:
    assert ask(port, "GET", path).status == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_a_wrong_method_on_a_hot_path_is_refused(port: int, method: str) -> None:
    answer = ask(port, method, PATH)

    assert (answer.status, answer.headers["allow"]) == (405, "post")


def test_an_answer_to_a_caller_stays_out_of_caches(port: int) -> None:
    private = ask(port, "GET", "/v1/models", "Authorization: Bearer x").headers
    public = ask(port, "GET", "/v1/models").headers

    assert (private["cache-control"], private["vary"]) == ("no-store", "authorization")
    assert "cache-control" not in public


SMUGGLED = b"0\r\n\r\n" + request("GET", "/v1/models")
AMBIGUOUS = {
    "both lengths": request(
        "POST", PATH, "Content-Length: 5", "Transfer-Encoding: chunked", body=SMUGGLED
    ),
    "two lengths": request("POST", PATH, "Content-Length: 5", "Content-Length: 5", body=b"hello"),
    "two different lengths": request(
        "POST", PATH, "Content-Length: 5", "Content-Length: 6", body=b"hello!"
    ),
    "two hosts": request("GET", "/v1/models", "Host: 127.0.0.1"),
    "two credentials": request(
        "GET", "/v1/models", "Authorization: Bearer a", "Authorization: Bearer b"
    ),
    "no host": b"GET /v1/models HTTP/1.0\r\n\r\n",
    "foreign host": request("GET", "/v1/models", host="evil.example"),
    "host with a path": request("GET", "/v1/models", host="127.0.0.1/health?"),
}


@pytest.mark.parametrize("raw", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_an_ambiguous_request_is_refused_and_the_connection_closed(port: int, raw: bytes) -> None:
    received = exchange(port, raw)

    assert heard(received).status == 400
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"models" not in received


def test_a_name_that_was_allowed_is_answered_to(port: int) -> None:
    raw = request("GET", "/v1/models", "Connection: close", host="tp.test:8000")

    assert heard(exchange(port, raw)).status == 200


def test_a_body_too_large_is_refused_before_it_is_sent(port: int) -> None:
    answer = heard(exchange(port, request("POST", PATH, f"Content-Length: {MIB + 1}")))

    assert (answer.status, answer.code) == (413, "request_too_large")
    assert answer.headers["connection"] == "close"


def test_a_body_of_just_the_limit_is_taken(port: int) -> None:
    assert ask(port, "POST", PATH, body=b"x" * MIB).body == b"%d" % MIB


def test_a_stranger_s_form_is_not_parsed_if_that_would_hold_up_others(port: int) -> None:
    """F-11: FastAPI reads it before it looks at the key, and so do we."""
    many = b"[" + b"[]," * 100_000 + b"0]"

    answer = ask(port, "POST", "/v1/admin/users", body=many)

    assert (answer.status, answer.code) == (413, "request_too_large")


@pytest.mark.parametrize("path", [PATH, "/v1/admin/users"])
def test_a_chunked_body_is_counted_while_it_is_read(port: int, path: str) -> None:
    kind = "Content-Type: application/json"
    head = request("POST", path, "Transfer-Encoding: chunked", kind)
    body = b"%x\r\n%s\r\n" % (MIB + 1, b"x" * (MIB + 1))

    answer = heard(exchange(port, head + body))

    assert (answer.status, answer.code) == (413, "request_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":"1","a":"2"}',
        b'{"b":{"a":"1","a":"2"}}',
        b'{"a":9007199254740993}',
        b'{"a":' + b"[" * 33 + b"]" * 33 + b"}",
        b"[" * 100_000 + b"]" * 100_000,
        b"a=1",
    ],
)
def test_a_route_of_the_app_gets_sound_json_only(port: int, body: bytes) -> None:
    kind = "Content-Type: application/json"
    answer = ask(port, "POST", "/v1/admin/users", kind, body=body)

    assert (answer.status, answer.code) == (400, "invalid_json")


def test_sound_json_reaches_a_route_of_the_app(port: int) -> None:
    kind = "Content-Type: application/json"

    assert ask(port, "POST", "/v1/admin/users", kind, body=b'{"a":"\xc3\xa9"}').body == b"1"


def test_a_small_chunked_body_is_taken(port: int) -> None:
    head = request("POST", PATH, "Connection: close", "Transfer-Encoding: chunked")

    assert heard(exchange(port, head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")).status == 200


@pytest.mark.parametrize(
    "headers", [[f"X-{at}: x" for at in range(2_000)], ["X-Long: " + "x" * 17_000]]
)
def test_too_many_or_too_long_headers_are_refused(port: int, headers: list[str]) -> None:
    answer = heard(exchange(port, request("GET", "/v1/models", *headers)))

    assert answer.status in {400, 431}


def test_a_refusal_of_a_hot_handler_becomes_its_answer(port: int) -> None:
    answer = ask(port, "POST", "/v1/completions")

    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "ledger_busy", "2")


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/embeddings"), ("GET", "/broken")])
def test_what_breaks_is_told_and_logged_without_its_words(
    port: int, method: str, path: str
) -> None:
    with capture_logs() as events:
        answer = ask(port, method, path)

    assert (answer.status, answer.code) == (500, "internal_error")
    assert b"canary" not in answer.body
    assert [event["error"] for event in events] == ["RuntimeError"]
    assert events[0]["request_id"].lower() == answer.headers["x-request-id"]
    assert events[0]["at"].startswith(("test_door:", "tests.gateway.test_door:"))
    assert "canary" not in str(events)


def test_an_answer_that_breaks_off_is_cut_and_not_finished(port: int) -> None:
    with capture_logs():
        received = exchange(port, request("GET", "/v1/embeddings"))

    assert not received.endswith(b"0\r\n\r\n")
    assert b"error" not in received
