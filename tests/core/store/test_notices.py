"""Notices row by row: once an event and recipient, on each channel, and only to the willing."""

import asyncio
from collections.abc import Iterable

import msgspec
import pytest
from world.people import Town

from core.domain.notifying import Kind
from core.store import notices
from core.store.acts import Act
from core.store.chat_tables import IdentityLinkRow, NotifyRow
from core.store.notices import OUTBOX, Notice
from core.store.statements import Program

AWAY = Notice(Kind.AWAY, "away:x:1", "x", {"team": "blue", "days": 3, "long": True, "end": None})


@pytest.fixture
async def people(town: Town) -> Town:
    for name in ("ada", "bob", "eve"):
        await town.member(name)
    return town


async def tell(town: Town, notice: Notice, recipients: Iterable[str]) -> None:
    act = Act("evt_1", "ada", town.clock.ms)
    await town.database.run(lambda: notices.tell(act, notice, recipients))


async def rows(town: Town) -> list[tuple[str, str]]:
    found = await town.query("SELECT id, queue FROM outbox ORDER BY id")
    return [(row[0], row[1]) for row in found]


async def link(town: Town, member: str, platform: str) -> None:
    name = f"{platform} {member}"
    row = IdentityLinkRow(
        platform=platform, tenant="", external_id=name, id=name,
        member_id=member, linked_ms=0, seen_ms=0,
    )  # fmt: skip
    await town.add(row)


async def test_an_event_is_told_once_to_each_however_often_it_is_told(people: Town) -> None:
    await tell(people, AWAY, ["bob", "ada", "bob"])
    await tell(people, AWAY, ["ada"])
    await tell(people, AWAY, ["eve", "ada"])
    await tell(people, AWAY, [])

    assert await rows(people) == [
        ("away:x:1:ada", "ada"),
        ("away:x:1:bob", "bob"),
        ("away:x:1:eve", "eve"),
    ]


async def test_a_notice_says_what_it_is_about_and_waits_from_now_on(people: Town) -> None:
    await tell(people, AWAY, ["bob"])

    (row,) = await people.query(
        "SELECT member_id, kind, ref, payload, state, next_ms, created_ms, attempts FROM outbox"
    )
    assert row[:3] == ("bob", "away", "x") == tuple(row[:3])
    assert msgspec.json.decode(row[3]) == AWAY.payload
    assert tuple(row[4:]) == ("pending", people.clock.ms, people.clock.ms, 0)


async def test_the_web_chat_has_a_row_of_its_own_beside_all_other_accounts(people: Town) -> None:
    for member, platform in (("ada", "web"), ("bob", "slack"), ("bob", "web"), ("bob", "teams")):
        await link(people, member, platform)

    await tell(people, AWAY, ["ada", "bob", "eve"])

    assert await rows(people) == [
        ("away:x:1:ada/web", "ada/web"),
        ("away:x:1:bob", "bob"),
        ("away:x:1:bob/web", "bob/web"),
        ("away:x:1:eve", "eve"),
    ]


async def test_what_is_muted_is_not_written(people: Town) -> None:
    await people.add(NotifyRow(member_id="ada", muted="critical,vacation"))
    await people.add(NotifyRow(member_id="bob", muted="quota"))

    await tell(people, AWAY, ["ada", "bob"])
    await tell(people, Notice(Kind.APPROVAL, "asked:a", "a"), ["ada"])

    assert [row[0] for row in await rows(people)] == ["asked:a:ada", "away:x:1:bob"]


async def test_told_is_who_has_a_row_on_any_channel(people: Town) -> None:
    await link(people, "ada", "web")
    await tell(people, AWAY, ["ada", "bob"])
    pairs = [("away:x:1", name) for name in ("ada", "bob", "eve")] + [("away:x:2", "ada")]

    found = await people.database.read(notices.told(pairs))

    assert found == {("away:x:1", "ada"), ("away:x:1", "bob")}
    assert await people.database.read(notices.told([])) == set()


async def test_a_transaction_that_fails_tells_nobody_and_wakes_nobody(people: Town) -> None:
    act = Act("evt_1", "ada", people.clock.ms)

    def program() -> Program[None]:
        yield from notices.tell(act, AWAY, ["bob"])
        raise ZeroDivisionError

    with people.database.waking.waiter(OUTBOX) as woken:
        with pytest.raises(ZeroDivisionError):
            await people.database.run(program)
        assert not woken.is_set()
    assert await rows(people) == []


async def test_whoever_delivers_is_woken_after_the_commit(people: Town) -> None:
    async with people.database.hearing():
        with people.database.waking.waiter(OUTBOX) as woken:
            await tell(people, AWAY, ["bob"])
            async with asyncio.timeout(10):
                await woken.wait()


async def test_events_told_at_the_same_time_from_many_sides_are_told_once(people: Town) -> None:
    orders = [("ada", "bob", "eve"), ("eve", "bob", "ada")]

    await asyncio.gather(*(tell(people, AWAY, orders[n % 2]) for n in range(20)))

    assert len(await rows(people)) == 3
