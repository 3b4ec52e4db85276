"""The commands, run as people and scripts run them: beside a server, on both databases."""

import json
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from world.console import KEY, Console, Serving
from world.desk import Desk

BODY = {"model": "demo", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 30}


@pytest.fixture
def office(desk: Desk) -> Desk:
    """An office with Ada and a team."""
    desk.made("user", "create", "ada@example.com", "--name", "Ada", "--quota", "5k")
    desk.made("team", "create", "Research Lab", "--pool", "50k")
    return desk


@pytest.fixture
def server(console: Console) -> Iterator[Serving]:
    with console.serving() as serving:
        yield serving


def status_of_call(server: Serving, key: str) -> int:
    """Ask `demo` with a key, and return the status of the answer."""
    request = Request(
        f"{server.url}/v1/chat/completions",
        data=json.dumps(BODY).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def test_people_and_keys_changed_beside_a_running_server_count_at_once(
    console: Console, server: Serving
) -> None:
    first = console.made("user", "create", "ada@example.com", "--quota", "5k")["api_key"]
    second = console.made("key", "new", "ada@example.com", "laptop")
    assert [status_of_call(server, key) for key in (first, second["api_key"])] == [200, 200]

    console.made("key", "revoke", f"tp_{second['id']}")
    assert [status_of_call(server, key) for key in (first, second["api_key"])] == [200, 401]

    console.made("user", "disable", "ada@example.com")
    assert status_of_call(server, first) == 401
    console.made("user", "enable", "ada@example.com")
    assert status_of_call(server, first) == 401
    first = console.made("key", "new", "ada@example.com", "back again")["api_key"]
    assert status_of_call(server, first) == 200

    console.made("user", "quota", "ada@example.com", "0.0001")
    assert status_of_call(server, first) == 403
    has = console.made("quota", "ada@example.com")
    assert has["own"]["granted"] == has["own"]["spent"]

    report = console.made("audit")
    assert (report["findings"], report["count"], report["calls"]) == ([], 0, 4)


def test_a_rotated_key_and_its_successor_both_work_until_the_overlap_is_over(
    console: Console, server: Serving
) -> None:
    old = console.made("user", "create", "ada@example.com", "--quota", "5k")["api_key"]
    new = console.made("key", "rotate", old[:15], "--overlap", "2h")["api_key"]
    assert [status_of_call(server, key) for key in (old, new)] == [200, 200]

    newest = console.made("key", "rotate", new, "--overlap", "0")["api_key"]
    assert [status_of_call(server, key) for key in (new, newest)] == [401, 200]

    listed = console.made("key", "list", "ada@example.com")
    assert [key["state"] for key in listed] == ["expiring", "expired", "active"]
    assert new not in json.dumps(listed)


def test_an_administrator_is_made_with_one_command(desk: Desk) -> None:
    made = desk.made("admin", "create", "--email", "You@Example.com", "--quota", "2.5k")

    assert KEY.fullmatch(made["api_key"])
    shown = desk.made("user", "show", made["id"])
    assert shown["user"]["email"] == "you@example.com"
    assert shown["user"]["role"] == "admin"
    assert shown["quota"]["own"]["granted"] == 2500


def test_a_team_gets_a_pool_and_people(office: Desk) -> None:
    seat = office.made("team", "add", "research-lab", "ada@example.com", "--manager")
    assert (seat["name"], seat["role"]) == ("Ada", "manager")
    office.made("team", "quota", "RESEARCH LAB", "60k")
    (team,) = office.made("team", "list")
    assert (team["slug"], team["pool_quota"], team["members"]) == ("research-lab", 60000, 1)

    bob = office.made(
        "user", "create", "bob@example.com", "--quota", "500", "--team", "research-lab"
    )
    names = [one["email"] for one in office.made("team", "show", team["id"])]
    assert names == ["ada@example.com", "bob@example.com"]
    assert office.made("quota", bob["id"])["teams"][0]["pool"]["granted"] == 60000

    office.made("team", "remove", "research-lab", bob["id"])
    assert [one["name"] for one in office.made("team", "show", "research-lab")] == ["Ada"]


def test_what_there_is_is_read_in_columns_and_sentences(office: Desk) -> None:
    office.run("team", "add", "research-lab", "ada@example.com")

    people = office.run("user", "list").out
    assert people.split()[:7] == ["e-mail", "name", "role", "status", "quota", "teams", "id"]
    assert "5,000  Research Lab  usr_" in people
    ada = office.run("user", "show", "ada@example.com").out
    assert "[########################] 100% 5,000 of 5,000" in ada
    assert "50,000        1      10 %  everyone, 10 %" in office.run("team", "list").out
    seats = office.run("team", "show", "research-lab").out.splitlines()
    assert seats[1].split()[:3] == ["ada@example.com", "Ada", "member"]
    assert "first key  active" in office.run("key", "list", "ada@example.com").out
    assert "Research Lab (pool)" in office.run("quota").out
    assert "Nobody else in the team is on vacation." in office.run("quota", "ada@example.com").out
    audited = office.run("audit").out
    assert audited.rstrip().endswith("Everything agrees.")
    assert "\x1b" not in people + ada + audited


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("user quota ada@example.com 6k", "ada@example.com has 6,000 credits in each period."),
        ("user disable ada@example.com", "ada@example.com is disabled; their keys"),
        ("user enable ada@example.com", "ada@example.com is active."),
        ("team quota research-lab 0.5", "Research Lab has a pool of 0.5 credits in each period."),
        ("team add research-lab ada@example.com", "ada@example.com is a member of Research Lab."),
        ("team create Two --pool 7", "Two (two) has a pool of 7 credits in each period."),
        ("admin create --email b@example.com", "b@example.com is an administrator."),
    ],
)
def test_what_was_changed_is_told_in_a_sentence(office: Desk, words: str, said: str) -> None:
    ended = office.run(*words.split())

    assert ended.code == 0
    assert ended.out.startswith(said)


