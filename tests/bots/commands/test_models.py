"""Pricing, mapping and blocking models in chat; on both databases."""

import pytest
from world.lobby import Lobby, button, card_of, shown, verbs

from bots.context import Answer
from cards.actions import Action, Verb
from cards.card import Form
from core.domain.model_rules import rule_id
from core.service import offering
from gateway import catalog
from gateway.offered import Offered

WAYS = {Verb.MODEL_PRICE, Verb.MODEL_MAP, Verb.MODEL_BLOCK}
ENVIRON = {"OPENAI_API_KEY": "sk-none"}
REF = rule_id("gpt-99")
SEND = Action(Verb.MODEL_PRICE_SEND, ref=REF)


@pytest.fixture(autouse=True)
async def asked(lobby: Lobby) -> None:
    """Let ann call a model that nobody has priced."""
    lobby.core.settings.config.write_text(
        '[[models]]\nname = "house"\nupstream = "openai/gpt-4o-mini"\n'
    )
    Offered(lobby.core, catalog.load(lobby.core.settings, ENVIRON))
    assert await offering.ask(lobby.core, lobby.ann.caller, "gpt-99", "openai/gpt-99")


def form_of(answer: Answer) -> Form:
    return next(node for node in card_of(answer).body if isinstance(node, Form))


def fields(answer: Answer) -> dict[str, str]:
    return {field.name: field.value for field in form_of(answer).fields}


async def act(lobby: Lobby, verb: Verb, rev: int = 0, **values: str) -> Answer:
    return await lobby.act(lobby.admin, Action(verb, ref=REF, rev=rev), values)


async def test_a_price_is_read_checked_and_set(lobby: Lobby) -> None:
    listed = await lobby.say(lobby.admin, "models")
    details = await lobby.act(lobby.admin, button(listed, Verb.MODEL))
    form = await lobby.act(lobby.admin, button(details, Verb.MODEL_PRICE))
    assert fields(form)["upstream"] == "openai/gpt-99"
    fair = {"input": "1", "output": "4", "cached": "", "upstream": "openai/gpt-99"}

    for field, wrong in (("input", "lots"), ("output", "0"), ("upstream", "nobody/x")):
        again = await lobby.act(lobby.admin, SEND, fair | {field: wrong})
        assert (again.done, again.field) == (False, field)
        assert fields(again)[field] == wrong
    done = await lobby.act(lobby.admin, SEND, fair)

    assert "has priced it: US$ 1 in and 4 out, per million tokens." in done.toast
    assert (card_of(done).rev, done.follows) == (1, True)
    assert not WAYS & verbs(done)


async def test_an_odd_price_takes_a_second_click_with_the_same_figures(lobby: Lobby) -> None:
    odd = {"input": "20000", "output": "80000", "cached": "", "upstream": "openai/gpt-99"}

    warned = await lobby.act(lobby.admin, SEND, odd)
    sure = form_of(warned).submit
    other = await lobby.act(lobby.admin, sure, odd | {"input": "20001"})
    done = await lobby.act(lobby.admin, sure, odd)

    assert (warned.done, other.done, done.done) == (False, False, True)
    assert "100 times" in warned.toast
    assert "is priced" in card_of(done).title


async def test_a_name_is_mapped_to_one_that_can_be_called(lobby: Lobby) -> None:
    form = await act(lobby, Verb.MODEL_MAP)
    wrong = await act(lobby, Verb.MODEL_MAP_SEND, to="nobody")
    done = await act(lobby, Verb.MODEL_MAP_SEND, to=" house ")

    assert "Which model answers" in card_of(form).title
    assert (wrong.done, wrong.field) == (False, "to")
    assert "has mapped it to house." in done.toast


async def test_what_was_decided_can_be_changed_but_not_unseen(lobby: Lobby) -> None:
    await act(lobby, Verb.MODEL_BLOCK)
    before = await lobby.digest()
    late = [
        await act(lobby, Verb.MODEL_PRICE),
        await act(lobby, Verb.MODEL_MAP),
        await act(lobby, Verb.MODEL_BLOCK),
        await act(lobby, Verb.MODEL_MAP_SEND, to="house"),
    ]
    assert all(not one.done and "has blocked it." in one.toast for one in late)
    assert await lobby.digest() == before

    shown_now = await act(lobby, Verb.MODEL)
    change = await lobby.act(lobby.admin, button(shown_now, Verb.MODEL_CHANGE))
    assert verbs(change) == WAYS
    assert (await act(lobby, Verb.MODEL_MAP_SEND, 1, to="house")).done


async def test_nobody_else_may(lobby: Lobby) -> None:
    before = await lobby.digest()
    for verb in (Verb.MODELS, Verb.MODEL, Verb.MODEL_CHANGE, *WAYS):
        answer = await lobby.act(lobby.chief, Action(verb, ref=REF))
        assert not answer.done
        assert "administrator" in shown(answer)
    gone = await lobby.act(lobby.admin, Action(Verb.MODEL, ref=rule_id("gpt-none")))

    assert not gone.done
    assert await lobby.digest() == before
