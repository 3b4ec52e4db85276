"""The leaderboard of last week is posted once, by one process, when its time has come."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from world.clock import ManualClock
from world.vendor import HttpVendor, Vendor, vending
from world.weekly import CHANNEL, CHAT, POSTED, Street, at, street, with_places

from bots import schedule
from bots.schedule import due, places
from core.domain.periods import Length, period_at
from core.service import jobs, leaderboard
from core.service.start import Core, open_core
from core.settings import Settings
from core.store.jobs import Unavailable

MONDAY_AT_9 = "0 9 * * mon"
WEEK_MS = 7 * 86_400_000
JOB = f"leaderboard:slack:{CHANNEL}"
TITLE = "Leaderboard of week 2026-W47"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with a place on each platform."""
    return with_places(settings)


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    """Both platforms, one vendor: it has places of both."""
    async with vending() as opened:
        yield opened


@pytest.fixture
async def transports(vendor: Vendor) -> AsyncIterator[dict[str, HttpVendor]]:
    made = {name: HttpVendor(name, vendor.base) for name in ("slack", "telegram")}
    for one in made.values():
        await one.start()
    yield made
    for one in made.values():
        await one.stop()


@pytest.fixture
async def busy(core: Core, clock: ManualClock, transports: dict[str, HttpVendor]) -> Street:
    return await street(core, clock, transports)


def test_each_week_of_ten_years_is_due_once_at_its_hour() -> None:
    week = period_at(at(2024, 1, 3), Length.WEEK)
    names = list[str]()
    while week.ends_ms < at(2034, 1, 9):
        hour = week.ends_ms + 9 * 3_600_000
        assert not due(week.ends_ms, hour - 1, MONDAY_AT_9)
        assert due(week.ends_ms, hour, MONDAY_AT_9)
        assert due(week.ends_ms, hour + WEEK_MS - 1, MONDAY_AT_9)
        names.append(week.name)
        week = period_at(week.ends_ms, Length.WEEK)

    assert len(names) == len(set(names)) == 522
    assert {"2026-W53", "2032-W53"} <= set(names)


@pytest.mark.parametrize(
    ("cron", "until", "expected"),
    [
        ("0 0 * * mon", at(2026, 11, 23), True),
        ("30 6 * * *", at(2026, 11, 23, 6, 30), True),
        ("0 9 31 * *", at(2026, 11, 29, 23), False),
        ("0 9 29 2 *", at(2026, 11, 29, 23), False),
        ("0 0 31 2 *", at(2026, 11, 29, 23), False),
        ("0 9 * * fri", at(2026, 11, 26), False),
        ("0 9 * * fri", at(2026, 11, 27, 9), True),
    ],
)
def test_what_is_due_is_what_has_come_since(cron: str, until: int, *, expected: bool) -> None:
    assert due(at(2026, 11, 23), until, cron) is expected


def test_without_a_place_there_is_none(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"slack_posts_channel": "", "telegram_posts_chat": ""})

    assert places(nowhere) == ()
    assert [to.place for to in places(settings)] == [CHANNEL, CHAT]


def test_each_platform_has_a_place_of_its_own(settings: Settings) -> None:
    conversation = "19:weekly@thread.tacv2"
    everywhere = settings.model_copy(update={"teams_posts_conversation": conversation})

    assert [to.name for to in places(everywhere)] == [
        f"slack||{CHANNEL}",
        f"telegram||{CHAT}",
        f"teams||{conversation}",
    ]


async def test_it_comes_to_each_place_once_and_not_before_its_hour(
    busy: Street, vendor: Vendor
) -> None:
    process = busy.process()
    busy.clock.ms = POSTED - 1
    await process.tick()
    assert vendor.posts == []

    busy.clock.ms = POSTED
    await process.tick()
    await process.tick()
    await busy.process().tick()
    busy.clock.advance(days=6)
    await busy.process().tick()

    assert [(post.place, post.title) for post in vendor.posts] == [(CHANNEL, TITLE), (CHAT, TITLE)]
    assert vendor.posts[0].key == f"{JOB}:2026-W47"


async def test_of_two_that_tick_two_hundred_times_one_posts(
    busy: Street, settings: Settings, vendor: Vendor
) -> None:
    async with open_core(settings, busy.clock) as other:
        for _ in range(50):
            ticks = [busy.process(core).tick() for core in (busy.core, other) * 2]
            await asyncio.gather(*ticks)

    assert sorted(post.place for post in vendor.posts) == [CHAT, CHANNEL]


