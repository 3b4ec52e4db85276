"""Accounts: a stranger brings a code, and what their account may do before and after."""

import re
from dataclasses import replace

import pytest
from world.accounts import PHONE, link, speaker
from world.lobby import STRANGER, Lobby, account, button, card_of, shown, verbs

from bots.context import Answer
from cards.actions import Action, Verb
from cards.card import Code, Link
from core.domain.accounts import Account
from core.domain.members import Status
from core.service import linking, sessions
from core.service.membership import MemberChange, update_user


def code_in(answer: Answer) -> str:
    (found,) = (node.text for node in card_of(answer).body if isinstance(node, Code))
    return found


async def test_an_account_is_linked_by_a_code_that_its_issuer_confirms(lobby: Lobby) -> None:
    line = code_in(await lobby.say(lobby.ann, "link"))
    claimed = await lobby.say(PHONE, line)
    before = await speaker(lobby.office)
    ref = (await lobby.office.rows("SELECT id FROM link_code WHERE state = 'claimed'"))[0][0]

    confirmed = await lobby.act(lobby.ann, Action(Verb.LINK_CONFIRM, ref=ref))

    assert re.fullmatch("link [0-9A-Z]{4}-[0-9A-Z]{4}", line)
    assert claimed.done
    assert "confirm it where you got the code" in shown(claimed)
    assert before is None
    assert (confirmed.done, confirmed.replaces) == (True, True)
    assert await speaker(lobby.office) == lobby.ann.id
    assert "You are ann" in shown(await lobby.say(PHONE, "whoami"))


@pytest.mark.parametrize("said", ["{}", "/start {}", "LINK {}", "/link@tokenpool_bot {}"])
async def test_a_code_is_taken_however_it_comes(lobby: Lobby, said: str) -> None:
    code = code_in(await lobby.say(lobby.ann, "link")).removeprefix("link ")

    assert "Nearly there" in shown(await lobby.say(PHONE, said.format(code)))


async def test_with_teams_a_code_comes_with_a_link_that_opens_our_bot_there(lobby: Lobby) -> None:
    app_id, core = "6f9619ff-8b86-d011-b42d-00cf4fc964ff", lobby.core
    without = await lobby.say(lobby.ann, "link")
    with_teams = core.settings.model_copy(update={"teams_app_id": app_id})
    lobby.office.core = replace(core, settings=with_teams)

    answer = await lobby.say(lobby.ann, "link")

    code = code_in(answer).removeprefix("link ")
    (link,) = [node for node in card_of(answer).body if isinstance(node, Link)]
    assert link.url.endswith(f"?users=28:{app_id}&message=link%20{code}")
    assert not [node for node in card_of(without).body if isinstance(node, Link)]


async def test_a_form_takes_a_code_too(lobby: Lobby) -> None:
    code = code_in(await lobby.act(lobby.ann, Action(Verb.LINK_CODE))).removeprefix("link ")
    send = button(await lobby.say(STRANGER, "hello"), Verb.LINK_SEND)

    wrong = await lobby.act(STRANGER, send, {"code": "0000-0000"})
    empty = await lobby.act(STRANGER, send)
    taken = await lobby.act(STRANGER, send, {"code": code})

    assert not wrong.done
    assert button(wrong, Verb.LINK_SEND) == send
    assert "A code has eight letters" in shown(empty)
    assert (taken.done, taken.replaces) == (True, True)


async def test_a_denied_account_stays_a_stranger(lobby: Lobby) -> None:
    await lobby.say(PHONE, code_in(await lobby.say(lobby.ann, "link")))
    ref = (await lobby.office.rows("SELECT id FROM link_code WHERE state = 'claimed'"))[0][0]

    denied = await lobby.act(lobby.ann, Action(Verb.LINK_DENY, ref=ref))

    assert "not linked" in denied.toast
    assert await speaker(lobby.office) is None


async def test_only_the_issuer_confirms(lobby: Lobby) -> None:
    await lobby.say(PHONE, code_in(await lobby.say(lobby.ann, "link")))
    ref = (await lobby.office.rows("SELECT id FROM link_code WHERE state = 'claimed'"))[0][0]
    before = await lobby.digest()

    for who in (lobby.ben, lobby.chief, lobby.admin, PHONE):
        for verb in (Verb.LINK_CONFIRM, Verb.LINK_DENY):
            assert not (await lobby.act(who, Action(verb, ref=ref))).done
    assert await lobby.digest() == before


