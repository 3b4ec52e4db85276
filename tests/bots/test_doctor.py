"""The doctor finds what is wrong and says what to do."""

import asyncio
import socket
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from world.console import Console
from world.desk import Desk

from bots.cli import checks
from bots.cli.checks import State
from core.service.checkup import Schema
from core.settings import load

SECRET = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def _free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENPOOL_PORT", "0")


def examined(desk: Desk, code: int, **settings: str) -> dict[str, Any]:
    """Return the doctor's checks by name, the worst of each."""
    ended = desk.run("doctor", "--json", **settings)
    assert ended.code == code, ended.out
    assert ended.json["ok"] is (code == 0)
    order = [State.OK, State.WARN, State.FAIL]
    found = sorted(ended.json["checks"], key=lambda check: order.index(check["state"]))
    assert all(check["advice"] for check in found if check["state"] != "ok")
    return {check["name"]: check for check in found}


def execute(url: str, sql: str) -> None:
    """Change a database behind TokenPool's back."""

    async def on_postgres() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        await connection.close()

    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute(sql)
        connection.close()
    else:
        asyncio.run(on_postgres())


def test_before_the_first_start_it_warns_and_makes_nothing(bare: Desk) -> None:
    found = examined(bare, 0)

    assert found["database"]["state"] == "warn"
    assert "tokenpool serve" in found["database"]["advice"]
    assert found["models"]["state"] == "warn"
    assert list(bare.folder.iterdir()) == []


def test_a_database_with_an_administrator_is_well(desk: Desk) -> None:
    assert examined(desk, 1)["administrator"]["state"] == "fail"
    desk.made("admin", "create", "--email", "you@example.com")
    found = examined(desk, 0)

    names = ("settings", "data folder", "database", "secret key", "administrator", "clock", "port")
    assert {found[name]["state"] for name in (*names, "ledger")} == {"ok"}


def test_people_read_a_line_for_each_check_and_what_to_do(desk: Desk) -> None:
    said = desk.run("doctor")

    assert said.code == 1
    assert "ok    database       It is reachable and its tables are current.\n" in said.out
    assert "fail  administrator  There is none: nobody can add people.\n" in said.out
    assert "\n                     Run `tokenpool admin create --email" in said.out


def test_another_secret_key_is_a_failure(desk: Desk) -> None:
    desk.made("admin", "create", "--email", "you@example.com")
    found = examined(desk, 1, TOKENPOOL_SECRET_KEY=SECRET)

    assert found["secret key"]["state"] == "fail"
    assert SECRET not in str(found)


def test_a_changed_balance_is_a_failure(desk: Desk, database_url: str) -> None:
    desk.made("user", "create", "ada@example.com", "--quota", "5k")
    desk.made("user", "quota", "ada@example.com", "6k")
    execute(database_url, "UPDATE balance SET posted = posted + 1")

    assert examined(desk, 1)["ledger"]["found"].startswith("2 findings; the first: ")
    audited = desk.run("audit")
    assert audited.code == 1
    assert "Everything agrees" not in audited.out
    assert "2 findings." in audited.err


def test_a_newer_database_is_a_failure_and_is_left_alone(desk: Desk, database_url: str) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")

    assert "newer TokenPool" in examined(desk, 1)["database"]["found"]


def test_a_clock_behind_the_journal_is_a_failure(desk: Desk, database_url: str) -> None:
    desk.made("admin", "create", "--email", "you@example.com")
    execute(database_url, "UPDATE audit_event SET at_ms = at_ms + 3600000")

    assert examined(desk, 1)["clock"]["state"] == "fail"


def test_an_unreachable_database_is_told_and_the_rest_is_looked_at(bare: Desk) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:9/pool"
    found = examined(bare, 1, TOKENPOOL_DATABASE_URL=url)

    assert found["database"]["state"] == "fail"
    assert "hunter2" not in str(found)
    assert found["port"]["state"] == "ok"


def test_wrong_settings_are_told_one_by_one(bare: Desk) -> None:
    ended = bare.run("doctor", "--json", TOKENPOOL_PORT="x", TOKENPOOL_PERIOD="y")

    assert ended.code == 1
    assert [check["found"] for check in ended.json["checks"]] == [
        "TOKENPOOL_PORT must be a whole number from 0 to 65535.",
        "TOKENPOOL_PERIOD must be month, week or day.",
    ]


