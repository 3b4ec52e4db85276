"""`tokenpool serve`, started the way people start it."""

import json
import re
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from world.console import KEY, Console

from core.domain.keys import ID_LENGTH, SECRET_LENGTH, compose

SECRET = "0123456789abcdef" * 4
COMMAND = re.compile(r"^curl .+$", re.MULTILINE)


@pytest.fixture
def fresh(folder: Path, empty_url: str) -> Console:
    """A shell with an empty database; the test runs once on each kind."""
    return Console(folder, {"TOKENPOOL_DATABASE_URL": empty_url})


def pasted(command: str, folder: Path) -> str:
    """Run a command as a shell does with what is pasted into it."""
    done = subprocess.run(
        command, shell=True, cwd=folder, capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout


def whoami(url: str, key: str) -> str:
    request = Request(f"{url}/v1/users/me", headers={"Authorization": f"Bearer {key}"})
    with urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["email"])


def test_the_first_start_prints_a_key_and_three_commands_that_work_when_pasted(
    fresh: Console,
) -> None:
    with fresh.serving() as server:
        greeting = server.read_until("Then:")
        plain, streamed, quota = COMMAND.findall(greeting)
        before = json.loads(pasted(quota, fresh.folder))
        answer = json.loads(pasted(plain, fresh.folder))
        after = json.loads(pasted(quota, fresh.folder))
        events = pasted(streamed, fresh.folder)

    assert before["own"]["granted"] == 5000
    assert answer["choices"][0]["message"]["content"]
    assert after["own"]["spent"] > 0
    assert after["own"]["available"] == 5000 - after["own"]["spent"]
    assert events.count("data: ") > 3
    assert events.rstrip().endswith("data: [DONE]")
    assert "\x1b" not in server.said


def test_the_next_start_prints_no_key_and_the_first_key_works(fresh: Console) -> None:
    with fresh.serving() as server:
        (key,) = set(KEY.findall(server.read_until("Then:")))
    with fresh.serving() as again:
        assert whoami(again.url, key) == "admin@localhost"

    assert again.said.splitlines() == [f"TokenPool 0.1.0 listens on {again.url} (Ctrl-C ends it)."]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_exit_code_0_and_without_a_word(
    shell: Console, how: signal.Signals
) -> None:
    with shell.serving() as server:
        assert server.end(how) == 0

    assert server.complained == ""


def test_its_lease_ends_with_it(shell: Console) -> None:
    with shell.serving() as server:
        (key,) = set(KEY.findall(server.read_until("Then:")))
        assert whoami(server.url, key)

    # The next one need not wait for it, which it would if the shutdown had been cut short.
    with sqlite3.connect(shell.folder / "data" / "tokenpool.db") as connection:
        assert connection.execute("SELECT count(*) FROM lease").fetchone() == (0,)


def test_a_second_server_on_one_sqlite_file_is_refused_with_a_sentence(shell: Console) -> None:
    with shell.serving():
        second = shell.run("serve", "--port", "0")

    assert second.code == 2
    assert second.err.startswith("Another TokenPool already serves data/tokenpool.db. Stop it")
    assert second.out == ""


def test_a_port_in_use_is_told_and_costs_no_admin_key(shell: Console) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = shell.run("serve", "--port", str(port))

    assert refused.code == 2
    assert refused.err == (
        f"TOKENPOOL_PORT: port {port} on 127.0.0.1 is in use. `tokenpool doctor` says whether that"
        f" is a TokenPool; or take another port: tokenpool serve --port {port + 1}\n"
    )
    with shell.serving() as server:
        assert KEY.search(server.read_until("Then:"))


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("no-such-host.invalid", "TOKENPOOL_HOST: no-such-host.invalid is no known host name.\n"),
        ("192.0.2.1", "TOKENPOOL_HOST: 192.0.2.1 is no address of this machine.\n"),
        ("1.2.3.4:80", "TOKENPOOL_HOST must be an IP address or a host name, without a port.\n"),
    ],
)
def test_an_impossible_host_is_told(shell: Console, host: str, sentence: str) -> None:
    refused = shell.run("serve", TOKENPOOL_HOST=host, TOKENPOOL_SECRET_KEY=SECRET)

    assert (refused.code, refused.err) == (2, sentence)


