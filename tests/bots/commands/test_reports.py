"""`why`, `usage`, `leaderboard`: what was charged, when, and to whose credit."""

import pytest
from world.lobby import Lobby, button, shown, verbs
from world.office import refused

from cards.actions import Action, Verb
from core.calls import Ask, Ticket
from core.domain.balancer import Bound
from core.domain.credits import MICRO, PICO_PER_MICRO
from core.service import spending


async def nobody_counts() -> Bound | None:
    return None


async def call(lobby: Lobby, cost: int = 3 * MICRO) -> Ticket:
    ticket = await lobby.office.hold(lobby.ann.caller, 10 * MICRO)
    await lobby.office.settle(ticket, cost)
    lobby.office.clock.ms += 1_000
    return ticket


async def test_why_explains_the_last_charge_and_any_by_its_id(lobby: Lobby) -> None:
    ticket = await call(lobby)

    last = await lobby.say(lobby.ann, "why")
    named = await lobby.say(lobby.ann, f"why {ticket.call_id}")
    clicked = await lobby.act(lobby.ann, Action(Verb.WHY, ref=ticket.call_id))

    assert "cost 3 credits" in shown(last)
    assert shown(last) == shown(named) == shown(clicked)
    assert shown(await lobby.act(lobby.ann, Action(Verb.WHY))) == shown(last)


async def test_why_explains_a_refusal_and_offers_what_helps(lobby: Lobby) -> None:
    bound = Bound(prompt_pico=5_000 * MICRO * PICO_PER_MICRO, output_pico=0, output_tokens=16)
    ask = Ask(call_id="call_big", model="demo", bound=bound)
    await refused(spending.hold(lobby.core, lobby.ann.caller, ask, nobody_counts))

    answer = await lobby.say(lobby.ann, "why")

    assert "Refused" in shown(answer)
    assert Verb.REQUEST in verbs(answer)


async def test_a_call_is_explained_to_its_manager_and_not_to_others(lobby: Lobby) -> None:
    ticket = await call(lobby)

    assert (await lobby.say(lobby.chief, f"why {ticket.call_id}")).done
    for who in (lobby.ben, lobby.other, lobby.bob):
        answer = await lobby.say(who, f"why {ticket.call_id}")

        assert not answer.done
        assert "There is no such call" in answer.toast


async def test_without_a_call_there_is_nothing_to_explain(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.ann, "why")

    assert not answer.done
    assert answer.toast == "You have made no call yet."
    assert "Nothing to explain yet" in shown(answer)
    assert "There is no such call" in (await lobby.say(lobby.ann, "why call_0")).toast


async def test_usage_is_ones_own_of_a_span(lobby: Lobby) -> None:
    await call(lobby)
    lobby.office.clock.ms += 10 * 86_400_000
    await call(lobby)

    week, month = await lobby.say(lobby.ann, "usage"), await lobby.say(lobby.ann, "usage 30d")
    chief = await lobby.say(lobby.chief, "usage 30d")

    assert "Usage: 3 credits in 1 call" in shown(week)
    assert "Usage: 6 credits in 2 calls" in shown(month)
    assert "no calls" in shown(chief)
    assert shown(await lobby.act(lobby.ann, button(week, Verb.USAGE, "30d"))) == shown(month)
    assert shown(await lobby.act(lobby.ann, Action(Verb.USAGE))) == shown(week)


@pytest.mark.parametrize("said", ["usage soon", "usage 900d", "usage 7"])
async def test_a_span_that_is_none_is_told(lobby: Lobby, said: str) -> None:
    answer = await lobby.say(lobby.ann, said)

    assert not answer.done
    assert "Over which time?" in answer.toast
    assert not (await lobby.act(lobby.ann, Action(Verb.USAGE, "soon"))).done


async def test_the_leaderboard_is_of_the_week_or_the_month(lobby: Lobby) -> None:
    week = await lobby.say(lobby.ann, "leaderboard")
    month = await lobby.act(lobby.ann, button(week, Verb.LEADERBOARD, "month"))

    assert "Leaderboard of the week" in shown(week)
    assert "Leaderboard of the month" in shown(month)
    assert shown(await lobby.say(lobby.ann, "leaderboard this Month")) == shown(month)
    for answer in (
        await lobby.say(lobby.ann, "leaderboard year"),
        await lobby.act(lobby.ann, Action(Verb.LEADERBOARD, "year")),
    ):
        assert not answer.done
        assert "of the week and one of the month" in answer.toast


async def test_whoever_likes_is_left_out_of_the_board(lobby: Lobby) -> None:
    board = await lobby.say(lobby.ann, "board")

    hidden = await lobby.act(lobby.ann, button(board, Verb.LEADERBOARD_HIDE))
    joined = await lobby.act(lobby.ann, button(hidden, Verb.LEADERBOARD_JOIN))

    assert (hidden.replaces, joined.replaces) == (True, True)
    assert Verb.LEADERBOARD_HIDE in verbs(joined)
    assert hidden.toast == "Others do not see you any more."