def test_a_misspelt_setting_in_the_env_file_is_a_warning(bare: Desk) -> None:
    (bare.folder / ".env").write_text("TOKENPOOL_PROT=9000\n")

    assert "Did you mean TOKENPOOL_PORT?" in examined(bare, 0)["settings"]["found"]


def test_a_data_folder_that_is_a_file_is_a_failure(bare: Desk) -> None:
    (bare.folder / "data").write_text("no folder")

    assert examined(bare, 1)["data folder"]["state"] == "fail"


def test_models_without_a_key_or_a_price_are_warnings_with_what_to_do(bare: Desk) -> None:
    (bare.folder / "tokenpool.toml").write_text(
        '[[models]]\nname = "small"\nupstream = "openai/gpt-4o-mini"\n'
        '[[models]]\nname = "mine"\nupstream = "vllm/own"\napi_base = "http://127.0.0.1:1/v1"\n'
    )
    said = [one for one in bare.run("doctor", "--json").json["checks"] if one["name"] == "models"]

    assert [one["state"] for one in said] == ["warn", "warn", "warn"]
    assert said[1]["advice"] == "Put OPENAI_API_KEY into .env, and start again."
    assert "price" in said[2]["advice"]
    (bare.folder / "tokenpool.toml").write_text("[[models]]\n")
    assert examined(bare, 1)["models"]["state"] == "fail"


def test_models_that_can_be_called_are_counted(bare: Desk) -> None:
    found = examined(bare, 0, OPENAI_API_KEY="sk-of-a-test")

    assert found["models"]["state"] == "ok"
    assert "sk-of-a-test" not in str(found)


def test_the_port_of_a_running_tokenpool_is_well(shell: Console, bare: Desk) -> None:
    with shell.serving() as server:
        port = server.url.rpartition(":")[2]
        found = examined(bare, 0, TOKENPOOL_PORT=port)

    assert found["port"]["found"].startswith("TokenPool 0.1.0 answers")
    assert "is free" in examined(bare, 0, TOKENPOOL_PORT=port)["port"]["found"]


def test_the_port_of_another_program_is_a_failure(bare: Desk) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'["not", "a", "TokenPool"]')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        found = examined(bare, 1, TOKENPOOL_PORT=str(other.server_port))
        other.shutdown()
        thread.join()

    assert found["port"]["state"] == "fail"


def test_a_program_that_hangs_up_is_no_tokenpool() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:

        def hang_up() -> None:
            for _ in range(2):
                mute.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        found = checks.port(load(_env_file=None, port=mute.getsockname()[1]))
        thread.join()

    assert found.state is State.FAIL


def test_an_address_that_cannot_be_resolved_is_a_warning() -> None:
    found = checks.port(load(_env_file=None, host="no-such-host.invalid", port=8000))

    assert found.state is State.WARN


@pytest.mark.parametrize(("mib", "state"), [(50, State.FAIL), (500, State.WARN), (5000, State.OK)])
def test_little_room_is_told_before_there_is_none(
    mib: int, state: State, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    room = type("Room", (), {"free": mib * 1024 * 1024})
    monkeypatch.setattr("shutil.disk_usage", lambda _path: room)

    assert checks.folder(load(_env_file=None, data_dir=tmp_path / "new" / "data")).state is state


def test_older_tables_are_a_warning() -> None:
    assert checks.tables(Schema.OLDER).state is State.WARN


def test_a_clock_from_before_the_first_version_is_a_failure() -> None:
    assert checks.clock(0, 0).state is State.FAIL


def test_it_says_who_can_sign_up_and_warns_of_a_team_that_is_not_there(desk: Desk) -> None:
    desk.made("admin", "create", "--email", "you@example.com")
    desk.made("team", "create", "Blue Team", "--pool", "5")
    signup = {"TOKENPOOL_SIGNUP_DOMAINS": "x.example", "TOKENPOOL_SIGNUP_QUOTA": "1500"}

    assert "signing up" not in examined(desk, 0)
    alone = examined(desk, 0, **signup)["signing up"]
    seated = examined(desk, 0, **signup, TOKENPOOL_SIGNUP_TEAM="blue-team")["signing up"]
    lost = examined(desk, 0, **signup, TOKENPOOL_SIGNUP_TEAM="blue")["signing up"]

    assert (alone["state"], seated["state"], lost["state"]) == ("ok", "ok", "warn")
    assert alone["found"].endswith("x.example becomes a member with 1,500 credits in each period.")
    assert seated["found"].endswith("period, in blue-team.")
    assert "no team blue" in lost["found"]