def test_leaving_a_team_is_told(office: Desk) -> None:
    office.run("team", "add", "research-lab", "ada@example.com")

    ended = office.run("team", "remove", "research-lab", "ada@example.com")
    assert ended.out == "ada@example.com is no longer in Research Lab.\n"


def test_a_new_key_is_shown_once_with_what_to_do_with_it(office: Desk) -> None:
    made = office.run("key", "new", "ada@example.com", "ci", "--cap", "20", "--expires", "30d")

    (key,) = KEY.findall(made.out)
    assert "OPENAI_BASE_URL" in made.err
    (_, listed) = office.made("key", "list", "ada@example.com")
    assert key.startswith(listed["prefix"])
    assert (listed["label"], listed["cap"], listed["priority"]) == ("ci", 20, "standard")
    assert listed["expires"] is not None
    assert "revoked" in office.run("key", "revoke", key).out


def test_what_a_key_may_do_at_most_is_set_shown_and_changed(office: Desk) -> None:
    options = ("--model", "demo", "--rpm", "60", "--tpm", "90000", "--concurrency", "4")
    made = office.made("key", "new", "ada@example.com", "ci", *options)
    key = f"tp_{made['id']}"

    assert (
        "demo, 60 rpm, 90,000 tpm, 4 at once" in office.run("key", "list", "ada@example.com").out
    )
    less = office.run("key", "limit", key, "--rpm", "30", "--tpm", "0").out
    assert less == f"{key} (ci) may do at most: demo, 30 rpm, 4 at once.\n"
    off = office.run("key", "limit", key, "--all-models", "--rpm", "0", "--concurrency", "0").out
    assert off.endswith("may do at most: anything.\n")
    wrong = office.run("key", "limit", key, "--rpm=-1")
    assert "rpm: 1 to" in wrong.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("user show eve@example.com", "There is no such member: eve@example.com."),
        ("user quota usr_nobody 5", "There is no such user: usr_nobody."),
        ("team add lab ada@example.com", "There is no such team: lab."),
        ("key revoke tp_nosuch", "There is no such key: tp_nosuch."),
        (
            "user create ada@example.com",
            "There is already a member with this e-mail address.",
        ),
    ],
)
def test_a_refusal_is_one_sentence_on_stderr(office: Desk, words: str, sentence: str) -> None:
    refused = office.run(*words.split())

    assert (refused.code, refused.out, refused.err) == (1, "", f"{sentence}\n")


@pytest.mark.parametrize("amount", ["-5", "5,000", "1e3", "5kk", "nan", "9" * 14, "many"])
def test_what_is_no_amount_is_refused_before_anything_is_opened(bare: Desk, amount: str) -> None:
    refused = bare.run("user", "quota", "ada@example.com", "--", amount)

    assert refused.code == 2
    assert "amount" in refused.err
    assert not (bare.folder / "data").exists()


@pytest.mark.parametrize("words", ["user list", "quota", "audit", "key list ada@example.com"])
def test_a_command_in_the_wrong_folder_makes_no_database(bare: Desk, words: str) -> None:
    refused = bare.run(*words.split())

    assert refused.code == 2
    assert refused.err.startswith("There is no TokenPool database here yet.")
    assert list(bare.folder.iterdir()) == []


def test_models_names_what_can_be_called_and_why_the_rest_cannot(bare: Desk) -> None:
    (bare.folder / "tokenpool.toml").write_text(
        '[[models]]\nname = "small"\nupstream = "openai/gpt-4o-mini"\n'
        '[[models]]\nname = "mine"\nupstream = "vllm/own"\napi_base = "http://127.0.0.1:1/v1"\n'
        '[[models]]\nname = "claude"\nupstream = "anthropic/claude-3-5-haiku-20241022"\n'
    )
    (bare.folder / ".env").write_text("OPENAI_API_KEY=\n")
    lacking = {offer["name"]: offer for offer in bare.made("models")}
    (bare.folder / ".env").write_text("OPENAI_API_KEY=sk-of-a-test\n")
    keyed = {offer["name"]: offer for offer in bare.made("models")}
    table = bare.run("models").out

    assert lacking["demo"]["callable"]
    assert (lacking["small"]["input"], lacking["small"]["output"]) == (150, 600)
    assert lacking["small"]["because"] == "OPENAI_API_KEY is not set"
    assert "not in the price file" in lacking["mine"]["because"]
    assert keyed["small"]["callable"]
    assert not keyed.get("claude", {"callable": False})["callable"]
    assert "small   openai/gpt-4o-mini" in table
    assert "sk-of-a-test" not in table


def test_without_models_of_ones_own_the_list_says_how_to_get_some(bare: Desk) -> None:
    assert "OPENAI_API_KEY" in bare.run("models").err


def test_settings_are_shown_but_no_secret_of_them(bare: Desk) -> None:
    secret = "0123456789abcdef" * 4
    url = "postgresql://me:hunter2@db/pool"
    shown = bare.run("settings", "--json", TOKENPOOL_SECRET_KEY=secret, TOKENPOOL_DATABASE_URL=url)
    table = bare.run("settings", TOKENPOOL_PORT="81").out

    assert shown.json["TOKENPOOL_SECRET_KEY"] == "(set)"
    assert shown.json["TOKENPOOL_DATABASE_URL"] == "(set)"
    assert shown.json["TOKENPOOL_PORT"] == "8000"
    lines = [line.split() for line in table.splitlines()]
    assert ["TOKENPOOL_PORT", "81", "set"] in lines
    assert ["TOKENPOOL_HOST", "127.0.0.1", "default"] in lines
