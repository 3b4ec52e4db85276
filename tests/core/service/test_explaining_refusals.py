"""Why: what a refusal says, which call is the last, and who may know of it."""

import pytest
from world.clock import ManualClock
from world.people import Town
from world.reports import Made, hold, make, person, refuse

from core.domain.errors import Code, Refusal
from core.service.explaining import explain
from core.service.start import Core
from core.store.refusals import MOST_IDS

CREDIT = 1_000_000
ADA = person("ada", "blue")


@pytest.fixture
async def town(core: Core, clock: ManualClock) -> Town:
    town = Town(core.database, core.database.journal.rules, clock)
    await town.team("blue", pool=1_000 * CREDIT)
    await town.query("UPDATE team SET name = 'Blue Team' RETURNING id")
    for name in ("ada", "bob"):
        await town.member(name, 50 * CREDIT, team="blue")
    return town


def credits_of(cost: int, held: int, **more: object) -> Made:
    return Made("ada", cost=cost * CREDIT, held=held * CREDIT, **more)  # type: ignore[arg-type]  # Made's own fields


async def test_a_refusal_says_what_was_looked_at_and_what_helps(core: Core, town: Town) -> None:
    call_id = await refuse(town, credits_of(84, 84))

    view = await explain(core, ADA, call_id)

    assert (view.kind, view.code, view.paid_by) == ("refused", "insufficient_quota", None)
    assert (view.required_micro, view.held_micro, view.cost_micro) == (84 * CREDIT, 0, 0)
    assert view.lines == (
        "The call to demo of 24 Nov 12:00 UTC was refused: insufficient_quota.",
        "It could have cost up to 84 credits, and nothing is sent before that is held.",
        "Own quota had 50 credits left; the call needed 84.",
        (
            "The pool's critical share was not asked: the call was not critical,"
            " or the team did not allow it."
        ),
        "The pool's vacation share was not asked: nobody else in the team was on vacation.",
        (
            "What helps: 34 credits more in own quota: ask a manager for more (/tokenpool request"
            " in chat, or POST /v1/approvals); a lower max_tokens; or waiting for 1 Dec 00:00 UTC,"
            " when the next period begins."
        ),
    )


async def test_every_payer_that_was_asked_in_vain_is_told(core: Core, town: Town) -> None:
    await town.leave("bob")
    shares = await explain(core, ADA, await refuse(town, credits_of(200, 200, critical=True)))
    await town.query("UPDATE team SET vacation_percent = 100, critical_percent = 100 RETURNING id")
    pool = await explain(core, ADA, await refuse(town, credits_of(1_500, 1_500)))

    assert [look.reason for look in shares.looks] == [
        "personal_exhausted",
        "critical_cap",
        "vacation_cap",
    ]
    text = " ".join(shares.lines)
    assert "The member's critical share of the team pool had 100 credits left" in text
    assert "The team's vacation share had 100 credits left" in text
    assert "was not asked" not in text
    assert "had 1,000 credits left; the call needed 1,500." in " ".join(pool.lines)


async def test_a_keys_own_cap_helps_itself(core: Core, town: Town) -> None:
    await town.member("eve", 50 * CREDIT, cap=10 * CREDIT)

    view = await explain(core, person("eve"), await refuse(town, Made("eve", cost=20 * CREDIT)))

    assert view.lines[2:] == (
        "The key's cap left 10 credits; the call needed 20.",
        "There was no team whose pool could have paid.",
        "What helps: another key or a higher cap for this one, or a shorter answer.",
    )


async def test_refusals_in_a_row_are_counted_and_the_last_is_found(
    core: Core, town: Town, clock: ManualClock
) -> None:
    ids = []
    for _ in range(MOST_IDS + 2):
        ids.append(await refuse(town, credits_of(84, 84)))
        clock.advance(seconds=1)

    first, newest = [await explain(core, ADA, ids[n]) for n in (0, -1)]

    assert first.count == newest.count == MOST_IDS + 2
    assert "This happened 52 times since 24 Nov 12:00 UTC" in newest.lines[1]
    with pytest.raises(Refusal):
        await explain(core, ADA, ids[-2])


async def test_a_refusal_of_another_kind_is_told_without_payers(core: Core, town: Town) -> None:
    call_id = await refuse(town, credits_of(84, 84), code="model_not_allowed")

    view = await explain(core, ADA, call_id)

    assert view.lines == ("The call to demo of 24 Nov 12:00 UTC was refused: model_not_allowed.",)


async def charged(town: Town) -> str:
    return (await make(town, credits_of(1, 2))).call_id


async def pending(town: Town) -> str:
    return (await hold(town, credits_of(1, 2))).call_id


async def refused_call(town: Town) -> str:
    return await refuse(town, credits_of(84, 84))


WAYS = {"charged": charged, "pending": pending, "refused": refused_call}


async def test_last_is_the_most_recent_charge_or_refusal(
    core: Core, town: Town, clock: ManualClock
) -> None:
    found = []
    for way in ("charged", "charged", "refused", "charged"):
        call_id = await WAYS[way](town)
        found.append((call_id, (await explain(core, ADA, "last")).request_id))
        clock.advance(seconds=1)
    await make(town, Made("bob"))

    assert [last for _, last in found] == [call_id for call_id, _ in found]
    assert (await explain(core, ADA, "last")).request_id == found[-1][0]


async def test_whoever_never_called_has_no_last_call(core: Core, town: Town) -> None:
    assert await town.query("SELECT 1")
    with pytest.raises(Refusal) as refused:
        await explain(core, ADA, "last")

    assert refused.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("kind", ["charged", "pending", "refused"])
async def test_only_the_member_a_manager_of_the_team_and_an_admin_may_know(
    core: Core, town: Town, kind: str
) -> None:
    name = await WAYS[kind](town)

    for asker in (ADA, person("mia", manages=("blue",)), person("root", admin=True)):
        assert (await explain(core, asker, name)).kind == kind
    for stranger in (person("bob", "blue"), person("mia", manages=("red",)), person("eve")):
        with pytest.raises(Refusal) as refused:
            await explain(core, stranger, name)

        assert (refused.value.code, refused.value.facts) == (Code.NOT_FOUND, {})
        assert refused.value.message == f"There is no such call: {name}."


async def test_a_call_without_a_team_is_no_managers_business(core: Core, town: Town) -> None:
    await town.member("eve")
    ticket = await make(town, Made("eve"))

    with pytest.raises(Refusal):
        await explain(core, person("mia", manages=("blue",)), ticket.call_id)


@pytest.mark.parametrize("request_id", ["", "nothing", "a\0b", "\udc80", "x" * 1_000, "' OR 1=1"])
async def test_what_is_no_id_is_missing(core: Core, request_id: str) -> None:
    with pytest.raises(Refusal) as refused:
        await explain(core, ADA, request_id)

    assert refused.value.code is Code.NOT_FOUND