NOT_YET = (
    "", "quota", "quota @ann", "request 500", "approvals", "key new x", "team", "why", "xyz",
    "unlink", "web", "vacation on", "notify", "privacy strict",
)  # fmt: skip


async def test_a_stranger_hears_how_to_link_and_nothing_else(lobby: Lobby) -> None:
    before = await lobby.digest()

    for line in NOT_YET:
        answer = await lobby.say(STRANGER, line)

        assert "Link this account first" in shown(answer), line
        assert verbs(answer) == {Verb.LINK_SEND}, line
    assert await lobby.digest() == before


async def test_a_stranger_may_ask_for_help_and_who_they_are(lobby: Lobby) -> None:
    help_card, whoami = await lobby.say(STRANGER, "help"), await lobby.say(STRANGER, "whoami")

    assert help_card.done
    assert "link [<code>]" in shown(help_card)
    assert "request" not in shown(help_card)
    assert whoami.done
    assert "I do not know yet who you are here" in shown(whoami)


async def test_a_code_at_an_account_that_is_linked_does_nothing(lobby: Lobby) -> None:
    line = code_in(await lobby.say(lobby.ben, "link"))
    before = await lobby.digest()

    for answer in (
        await lobby.say(lobby.ann, line),
        await lobby.act(lobby.ann, Action(Verb.LINK_SEND), {"code": line}),
    ):
        assert not answer.done
        assert "This account is yours already" in answer.toast
    assert await lobby.digest() == before


async def test_an_account_is_unlinked_by_its_name_or_its_button(lobby: Lobby) -> None:
    await link(lobby.office, lobby.ann)
    card = await lobby.say(lobby.ann, "whoami")
    clicked = await lobby.act(lobby.ann, Action(Verb.LINK))
    by_name = await lobby.say(lobby.ann, "unlink Telegram")
    gone = await speaker(lobby.office)
    await link(lobby.office, lobby.ben, replace(PHONE, external_id="4713"))
    mine = (await linking.identity(lobby.core, lobby.ben.caller)).accounts
    phone = next(one for one in mine if one.platform == "telegram")

    by_click = await lobby.act(lobby.ben, Action(Verb.LINK_END, ref=phone.id))

    assert Verb.LINK_END in verbs(card)
    assert shown(clicked) == shown(card)
    assert (by_name.done, gone) == (True, None)
    assert (by_click.done, by_click.replaces) == (True, True)
    assert "You are ann" in shown(await lobby.say(lobby.ann, "unlink"))


async def test_what_to_unlink_must_be_clear_and_ones_own(lobby: Lobby) -> None:
    theirs = (await linking.identity(lobby.core, lobby.ben.caller)).accounts[0]
    before = await lobby.digest()

    assert "choose the account" in (await lobby.say(lobby.ann, "unlink slack")).toast
    for ref in (theirs.id, "", "lnk_none"):
        answer = await lobby.act(lobby.ann, Action(Verb.LINK_END, ref=ref))

        assert not answer.done
        assert "There is no such linked account" in answer.toast
    assert await lobby.digest() == before


async def test_a_link_signs_in_to_the_web_chat(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.ann, "web")
    url = code_in(answer)
    token = url.rpartition("/")[2]
    seen = await sessions.peek(lobby.core, token)

    assert url.startswith("http://127.0.0.1:8000/chat/in/")
    assert card_of(answer).secret
    assert seen is not None
    assert seen.names == ("ann",)
    assert (await lobby.act(lobby.ann, Action(Verb.LINK_WEB))).done


@pytest.mark.parametrize("line", ["link", "web", "whoami"])
async def test_no_code_is_shown_where_others_read_along(lobby: Lobby, line: str) -> None:
    before = await lobby.digest()
    answer = await lobby.say(lobby.ann, line, private=False)

    assert not answer.done
    assert not card_of(answer).secret
    assert await lobby.digest() == before


async def test_a_verified_address_is_its_members_at_once(lobby: Lobby) -> None:
    slack = Account("slack", "T1", "U42", "Ann", "D1", email="ann@x.example")

    assert "1,000 of 1,000 credits left" in shown(await lobby.say(slack, "quota"))


async def test_whoever_was_disabled_is_a_stranger(lobby: Lobby) -> None:
    change = MemberChange(status=Status.DISABLED)
    await update_user(lobby.core, lobby.admin.person, lobby.ann.id, change)

    assert "Link this account first" in shown(await lobby.say(account(lobby.ann), "quota"))
