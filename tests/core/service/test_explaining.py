"""Why: every way in which a call can be paid is told line by line."""

from dataclasses import replace

import pytest
from world.clock import ManualClock
from world.people import Town
from world.reports import Made, hold, make, person, settle

from core.calls import Attempt, LookView
from core.domain.bill import keep
from core.domain.credits import ceil_micro
from core.domain.ledger import Kind
from core.domain.pricing import Price, Rates, Usage, cost_micro
from core.service.explaining import explain
from core.service.start import Core
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
        "Attempt 1 at demo/demo: answered with status 200 after 0 ms.",
    )
    assert view.attempts == (AttemptView(1, "demo/demo", "answered", 200, 0),)


PRICE = Price(Rates(2 * 10**9, 8 * 10**9, 10**9, 3 * 10**9, own_reasoning_pico=5 * 10**9 + 1))
USAGE = Usage(1_000, 300, cached_tokens=400, cache_written_tokens=100, reasoning_tokens=200)


async def test_the_arithmetic_is_told_at_the_price_that_was_kept(core: Core, town: Town) -> None:
    cost = cost_micro(PRICE, USAGE)
    priced = Made("ada", cost=cost, held=9 * CREDIT, usage=USAGE, price=keep("demo/demo", PRICE))
    ticket = await make(town, priced)

    view = await explain(core, ADA, ticket.call_id)

    assert view.lines[2:8] == (
        "500 tokens of prompt at 2,000 credits per million: 1 credit.",
        "400 tokens of prompt, read from the cache, at 1,000 credits per million: 0.4 credits.",
        "100 tokens of prompt, written to the cache, at 3,000 credits per million: 0.3 credits.",
        "100 tokens of answer at 8,000 credits per million: 0.8 credits.",
        "200 tokens of reasoning at 5,000.000001 credits per million: 1.0000000002 credits.",
        "Together that is 3.50 credits, rounded up once.",
    )
    assert cost == 3_500_001 == ceil_micro(sum(line.cost_pico for line in view.charges))
    assert (view.reasoning_tokens, view.cache_written_tokens) == (200, 100)


async def test_a_price_is_written_once_however_many_calls_it_charges(
    core: Core, town: Town
) -> None:
    price, other = keep("demo/demo", PRICE), keep("demo/other", PRICE)
    calls = [Made("ada", cost=1, held=2, usage=USAGE, price=p) for p in (price, price, other)]

    tickets = [await make(town, made) for made in (*calls, *calls)]

    rows = await town.query("SELECT id, rates FROM price")
    assert len(rows) == 2
    assert {(row[0], row[1]) for row in rows} == {(p.id, p.rates) for p in (price, other)}
    told = await explain(core, ADA, tickets[0].call_id)
    assert told.charges == (await explain(core, ADA, tickets[-1].call_id)).charges


async def test_a_charge_that_ends_at_its_hold_says_so(core: Core, town: Town) -> None:
    made = Made("ada", cost=CREDIT, held=CREDIT, usage=USAGE, price=keep("demo/demo", PRICE))
    ticket = await make(town, replace(made, estimated=True))

    view = await explain(core, ADA, ticket.call_id)

    assert "The charge ends at what was held: 1 credit." in view.lines


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
    assert "charged at first; when the outcome was known, 25 credits went back" in view.lines[-2]


async def test_usage_above_the_hold_is_told_as_a_debt(core: Core, town: Town) -> None:
    ticket = await make(town, credits_of(47, 40))

    view = await explain(core, ADA, ticket.call_id)

    assert view.cost_micro == 47 * CREDIT
    assert "The missing 7 credits are a debt" in view.lines[-2]


async def test_a_capture_that_was_corrected_to_an_estimate_says_what_went_back(
    core: Core, town: Town
) -> None:
    ticket = await make(town, credits_of(0, 40, kind=Kind.CAPTURE))
    await settle(town, ticket, credits_of(15, 40, estimated=True))

    view = await explain(core, ADA, ticket.call_id)

    assert (view.estimated, view.cost_micro) == (True, 15 * CREDIT)
    told = " ".join(view.lines)
    assert "when the outcome was known, 25 credits went back" in told
    assert "How it ended is unknown" not in told
