"""The doctor looks at a TokenPool at work: its file, its seals, its counters, its metrics."""

import pytest
from pydantic import SecretStr
from world.console import Console
from world.desk import Desk
from world.ports import readable_socket

from bots.cli import running_checks
from bots.cli.checks import State
from core.settings import Settings, load

DAY_MS = 86_400_000
TOKEN = "f3a9c1d2e4b5a6978877665544332211"


@pytest.mark.parametrize(("age_days", "state"), [(None, "ok"), (1, "ok"), (2, "warn")])
def test_a_journal_that_nobody_seals_is_told(age_days: int | None, state: str) -> None:
    now = 1_800_000_000_000
    sealed = None if age_days is None else now - age_days * DAY_MS

    assert running_checks.sealed(now, sealed).state == state


def test_metrics_are_scraped_as_prometheus_would(shell: Console) -> None:
    with shell.serving(TOKENPOOL_METRICS_TOKEN=TOKEN) as server:
        port = int(server.url.rpartition(":")[2])
        plain = load(_env_file=None, port=port)
        right, wrong = (
            plain.model_copy(update={"metrics_token": SecretStr(token)})
            for token in (TOKEN, TOKEN[::-1])
        )
        found = [running_checks.metrics(one)[0].state for one in (right, wrong, plain)]

    assert found == [State.OK, State.WARN, State.WARN]
    assert running_checks.metrics(nobody_there()) == []


def nobody_there() -> Settings:
    with readable_socket() as unheard:
        port = unheard.getsockname()[1]
    return load(_env_file=None, port=port)


def test_counters_in_redis_that_do_not_answer_are_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.made("admin", "create", "--email", "you@example.com")
    monkeypatch.setenv("TOKENPOOL_RATE_LIMITS_URL", "redis://127.0.0.1:9/0")
    ended = desk.run("doctor", "--json")

    found = {check["name"]: check for check in ended.json["checks"]}
    assert ended.code == 0
    assert found["rate limits"]["state"] == "warn"
    assert "nothing is limited" in found["rate limits"]["advice"]
    assert found["seal"]["state"] == "ok"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_file_is_told_with_what_to_do(desk: Desk, database_url: str) -> None:
    desk.made("admin", "create", "--email", "you@example.com")
    path = database_url.removeprefix("sqlite:///")
    with open(path, "r+b") as file:  # noqa: PTH123 - a path in a URL
        file.seek(10 * 4096)
        file.write(b"\xa5" * 4096 * 10)
    ended = desk.run("doctor", "--json")

    failed = [check for check in ended.json["checks"] if check["state"] == "fail"]
    assert (ended.code, failed[0]["name"]) == (1, "database")
    assert "damaged" in failed[0]["found"]
    assert "docs/OPERATIONS.md" in failed[0]["advice"]
