"""Why: every way a call can be paid or refused is told, and only to those who may know."""

import pytest
from world.clock import ManualClock
from world.people import Town
from world.reports import Made, hold, make, person, refuse, settle

from core.calls import Attempt, LookView
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind
from core.service.explaining import explain
from core.service.start import Core
from core.store.refusals import MOST_IDS
from core.views import AttemptView

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


async def test_a_charge_from_own_quota_is_told_with_its_sum(core: Core, town: Town) -> None:
    ticket = await make(town, credits_of(12, 40, model="gpt-5", prompt=1_200, completion=300))

    view = await explain(core, ADA, ticket.call_id)

    assert (view.kind, view.paid_by, view.model, view.code) == ("charged", "own", "gpt-5", "")
    assert (view.held_micro, view.cost_micro) == (40 * CREDIT, 12 * CREDIT)
    assert (view.prompt_tokens, view.completion_tokens, view.cached_tokens) == (1_200, 300, 600)
    assert view.lines == (
        "The call to gpt-5 of 24 Nov 12:00 UTC cost 12 credits, paid from own quota.",
        "Before it was sent, 40 credits were held: the most it could cost.",
        (
            "1,200 prompt tokens (600 of them from the cache) and 300 tokens of answer,"
            " at the model's price, come to 12 credits."
        ),
        "The other 28 credits went back when it ended.",
    )


async def test_a_critical_charge_says_what_own_quota_had(core: Core, town: Town) -> None:
    await make(town, credits_of(45, 45))
    ticket = await make(town, credits_of(20, 60, critical=True, prompt=0, completion=0))

    view = await explain(core, ADA, ticket.call_id)

    assert view.paid_by == "critical"
    assert view.looks == (LookView("own", "personal_exhausted", 5 * CREDIT),)
    assert view.lines[:2] == (
        (
            "The call to demo of 24 Nov 12:00 UTC cost 20 credits,"
            " paid from the team pool of Blue Team, as a critical call."
        ),
        "Own quota had 5 credits left; the call needed 60.",
    )
    assert "prompt tokens" not in " ".join(view.lines)


async def test_a_vacation_charge_says_so_and_that_critical_was_not_allowed(
    core: Core, town: Town
) -> None:
    await make(town, credits_of(50, 50))
    await town.leave("bob")
    plain = await make(town, credits_of(9, 10))
    await town.query("UPDATE membership SET critical = 'stopped' RETURNING team_id")
    denied = await make(town, credits_of(9, 10, critical=True))

    told, told_denied = [await explain(core, ADA, t.call_id) for t in (plain, denied)]

    assert told.paid_by == told_denied.paid_by == "vacation"
    assert "paid from the team pool of Blue Team, within its vacation share." in told.lines[0]
    extra = "Critical priority was asked for, but the team did not allow it."
    assert (extra in told.lines, extra in told_denied.lines) == (False, True)


async def test_a_running_call_is_pending(core: Core, town: Town) -> None:
    ticket = await hold(town, credits_of(1, 40))

    view = await explain(core, ADA, ticket.call_id)

    assert (view.kind, view.cost_micro, view.held_micro) == ("pending", 0, 40 * CREDIT)
    assert (view.ended_ms, view.estimated) == (None, False)
    assert "is still running; own quota pays." in view.lines[0]
    assert "40 credits are held while it runs" in view.lines[1]


async def test_a_voided_call_cost_nothing_and_its_attempts_are_told(
    core: Core, town: Town
) -> None:
    attempts = (
        Attempt("openai/gpt-5", "refused", 429, 1_200),
        Attempt("groq/llama", "unsent", 0, 3),
    )
    ticket = await make(town, credits_of(0, 40, kind=Kind.VOID, attempts=attempts))

    view = await explain(core, ADA, ticket.call_id)

    assert (view.kind, view.cost_micro) == ("voided", 0)
    assert view.attempts[0] == AttemptView(1, "openai/gpt-5", "refused", 429, 1_200)
    assert view.lines[1:] == (
        "Nothing was produced, so the 40 credits that were held went back in full.",
        "Attempt 1 at openai/gpt-5: refused with status 429 after 1,200 ms.",
        "Attempt 2 at groq/llama: unsent after 3 ms.",
    )


async def test_a_captured_hold_is_flagged_and_can_be_disputed(core: Core, town: Town) -> None:
    ticket = await make(town, credits_of(0, 40, kind=Kind.CAPTURE))

    view = await explain(core, ADA, ticket.call_id)

    assert (view.kind, view.estimated, view.cost_micro) == ("charged", True, 40 * CREDIT)
    assert "the whole hold was charged" in view.lines[2]
    assert "dispute it" in view.lines[3]
    assert ticket.call_id in view.lines[3]


async def test_an_estimated_settlement_can_be_disputed_too(core: Core, town: Town) -> None:
    ticket = await make(town, credits_of(12, 40, estimated=True))

    view = await explain(core, ADA, ticket.call_id)

    assert view.estimated
    assert "This charge is an estimate." in view.lines[-1]


async def test_a_capture_that_was_corrected_later_says_what_went_back(
    core: Core, town: Town
) -> None:
    ticket = await make(town, credits_of(0, 40, kind=Kind.CAPTURE))
    await settle(town, ticket, credits_of(15, 40))

    view = await explain(core, ADA, ticket.call_id)

    assert (view.estimated, view.cost_micro) == (False, 15 * CREDIT)
    assert "charged at first; when the outcome was known, 25 credits went back" in view.lines[-1]


async def test_usage_above_the_hold_is_told_as_a_debt(core: Core, town: Town) -> None:
    ticket = await make(town, credits_of(47, 40))

    view = await explain(core, ADA, ticket.call_id)

    assert view.cost_micro == 47 * CREDIT
    assert "The missing 7 credits are a debt" in view.lines[-1]


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
        "The key's own cap left 10 credits; the call needed 20.",
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
