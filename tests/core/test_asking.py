"""Forms that are filled in line by line, and messages that vanish: what is kept of them."""

import asyncio

from world.clock import ManualClock

from core.service import asking, introducing, vanishing
from core.service.asking import Seat
from core.service.start import Core
from core.views.asking import PendingView

SEAT, OTHER = Seat("telegram", "5", "5"), Seat("telegram", "5", "6")
FIRST = PendingView("req.send||0", "[]", "{}", "7")


async def test_one_form_at_a_time_for_each_chat_and_person(core: Core) -> None:
    await asking.begin(core, SEAT, FIRST)
    await asking.begin(core, SEAT, PendingView("key.make||0", "[]", "{}", "8"))

    found = await asking.current(core, SEAT)
    assert found is not None
    assert (found.token, found.message_id) == ("key.make||0", "8")
    assert await asking.current(core, OTHER) is None
    assert await asking.drop(core, SEAT)
    assert not await asking.drop(core, SEAT)


async def test_of_two_answers_at_one_time_one_counts(core: Core) -> None:
    await asking.begin(core, SEAT, FIRST)
    went = await asyncio.gather(
        *(asking.go_on(core, SEAT, FIRST, f'{{"n": "{n}"}}', str(n)) for n in (8, 9))
    )
    assert sorted(went) == [False, True]

    found = await asking.current(core, SEAT)
    assert found is not None
    assert not await asking.end(core, SEAT, FIRST)
    assert sorted(await asyncio.gather(*(asking.end(core, SEAT, found) for _ in range(2)))) == [
        False,
        True,
    ]


async def test_nobody_waits_longer_than_ten_minutes(core: Core, clock: ManualClock) -> None:
    await asking.begin(core, SEAT, FIRST)
    clock.ms += asking.GOOD_FOR_MS - 1
    assert await asking.current(core, SEAT) == FIRST
    await asking.go_on(core, SEAT, FIRST, "{}", "8")
    clock.ms += asking.GOOD_FOR_MS - 1
    assert await asking.current(core, SEAT) is not None
    clock.ms += 1
    assert await asking.current(core, SEAT) is None


async def test_what_vanishes_is_due_after_two_minutes(core: Core, clock: ManualClock) -> None:
    await vanishing.add(core, "telegram", "5", "7")
    await vanishing.add(core, "telegram", "5", "7")
    assert await vanishing.due(core, "telegram") == ()

    clock.ms += vanishing.GOOD_FOR_MS

    assert await vanishing.due(core, "telegram") == (("5", "7"),)
    assert await vanishing.due(core, "slack") == ()
    await vanishing.gone(core, "telegram", "5", "7")
    assert await vanishing.due(core, "telegram") == ()


async def test_a_bot_goes_by_its_last_name(core: Core) -> None:
    assert await introducing.bot_name(core, "telegram") == ""
    await introducing.known_as(core, "telegram", "OldBot")
    await introducing.known_as(core, "telegram", "NewBot")
    assert await introducing.bot_name(core, "telegram") == "NewBot"
