"""Every way an upstream can fail: what the client hears, what is charged, what stays open."""

from dataclasses import dataclass

import pytest
from flow.serving import Served
from flow.upstreams import PROMPT_TOKENS, Upstream
from structlog.testing import capture_logs

from core.store.database import Database
from core.store.items import Item, SettleItem
from gateway.answers import Meter

PROMPT_PICO, OUTPUT_PICO = 150_000_000, 600_000_000
"""gpt-4o-mini: US$ 0.15 and 0.60 per million tokens, 1,000 credits to the dollar."""


def price_micro(completion_tokens: int, prompt_tokens: int = PROMPT_TOKENS) -> int:
    return -(-(prompt_tokens * PROMPT_PICO + completion_tokens * OUTPUT_PICO) // 1_000_000)


@dataclass(frozen=True)
class Case:
    number: str
    wish: str
    status: int
    code: str
    outcome: str
    posts: int
    stream: bool = False


CASES = [
    Case("F-41", "status=500", 502, "upstream_error", "voided", 3),
    Case("F-41", "status=503", 502, "upstream_error", "voided", 3),
    Case("F-40", "status=429 retry=0", 429, "upstream_rate_limit_exceeded", "voided", 3),
    Case("F-40", "status=429 retry=3600", 429, "upstream_rate_limit_exceeded", "voided", 1),
    Case("F-42", "status=429 code=insufficient_quota", 503, "upstream_quota", "voided", 1),
    Case("F-42", "status=401", 502, "provider_auth", "voided", 1),
    Case("", "status=400 code=context_length_exceeded", 400, "upstream_refused", "voided", 1),
    Case("", "status=408", 502, "upstream_error", "voided", 3),
    Case("", "status=424", 502, "upstream_error", "voided", 3),
    Case("F-54", "fault=redirect", 502, "upstream_error", "voided", 3),
    Case("F-43", "fault=garbage", 502, "upstream_error", "captured", 1),
    Case("F-43", "fault=broken", 502, "upstream_error", "captured", 1),
    Case("F-41", "status=500", 502, "upstream_error", "voided", 3, stream=True),
    Case("F-47", "fault=broken", 502, "upstream_error", "captured", 1, stream=True),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.number} {c.wish}{' stream' * c.stream}")
async def test_a_failure_is_told_and_booked_as_what_it_proves(
    case: Case, served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    answer = await served.chat(member, case.wish, stream=case.stream)

    assert (answer.status_code, answer.json()["error"]["code"]) == (case.status, case.code)
    assert "SECRET-PROVIDER-TEXT" not in answer.text
    assert provider.calls == case.posts
    assert set(provider.posts) == {answer.headers["x-request-id"]}
    rows = await served.rows(
        "SELECT c.outcome, c.cost, h.amount, c.estimated FROM call c JOIN hold h ON h.id = c.id"
    )
    outcome, cost, amount, estimated = rows[0]
    assert (outcome, bool(estimated)) == (case.outcome, case.outcome == "captured")
    assert cost == (amount if case.outcome == "captured" else 0)
    attempts = await served.rows("SELECT count(*) FROM attempt")
    assert attempts[0][0] == case.posts
    await served.assert_clean()


USAGES = [
    ('usage={"prompt_tokens":-1,"completion_tokens":5}', "captured"),
    ('usage={"prompt_tokens":"12","completion_tokens":5}', "captured"),
    ('usage={"prompt_tokens":1e18,"completion_tokens":5}', "captured"),
    ('usage={"prompt_tokens":10,"completion_tokens":5,"total_tokens":9}', "captured"),
    ("usage=null", "settled"),
    ("nousage=1", "settled"),
]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize(("wish", "outcome"), USAGES)
async def test_usage_that_cannot_be_true_never_makes_a_call_free(
    wish: str, outcome: str, *, stream: bool, served: Served
) -> None:
    """F-44 where there is none, F-45 where it is no count."""
    member = await served.member("ann")

    answer = await served.chat(member, f"tokens=7 {wish}", stream=stream)

    assert answer.status_code == 200
    rows = await served.rows(
        "SELECT c.outcome, c.cost, h.amount, c.estimated FROM call c JOIN hold h ON h.id = c.id"
    )
    said, cost, amount, estimated = rows[0]
    assert said == outcome
    assert estimated
    assert price_micro(7) <= cost <= amount
    if outcome == "captured":
        assert cost == amount
    await served.assert_clean()


async def test_f46_usage_above_the_hold_becomes_a_debt(served: Served) -> None:
    member = await served.member("ann")

    wish = 'usage={"prompt_tokens":11,"completion_tokens":5000}'
    answer = await served.chat(member, wish)

    assert answer.status_code == 200
    amount, cost = (
        await served.rows("SELECT h.amount, c.cost FROM call c JOIN hold h ON h.id = c.id")
    )[0]
    assert cost == price_micro(5000)
    debt = (await served.rows("SELECT posted FROM balance WHERE account LIKE 'debt:%'"))[0][0]
    assert debt == cost - amount
    await served.assert_clean()


@pytest.mark.parametrize("wish", ["tokens=20 cut=6", "tokens=20 end=6", "tokens=20 error=6"])
async def test_a_stream_that_breaks_off_ends_with_an_error_and_charges_what_was_read(
    wish: str, served: Served
) -> None:
    """F-47 for a cut line, F-48 for an error within the stream."""
    member = await served.member("ann")

    answer = await served.chat(member, wish, stream=True)

    assert answer.status_code == 200
    events = [line for line in answer.text.split("\n\n") if line.startswith("data:")]
    assert events[-1].startswith('data: {"error"')
    assert '"code":"upstream_error"' in events[-1]
    assert "[DONE]" not in answer.text
    assert "overloaded" not in answer.text
    cost, estimated, outcome = (await served.rows("SELECT cost, estimated, outcome FROM call"))[0]
    assert cost >= price_micro(6)
    assert (bool(estimated), outcome) == (True, "settled")
    await served.assert_clean()


async def test_a_stream_s_last_blank_line_need_not_come(served: Served) -> None:
    """OpenAI's own clients take such a stream for whole too."""
    member = await served.member("ann")

    answer = await served.chat(member, "bare=1 tokens=7", stream=True)

    assert answer.text.endswith("data: [DONE]\n\n")
    cost, estimated, outcome = (await served.rows("SELECT cost, estimated, outcome FROM call"))[0]
    assert (cost, bool(estimated), outcome) == (price_micro(7), False, "settled")


async def test_f39_a_stopped_upstream_costs_nothing(served: Served, provider: Upstream) -> None:
    member = await served.member("ann")
    before = await served.quota(member)

    answer = await served.chat(member, "hi", model="nowhere")

    assert answer.status_code == 502
    assert provider.calls == 0
    after = await served.quota(member)
    assert after["own"] == before["own"]
    assert (await served.rows("SELECT outcome FROM attempt"))[0][0] == "unsent"


async def test_f39_a_fallback_answers_at_its_own_price_when_the_first_model_is_down(
    served: Served,
) -> None:
    member = await served.member("ann")

    answer = await served.chat(member, "tokens=3", model="with-fallback")

    assert answer.status_code == 200
    cost = (await served.rows("SELECT cost, upstream FROM call"))[0]
    assert cost[0] == price_micro(3)
    assert (await served.rows("SELECT count(*) FROM attempt"))[0][0] == 4


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
async def test_a_bug_after_the_hold_is_told_charged_and_logged_by_its_place(
    *, stream: bool, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the log it carries the id that the client was told, and no word of the call."""
    member = await served.member("ann")
    named = "event" if stream else "whole"

    def breaks(*_: object) -> None:
        raise LookupError("CANARY-IN-AN-ERROR")

    monkeypatch.setattr(Meter, named, breaks)
    with capture_logs() as events:
        answer = await served.chat(member, "tokens=7", stream=stream)

    assert answer.text.count('"code":"internal_error"') == 1
    assert served.core.tally.refused["internal_error"] == 1
    assert "CANARY" not in answer.text
    (said,) = [event for event in events if event["event"] == "unexpected_error"]
    assert said.pop("at").partition(":")[0] == __name__
    assert said == {
        "event": "unexpected_error",
        "log_level": "error",
        "error": "LookupError",
        "request_id": answer.headers["x-request-id"],
    }
    assert await served.rows("SELECT outcome, status FROM call") == [("captured", 500)]
    await served.assert_clean()


async def test_a_settlement_is_tried_again_whatever_the_database_said(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given up, it would hold credit until the process ends."""
    member = await served.member("ann")
    commit, broken = Database.commit, 0

    async def breaks(database: Database, item: Item) -> object:
        nonlocal broken
        if isinstance(item, SettleItem) and broken < 2:
            broken += 1
            raise LookupError("CANARY-IN-AN-ERROR")
        return await commit(database, item)

    monkeypatch.setattr(Database, "commit", breaks)
    with capture_logs() as events:
        answer = await served.chat(member, "tokens=7")

    assert (answer.status_code, broken) == (200, 2)
    failed = [event for event in events if event["event"] == "settlement_failed"]
    assert len(failed) == 2
    assert "CANARY" not in str(events)
    assert (await served.rows("SELECT outcome, cost FROM call")) == [("settled", price_micro(7))]
    await served.assert_clean()
