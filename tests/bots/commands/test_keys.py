import re
from contextlib import suppress

import pytest
from world.lobby import Lobby, button, card_of, shown
from world.office import refused

from bots.context import Answer
from cards.actions import Action, Verb
from cards.card import Code
from core.domain.errors import Refusal
from core.service import keys, membership


def secret(answer: Answer) -> str:
    """Return the one key that a card shows."""
    assert card_of(answer).secret
    (found,) = (n.text for n in card_of(answer).body if isinstance(n, Code) and n.secret)
    assert re.fullmatch("tp_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}", found)
    return found


async def works(lobby: Lobby, key: str) -> bool:
    with suppress(Refusal):
        return (await membership.identify(lobby.core, key, fresh=True)).id == lobby.ann.id
    return False


async def test_a_new_key_is_shown_once_and_works(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.ann, "key new \u201cMy laptop\u201d")

    assert await works(lobby, secret(answer))
    assert "My laptop" in shown(answer)
    assert "http://127.0.0.1:8000/v1" in shown(answer)
    listed = await lobby.say(lobby.ann, "keys")
    assert "You have 2 API keys" in shown(listed)
    assert not card_of(listed).secret


async def test_the_snippets_name_the_model_that_was_used_last(lobby: Lobby) -> None:
    ticket = await lobby.office.hold(lobby.ann.caller, 100)
    await lobby.office.settle(ticket, 60)

    assert 'model="demo"' in shown(await lobby.say(lobby.ann, "key new laptop"))


async def test_the_form_makes_a_key_with_a_label(lobby: Lobby) -> None:
    form = await lobby.say(lobby.ann, "key new")
    send = button(form, Verb.KEY_SEND)
    before = await lobby.digest()

    empty = await lobby.act(lobby.ann, send, {"label": " "})
    long = await lobby.act(lobby.ann, send, {"label": "x" * 101})
    unchanged = await lobby.digest()
    made = await lobby.act(lobby.ann, send, {"label": "CI"})

    assert (empty.done, empty.replaces, long.done) == (False, True, False)
    assert "1 to 100 readable characters" in shown(empty)
    assert unchanged == before
    assert made.replaces
    assert await works(lobby, secret(made))
    assert button(await lobby.act(lobby.ann, Action(Verb.KEY_NEW)), Verb.KEY_SEND) == send


async def test_no_secret_is_shown_where_others_read_along(lobby: Lobby) -> None:
    (mine,) = await keys.list_keys(lobby.core, lobby.ann.person, lobby.ann.id)
    before = await lobby.digest()

    answers = [
        await lobby.say(lobby.ann, "key new laptop", private=False),
        await lobby.say(lobby.ann, "key rotate", private=False),
        await lobby.say(lobby.ann, "key", private=False),
        await lobby.act(lobby.ann, Action(Verb.KEY_SEND), {"label": "x"}, private=False),
        await lobby.act(lobby.ann, Action(Verb.KEY_ROTATE, ref=mine.id), private=False),
    ]

    for answer in answers:
        assert not answer.done
        assert not card_of(answer).secret
        assert "tp_" not in shown(answer)
        assert "direct chat" in answer.toast
    assert await lobby.digest() == before


async def test_a_key_is_rotated_by_label_prefix_or_alone(lobby: Lobby) -> None:
    alone = secret(await lobby.say(lobby.ann, "key rotate"))
    first = secret(await lobby.say(lobby.ann, "key new laptop"))

    by_label = secret(await lobby.say(lobby.ann, "key rotate laptop"))
    by_prefix = secret(await lobby.say(lobby.ann, f"key rotate {by_label[:15]}"))

    assert await works(lobby, first)
    assert await works(lobby, by_prefix)
    assert len({alone, first, by_label, by_prefix}) == 4


async def test_a_click_rotates_the_key_it_is_about(lobby: Lobby) -> None:
    listed = await lobby.say(lobby.ann, "key")

    assert await works(lobby, secret(await lobby.act(lobby.ann, button(listed, Verb.KEY_ROTATE))))


async def test_no_key_is_revoked_unnamed(lobby: Lobby) -> None:
    before = await lobby.digest()

    assert shown(await lobby.say(lobby.ann, "key revoke")) == shown(
        await lobby.say(lobby.ann, "key")
    )
    assert await lobby.digest() == before


async def test_a_revoked_key_has_ended(lobby: Lobby) -> None:
    made = secret(await lobby.say(lobby.ann, "key new laptop"))

    said = await lobby.say(lobby.ann, "key revoke laptop")
    first = button(await lobby.say(lobby.ann, "key"), Verb.KEY_REVOKE)
    clicked = await lobby.act(lobby.ann, first)

    assert "is revoked" in said.toast
    assert not await works(lobby, made)
    assert (clicked.done, clicked.replaces) == (True, True)
    assert "You have no API key" in shown(clicked)
    assert "You have no key" in (await lobby.say(lobby.ann, "key revoke laptop")).toast


async def test_a_key_that_is_not_clear_is_asked_for(lobby: Lobby) -> None:
    await lobby.say(lobby.ann, "key new laptop")
    await lobby.say(lobby.ann, "key new laptop")
    before = await lobby.digest()

    for line, says in (
        ("key rotate", "Which key?"),
        ("key revoke laptop", "Several of your keys are called that"),
        ("key revoke phone", "No key of yours is called that"),
        ("key rotate phone", "Name the one to rotate"),
    ):
        answer = await lobby.say(lobby.ann, line)

        assert not answer.done
        assert says in answer.toast
        assert "laptop (tp_" in answer.toast
    assert await lobby.digest() == before


async def test_a_key_that_somebody_sends_is_never_kept_as_a_label(lobby: Lobby) -> None:
    made = secret(await lobby.say(lobby.ann, "key new laptop"))

    answer = await lobby.say(lobby.ann, f"key new {made}")

    assert not answer.done
    assert "Never send keys in a chat" in answer.toast
    assert made not in str(await lobby.office.rows("SELECT label FROM api_key"))
    assert (await lobby.say(lobby.ann, f"key revoke {made}")).done
    assert not await works(lobby, made)


@pytest.mark.parametrize("verb", [Verb.KEY_ROTATE, Verb.KEY_REVOKE])
async def test_anothers_key_is_nothing(lobby: Lobby, verb: Verb) -> None:
    (theirs,) = await keys.list_keys(lobby.core, lobby.ben.person, lobby.ben.id)
    before = await lobby.digest()

    for who in (lobby.ann, lobby.chief):
        for ref in (theirs.id, "", "key_none"):
            answer = await lobby.act(who, Action(verb, "", ref))

            assert not answer.done
            assert "There is no such" in answer.toast
    assert await lobby.digest() == before


async def test_a_revoked_key_is_not_revoked_twice(lobby: Lobby) -> None:
    revoke = button(await lobby.say(lobby.ann, "key"), Verb.KEY_REVOKE)
    await lobby.act(lobby.ann, revoke)
    before = await lobby.digest()

    await lobby.act(lobby.ann, revoke)

    assert await lobby.digest() == before
    assert (await refused(keys.rotate_key(lobby.core, lobby.ann.person, revoke.ref))).message
