"""Idempotency keys on both databases: the same call is charged once, whatever is sent again."""

import pytest
from msgspec.structs import replace
from world.people import Town

from core.calls import Denied, Ticket
from core.domain.errors import Code, Refusal
from core.store.items import HoldItem, Item

CLAIMS = "SELECT id, call_id FROM idempotency ORDER BY id"


@pytest.fixture(autouse=True)
async def people(town: Town) -> None:
    await town.member("ada", 100)
    await town.member("bob", 100)


def asked(town: Town, name: str, amount: int, *, body: bytes = b"body") -> HoldItem:
    """A new call of this member under the Idempotency-Key `k`."""
    item = town.hold_item(name, amount)
    return replace(item, ask=replace(item.ask, idempotency_key="k", body_mac=body))


async def granted(town: Town, name: str, amount: int) -> Ticket:
    ticket = await town.database.commit(asked(town, name, amount))
    assert isinstance(ticket, Ticket), ticket
    return ticket


async def code(town: Town, item: HoldItem) -> Code:
    with pytest.raises(Refusal) as caught:
        await town.database.commit(item)
    return caught.value.code


async def batch(town: Town, *items: Item, recheck: bool = False) -> list[object]:
    return await town.database.run(lambda: town.database.journal(items, recheck=recheck))


async def test_while_the_first_call_runs_the_second_is_in_progress(town: Town) -> None:
    await granted(town, "ada", 30)

    assert await code(town, asked(town, "ada", 30)) is Code.IN_PROGRESS
    assert await town.standing(town.own("ada")) == (100, 30, 0)


@pytest.mark.parametrize("captured", [False, True])
async def test_a_finished_call_is_not_made_again_and_is_named(
    town: Town,
    captured: bool,  # noqa: FBT001 - a table's column
) -> None:
    first = await granted(town, "ada", 30)
    await (town.capture(first) if captured else town.settle(first, 30))

    with pytest.raises(Refusal) as caught:
        await town.database.commit(asked(town, "ada", 30))

    assert caught.value.code is Code.REPLAY_WITHOUT_CONTENT
    assert caught.value.facts == {"call_id": first.call_id, "cost_micro": 30}
    assert await town.standing(town.own("ada")) == (100, 0, 30)


async def test_another_body_under_the_same_key_is_a_mismatch_running_or_ended(town: Town) -> None:
    first = await granted(town, "ada", 30)
    other = asked(town, "ada", 30, body=b"another")
    running = await code(town, other)
    await town.settle(first, 30)

    ended = await code(town, asked(town, "ada", 30, body=b"another"))

    assert running is ended is Code.IDEMPOTENCY_MISMATCH


async def test_a_refused_call_gives_its_key_back(town: Town) -> None:
    denied = await town.database.commit(asked(town, "ada", 101))
    freed = await town.query(CLAIMS)

    ticket = await town.database.commit(asked(town, "ada", 100, body=b"shorter"))

    assert isinstance(denied, Denied)
    assert freed == []
    assert isinstance(ticket, Ticket)


async def test_a_call_with_a_dead_key_leaves_no_claim(town: Town) -> None:
    await town.query("UPDATE api_key SET revoked_ms = 1 WHERE id = 'ada' RETURNING id")

    assert await code(town, asked(town, "ada", 1)) is Code.INVALID_API_KEY
    assert await town.query(CLAIMS) == []


async def test_a_voided_call_gives_its_key_back(town: Town) -> None:
    await town.void(await granted(town, "ada", 30))

    second = await granted(town, "ada", 40)

    assert [tuple(row) for row in await town.query(CLAIMS)] == [("ada/k", second.call_id)]


async def test_a_call_that_was_captured_and_then_voided_gives_its_key_back_too(town: Town) -> None:
    """Its process was thought dead, and it knew better."""
    first = await granted(town, "ada", 30)
    await town.capture(first)
    await town.void(first)

    second = await granted(town, "ada", 40)
    await town.void(first)

    assert [tuple(row) for row in await town.query(CLAIMS)] == [("ada/k", second.call_id)]


async def test_voiding_twice_does_not_take_the_key_from_the_call_that_has_it_now(
    town: Town,
) -> None:
    first = await granted(town, "ada", 30)
    await town.void(first)
    await granted(town, "ada", 40)

    await town.void(first)

    assert await code(town, asked(town, "ada", 40)) is Code.IN_PROGRESS


async def test_the_scope_of_a_key_is_its_member(town: Town) -> None:
    tickets = [await granted(town, name, 30) for name in ("ada", "bob")]

    assert [ticket.idempotency_id for ticket in tickets] == ["ada/k", "bob/k"]


async def test_of_two_in_one_batch_the_first_to_come_is_made(town: Town) -> None:
    first, second = await batch(town, asked(town, "ada", 30), asked(town, "ada", 30))

    assert isinstance(first, Ticket)
    assert isinstance(second, Refusal)
    assert second.code is Code.IN_PROGRESS
    assert await town.standing(town.own("ada")) == (100, 30, 0)


async def test_of_two_bodies_in_one_batch_the_second_is_a_mismatch(town: Town) -> None:
    items = [asked(town, "ada", 30), asked(town, "ada", 30, body=b"another")]

    first, second = await batch(town, *items)

    assert isinstance(first, Ticket)
    assert isinstance(second, Refusal)
    assert second.code is Code.IDEMPOTENCY_MISMATCH


async def test_an_unknown_commit_that_happened_keeps_its_claim(town: Town) -> None:
    item = asked(town, "ada", 30)
    await batch(town, item)

    (again,) = await batch(town, item, recheck=True)

    assert isinstance(again, Ticket)
    assert await code(town, asked(town, "ada", 30)) is Code.IN_PROGRESS