@pytest.mark.usefixtures("busy")
async def test_of_two_processes_one_posts(database_url: str, vendor: Vendor) -> None:
    path = f"{ROOT}:{ROOT / 'tests'}"
    command = (sys.executable, "-m", "world.weekly_process", database_url, vendor.base)
    run = [
        await asyncio.create_subprocess_exec(*command, env=os.environ | {"PYTHONPATH": path})
        for _ in range(2)
    ]
    codes = [await one.wait() for one in run]

    assert codes == [0, 0]
    assert vendor.titles() == [TITLE]


async def test_who_is_hidden_is_not_in_it_and_few_are_not_named(
    busy: Street, vendor: Vendor
) -> None:
    await leaderboard.hide(busy.core, "cyd", hidden=True)

    await busy.process().tick()
    await leaderboard.hide(busy.core, "cyd", hidden=False)
    await busy.process().tick()

    assert vendor.posts == []
    claim = await jobs.claim(busy.core, JOB, "2026-W47")
    assert claim.turn is jobs.Turn.DONE


async def test_a_platform_that_is_down_gets_it_later_and_the_other_at_once(
    busy: Street, vendor: Vendor
) -> None:
    vendor.faults[CHANNEL].extend(["503", "429:30"])
    process = busy.process()

    await process.tick()
    await process.tick()
    assert (vendor.tries, vendor.sent(CHAT) != []) == (2, True)
    busy.clock.advance(seconds=1)
    await process.tick()
    busy.clock.advance(seconds=29)
    await process.tick()
    assert (vendor.tries, vendor.sent(CHANNEL)) == (3, [])
    busy.clock.advance(seconds=1)
    await process.tick()

    assert vendor.titles(CHANNEL) == [TITLE]


async def test_an_adapters_bug_stops_neither_the_other_place_nor_a_later_try(
    busy: Street, vendor: Vendor
) -> None:
    vendor.faults[CHANNEL].append("418")

    await busy.process().tick()
    await busy.process().tick()

    assert sorted(vendor.titles()) == [TITLE, TITLE]
    assert vendor.tries == 3


async def test_a_database_that_cannot_be_asked_is_asked_again(
    busy: Street, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable(*_: object) -> None:
        raise Unavailable

    process = busy.process()
    with monkeypatch.context() as down:
        down.setattr(jobs, "claim", unavailable)
        await process.tick()
    assert vendor.posts == []

    await process.tick()

    assert len(vendor.posts) == 2


async def test_after_three_weeks_away_only_the_last_is_posted(
    busy: Street, vendor: Vendor
) -> None:
    for day in (25, 32):  # in week 48 and in week 49
        busy.clock.ms = at(2026, 11, 1, 12) + (day - 1) * 86_400_000
        await busy.works("ada", "bob", "cyd")
    busy.clock.ms = at(2026, 12, 10, 15)

    await busy.process().tick()

    assert vendor.titles(CHANNEL) == ["Leaderboard of week 2026-W49"]


async def test_what_a_dead_process_took_goes_to_another_after_a_while(
    busy: Street, vendor: Vendor
) -> None:
    dead = await jobs.claim(busy.core, JOB, "2026-W47")
    assert dead.turn is jobs.Turn.OURS
    process = busy.process()

    await process.tick()
    busy.clock.ms += jobs.DEAD_MS - 1
    await process.tick()
    assert vendor.sent(CHANNEL) == []
    busy.clock.ms += 1
    await process.tick()
    await jobs.release(busy.core, dead)
    await jobs.finish(busy.core, dead)
    await busy.process().tick()

    assert vendor.titles(CHANNEL) == [TITLE]


async def test_it_ticks_as_long_as_it_is_open(
    busy: Street, vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.02)
    vendor.pause = 0.1

    async with schedule.running(busy.core, busy.transports, lambda _: True):
        while not vendor.tries:
            await asyncio.sleep(0.01)

    assert sorted(vendor.titles()) == [TITLE, TITLE]


async def test_a_platform_that_is_not_spoken_here_is_left_alone(
    busy: Street, vendor: Vendor
) -> None:
    only = {"telegram": busy.transports["telegram"]}
    async with schedule.running(busy.core, {}, lambda _: True):
        pass
    weekly = schedule.Weekly(busy.core, only, lambda _: False, places(busy.core.settings)[1:])

    await weekly.tick()

    assert vendor.posts == []
