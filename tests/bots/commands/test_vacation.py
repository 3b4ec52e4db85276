from datetime import UTC, datetime

import pytest
from world.lobby import Lobby, button, shown

from cards.actions import Action, Verb
from core.domain.credits import MICRO
from core.service import absence, notifying
from core.service.notifying import NotifyChange


async def until(lobby: Lobby) -> str | None:
    """Return until when ann is away, `open` for no end; None if she is there."""
    view = await absence.absence(lobby.core, lobby.ann.caller)
    if not view.away:
        return None
    if view.until_ms is None:
        return "open"
    return datetime.fromtimestamp(view.until_ms / 1000, UTC).strftime("%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("line", "end"),
    [
        ("vacation on", "open"),
        ("vacation on until friday", "11-27 23:59:59"),
        ("vacation on 2w", "12-08 23:59:59"),
        ("vacation until 1 dec", "12-01 23:59:59"),
        ("Holiday until 2026\u201312\u201301", "12-01 23:59:59"),
    ],
)
async def test_going_away_is_one_line(lobby: Lobby, line: str, end: str) -> None:
    answer = await lobby.say(lobby.ann, line)

    assert answer.done
    assert answer.toast.startswith("You are on vacation until")
    assert await until(lobby) == end


UNCLEAR = (
    ("vacation on until lunch", '"lunch" is no day'),
    ("vacation until yesterday", '"yesterday" is no day'),
    ("vacation on until 2026-11-20", "2026-11-20 is over"),
    ("vacation of", '"of" is no day'),
    ("vacation off now", "takes nothing more"),
)


async def test_an_unclear_date_changes_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for line, says in UNCLEAR:
        answer = await lobby.say(lobby.ann, line)

        assert not answer.done, line
        assert says in answer.toast, line
    assert await lobby.digest() == before


async def test_whoever_comes_back_is_thanked_with_what_was_used(lobby: Lobby) -> None:
    await lobby.say(lobby.ann, "vacation on")
    dear = await lobby.office.hold(lobby.ben.caller, 999 * MICRO)
    lent = await lobby.office.hold(lobby.ben.caller, 5 * MICRO)
    await lobby.office.settle(dear, 0)
    await lobby.office.settle(lent, 3 * MICRO)
    lobby.office.clock.ms += 1_000
    back = await lobby.act(lobby.ann, button(await lobby.say(lobby.ann, ""), Verb.VACATION_OFF))
    again = await lobby.say(lobby.ann, "back")

    assert lent.payer.value == "vacation"
    assert "Welcome back, ann" in shown(back)
    assert "3 credits" in shown(back)
    assert (back.done, back.replaces) == (True, True)
    assert again.toast == "You are at work already."
    assert await until(lobby) is None


async def test_buttons_go_for_days_or_until_further_notice(lobby: Lobby) -> None:
    card = await lobby.act(lobby.ann, Action(Verb.VACATION))
    assert shown(await lobby.say(lobby.ann, "vacation")) == shown(card)

    week = await lobby.act(lobby.ann, button(card, Verb.VACATION_ON, "7d"))
    for_a_week = await until(lobby)
    await lobby.act(lobby.ann, button(card, Verb.VACATION_ON))

    assert week.replaces
    assert for_a_week == "12-01 23:59:59"
    assert await until(lobby) == "open"


async def test_the_form_asks_for_the_first_day_back(lobby: Lobby) -> None:
    form = await lobby.act(lobby.ann, Action(Verb.VACATION_DATES))
    send = button(form, Verb.VACATION_SEND)

    wrong = await lobby.act(lobby.ann, send, {"until": "soon"})
    today = await lobby.act(lobby.ann, send, {"until": "today"})
    done = await lobby.act(lobby.ann, send, {"until": "monday"})

    assert (wrong.done, wrong.replaces, today.done) == (False, True, False)
    assert '"soon" is no day' in shown(wrong)
    assert button(wrong, Verb.VACATION_SEND) == send
    assert (done.done, done.replaces) == (True, True)
    assert await until(lobby) == "11-30 00:00:00"


async def test_days_are_those_of_the_members_own_time(lobby: Lobby) -> None:
    change = NotifyChange(utc_offset_minutes=120)
    await notifying.change(lobby.core, lobby.ann.caller, change)

    await lobby.say(lobby.ann, "vacation on until friday")

    assert await until(lobby) == "11-27 21:59:59"


async def test_an_eleventh_change_within_a_day_is_refused(lobby: Lobby) -> None:
    for _ in range(5):
        await lobby.say(lobby.ann, "vacation on")
        await lobby.say(lobby.ann, "vacation off")

    said = await lobby.say(lobby.ann, "vacation on")
    sent = await lobby.act(lobby.ann, Action(Verb.VACATION_SEND), {"until": "friday"})

    for answer in (said, sent):
        assert (answer.done, answer.replaces) == (False, False)
        assert "10 times a day" in answer.toast


@pytest.mark.parametrize("literal", ["friday", "0d", "9999d", "x"])
async def test_a_forged_span_is_read_as_what_was_said(lobby: Lobby, literal: str) -> None:
    answer = await lobby.act(lobby.ann, Action(Verb.VACATION_ON, literal))

    assert answer.done == (literal == "friday")
    assert (await until(lobby) is None) == (literal != "friday")
