"""The doctor on chat: which platforms are up, and what did not arrive."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from world.console import Console
from world.desk import Desk

from bots.cli import chat_checks
from bots.cli.checks import State
from core.settings import Settings, load
from core.views import VERSION
from core.views.delivery import TroubleView

NONE = TroubleView(dead=0, without_account=0, waiting=0, unreachable=0, failed=0)


@contextmanager
def answering(said: object) -> Iterator[Settings]:
    """Serve this JSON everywhere, and yield settings that point there."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield load(_env_file=None, port=server.server_port)
        finally:
            server.shutdown()
            thread.join()


def part(name: str, *, ok: bool, required: bool = False) -> dict[str, object]:
    detail = "" if ok else "is being started"
    return {"name": name, "ok": ok, "ms": 0, "detail": detail, "required": required}


def test_each_platform_of_the_running_server_shows_and_its_own_parts_do_not() -> None:
    parts = [part("database", ok=False, required=True), part("slack", ok=False)]
    parts += [part("web", ok=True), part("teams", ok=True)]
    with answering({"version": VERSION, "parts": parts}) as settings:
        up, down = chat_checks.platforms(settings)

    assert (up.state, up.found) == (State.OK, "Up: web, teams.")
    assert (down.state, down.found) == (State.WARN, "slack: is being started.")
    assert down.advice


@pytest.mark.parametrize("said", [["not", "ours"], {"parts": [1]}, {"version": "1", "parts": []}])
def test_where_no_tokenpool_runs_no_platform_shows(said: object) -> None:
    with answering(said) as settings:
        assert chat_checks.platforms(settings) == []


def test_without_a_port_of_its_own_nobody_is_asked() -> None:
    assert chat_checks.platforms(load(_env_file=None, port=0)) == []


def test_a_running_server_says_that_its_web_chat_is_up(shell: Console, bare: Desk) -> None:
    with shell.serving() as server:
        port = server.url.rpartition(":")[2]
        said = bare.run("doctor", "--json", TOKENPOOL_PORT=port).json["checks"]

    assert [one["found"] for one in said if one["name"] == "chat"] == ["Up: web."]


@pytest.mark.parametrize(
    ("trouble", "found"),
    [
        (NONE, ["All of this week were delivered."]),
        (
            replace(NONE, dead=3, without_account=1),
            ["1 notice of this week had nowhere to go.",
             "2 notices of this week could not be delivered."],
        ),
        (replace(NONE, waiting=1), ["1 notice failed and will be tried again."]),
        (
            replace(NONE, unreachable=2),
            ["All of this week were delivered.", "2 chat accounts cannot be written to."],
        ),
        (
            replace(NONE, failed=1),
            ["All of this week were delivered.", "1 message or click failed."],
        ),
    ],
)  # fmt: skip
def test_what_did_not_arrive_is_counted_with_what_to_do(
    trouble: TroubleView, found: list[str]
) -> None:
    checks = chat_checks.delivery(trouble)

    assert [check.found for check in checks] == found
    for check in checks:
        assert (check.state is State.WARN) == bool(check.advice)


def test_the_doctor_looks_at_notices(desk: Desk) -> None:
    desk.made("admin", "create", "--email", "you@example.com")
    said = desk.run("doctor", "--json").json["checks"]

    assert [one["state"] for one in said if one["name"] == "notices"] == ["ok"]
