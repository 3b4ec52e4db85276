"""`tokenpool chat`: sign-in links and accounts, from the command line."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from world.accounts import PHONE
from world.console import Ended
from world.desk import Desk

from core import settings as core_settings
from core.service import linking, membership, sessions
from core.service.start import Core, open_core

T = TypeVar("T")
ADA = "ada@example.com"


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk in an organization with one member."""
    desk.made("admin", "create", "--email", "root@example.com")
    desk.made("user", "create", ADA, "--name", "Ada")
    return desk


def within(desk: Desk, work: Callable[[Core], Coroutine[Any, Any, T]]) -> T:
    """Do something with the core that the desk's commands open."""

    async def opened() -> T:
        async with open_core(core_settings.load()) as core:
            return await work(core)

    with desk.monkeypatch.context() as patch:
        patch.chdir(desk.folder)
        return asyncio.run(opened())


def signed_in(desk: Desk, url: str) -> str:
    """Sign in with a link and return the name of whoever it was for."""

    async def work(core: Core) -> str:
        cookie = await sessions.sign_in(core, url.rpartition("/")[2])
        session = await sessions.find(core, cookie)
        assert session is not None
        return (await membership.present(core, session.member_ids[0])).email

    return within(desk, work)


def linked(desk: Desk) -> str:
    """Link a phone to Ada and return the account's id."""

    async def work(core: Core) -> str:
        member_id = await membership.find_user(core, ADA)
        assert member_id is not None
        ada = await membership.present(core, member_id)
        code = (await linking.new_code(core, ada)).code
        claimed = await linking.claim(core, PHONE, code)
        await linking.decide(core, ada, claimed.id, confirm=True)
        return (await linking.identity(core, ada)).accounts[0].id

    return within(desk, work)


@pytest.mark.parametrize("words", [("chat", ADA), ("chat", "link", ADA)])
def test_the_link_that_is_printed_signs_in_once(office: Desk, words: tuple[str, ...]) -> None:
    ended = office.run(*words)

    assert ended.code == 0
    assert ended.out.startswith("http://127.0.0.1:8000/chat/in/")
    assert "ten minutes" in ended.err
    assert signed_in(office, ended.out.strip()) == ADA
    refused = office.run("chat", "accounts", ADA)
    assert refused.out.splitlines()[1].split()[0] == "web"


def test_a_script_gets_the_link_and_when_it_ends(office: Desk) -> None:
    made = office.made("chat", ADA)

    assert set(made) == {"url", "expires"}
    assert made["expires"].endswith("Z")
    assert signed_in(office, made["url"]) == ADA


@pytest.mark.parametrize(
    ("words", "settings", "begins"),
    [
        ((), {"TOKENPOOL_PUBLIC_URL": "https://tp.example/"}, "https://tp.example/chat/in/"),
        ((), {"TOKENPOOL_HOST": "::1", "TOKENPOOL_PORT": "9"}, "http://[::1]:9/chat/in/"),
        (("--url", "https://x.example"), {"TOKENPOOL_PORT": "0"}, "https://x.example/chat/in/"),
    ],
)
def test_the_link_has_the_address_by_which_people_reach_the_server(
    office: Desk, words: tuple[str, ...], settings: dict[str, str], begins: str
) -> None:
    assert office.run("chat", ADA, *words, **settings).out.startswith(begins)


def test_where_the_address_cannot_be_known_it_is_asked_for(office: Desk) -> None:
    ended = office.run("chat", ADA, TOKENPOOL_PORT="0")

    assert ended.code == 2
    assert "--url" in ended.err


def test_who_is_not_there_or_is_disabled_gets_no_link(office: Desk) -> None:
    office.made("user", "disable", ADA)

    for who, said in ((ADA, "not active"), ("bob@example.com", "no such member")):
        ended = office.run("chat", who)
        assert (ended.code, ended.out) == (1, "")
        assert said in ended.err


def test_accounts_are_listed_and_unlinked(office: Desk) -> None:
    none = office.run("chat", "accounts", ADA)
    account = linked(office)
    listed = office.run("chat", "accounts", ADA).out.splitlines()
    (found,) = office.made("chat", "accounts", ADA)["accounts"]

    assert none.out == f"No chat account speaks for {ADA} yet.\n"
    assert listed[0].split() == ["platform", "workspace", "name", "linked", "reachable", "id"]
    assert listed[1].startswith("telegram")
    assert listed[1].endswith(account)
    assert (found["id"], found["name"], found["reachable"]) == (account, PHONE.name, True)

    gone = office.run("chat", "unlink", ADA, account)

    assert gone.out == f"{account} is unlinked; {ADA} has no other accounts.\n"
    again: Ended = office.run("chat", "unlink", ADA, account)
    assert (again.code, again.err) == (1, f"There is no such account: {account}.\n")


def test_unlinking_tells_a_script_what_is_left(office: Desk) -> None:
    account = linked(office)
    signed_in(office, office.run("chat", ADA).out.strip())

    left = office.made("chat", "unlink", ADA, account)

    assert [one["platform"] for one in left["accounts"]] == ["web"]


def test_a_member_can_be_named_by_id_and_options_may_come_first(office: Desk) -> None:
    member_id = office.made("user", "show", ADA)["user"]["id"]

    for words in ((member_id,), ("--json", ADA), ("--url", "https://x.example", member_id)):
        assert "/chat/in/" in office.run("chat", *words).out


def test_a_misspelt_word_is_no_address(bare: Desk) -> None:
    said = bare.run("chat", "acounts")

    assert said.code == 2
    assert "Did you mean 'accounts'?" in " ".join(said.err.replace("│", " ").split())


def test_alone_it_shows_what_it_can_do(office: Desk) -> None:
    for words in (("chat",), ("chat", "--help"), ("chat", "-h")):
        said = office.run(*words)
        text = said.out + said.err
        assert all(f" {name} " in text for name in ("link", "accounts", "unlink"))