def test_beyond_loopback_it_needs_a_secret_key_and_a_way_to_an_administrator(
    shell: Console,
) -> None:
    beyond = {"TOKENPOOL_HOST": "127.0.0.2", "TOKENPOOL_PORT": "0"}
    no_secret = shell.run("serve", **beyond)
    beyond["TOKENPOOL_SECRET_KEY"] = SECRET
    no_admin = shell.run("serve", **beyond)
    shell.run("admin", "create", "--email", "you@example.com", **beyond)

    assert no_secret.code == no_admin.code == 2
    assert no_secret.err.startswith("TOKENPOOL_SECRET_KEY is needed")
    assert no_admin.err.startswith("This database has no administrator")
    with shell.serving(**beyond) as server:
        assert server.end() == 0
    assert len(server.said.splitlines()) == 1


def test_with_a_bootstrap_token_it_starts_and_says_how_to_make_an_administrator(
    shell: Console,
) -> None:
    beyond = {"TOKENPOOL_HOST": "127.0.0.2", "TOKENPOOL_SECRET_KEY": SECRET}
    with shell.serving(**beyond, TOKENPOOL_BOOTSTRAP_TOKEN=SECRET[::-1]) as server:
        assert server.end() == 0

    assert server.said.splitlines()[1] == (
        "There is no administrator yet: tokenpool admin create --email you@example.com"
    )
    assert not KEY.search(server.said)


def test_wrong_settings_end_it_with_their_names_and_no_traceback(shell: Console) -> None:
    wrong = shell.run("serve", TOKENPOOL_PORT="http", TOKENPOOL_PERIOD="year")

    assert wrong.code == 2
    assert wrong.err.splitlines() == [
        "TOKENPOOL_PORT must be a whole number from 0 to 65535.",
        "TOKENPOOL_PERIOD must be month, week or day.",
    ]


def test_a_misspelt_setting_is_told_and_the_server_starts(shell: Console) -> None:
    with shell.serving(TOKENPOOL_LOGLEVEL="debug") as server:
        assert server.end() == 0

    assert server.complained.startswith("TOKENPOOL_LOGLEVEL is not a setting of this TokenPool")
    assert server.complained.endswith("Did you mean TOKENPOOL_LOG_LEVEL?\n")


def test_an_unreachable_database_is_told_without_its_password(shell: Console) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:9/pool"
    refused = shell.run("serve", TOKENPOOL_DATABASE_URL=url)

    assert refused.code == 2
    assert refused.err.startswith("TOKENPOOL_DATABASE_URL: the database cannot be reached")
    assert "hunter2" not in refused.err
    assert "Traceback" not in refused.err


def test_a_wrong_key_is_refused_by_the_running_server(shell: Console) -> None:
    with shell.serving() as server, pytest.raises(HTTPError) as caught:
        whoami(server.url, "tp_000000000000_" + "0" * 38)

    assert caught.value.code == 401
    caught.value.close()


def test_what_a_shell_sets_for_clients_of_tokenpool_makes_no_provider_of_it(
    folder: Path, empty_url: str
) -> None:
    """It would call itself, and charge for each round."""
    shell = Console(
        folder,
        {
            "TOKENPOOL_DATABASE_URL": empty_url,
            "OPENAI_API_KEY": compose("a" * ID_LENGTH, "b" * SECRET_LENGTH).text,
            "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1",
        },
    )
    (folder / ".env").write_text("GROQ_API_KEY=gsk_somebody\n", encoding="utf-8")

    with shell.serving() as server:
        (key,) = set(KEY.findall(server.read_until("Then:")))
        request = Request(f"{server.url}/v1/models", headers={"Authorization": f"Bearer {key}"})
        with urlopen(request, timeout=10) as answer:
            owners = {model["id"].partition("/")[0] for model in json.load(answer)["data"]}

    assert owners == {"demo", "groq"}
    assert server.complained == (
        "OPENAI_API_KEY is a key of TokenPool itself,"
        " so this server passes it and OPENAI_BASE_URL over.\n"
    )
