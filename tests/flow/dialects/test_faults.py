"""F-38 to F-55 through other dialects: nothing is hidden, invented, repeated or given away."""

import asyncio
import json
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import hypothesis
import pytest
from flow.dialects.formats import SECRET
from flow.dialects.places import KEY, MODELS, Place, booked, on_sqlite, translating
from flow.dialects.vendors import CACHED, PROMPT_TOKENS, WRITTEN
from flow.serving import Served
from hypothesis import strategies as st

from core.domain.notifying import Trouble
from core.settings import Settings
from gateway.http1 import Connection, Pool, Target
from gateway.translation import litellm_port

OUTPUT_COUNT = {
    "claude": "output_tokens", "gemini": "candidatesTokenCount", "command": "output_tokens",
    "llama": "eval_count", "bedrock": "outputTokens",
}  # fmt: skip


@on_sqlite
async def test_without_litellm_a_call_is_refused_and_costs_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken installation is no outcome that nobody knows."""
    served, state, ann = place

    def broken() -> None:
        raise ImportError

    monkeypatch.setattr(litellm_port, "loaded", lambda: False)
    monkeypatch.setattr(litellm_port, "load", broken)

    answer = await served.chat(ann, "hi", model="claude")

    assert (answer.status_code, state.bodies) == (502, [])
    assert (await booked(served, answer))[:2] == ("voided", 0)


@dataclass(frozen=True)
class Case:
    wish: str
    status: int
    code: str
    outcome: str
    posts: int = 1


CASES = (
    Case("status=500 retry=9", 502, "upstream_error", "voided"),  # F-41
    Case("status=529 retry=9", 502, "upstream_error", "voided"),
    Case("status=429 retry=3600", 429, "upstream_rate_limit_exceeded", "voided"),  # F-40
    Case("status=401", 502, "provider_auth", "voided"),  # F-42
    Case("status=402", 503, "upstream_quota", "voided"),
    Case("status=400", 400, "upstream_refused", "voided"),
    Case("status=400 half=1", 400, "upstream_refused", "voided"),
    Case("status=503 half=1", 502, "upstream_error", "voided", 3),
    Case("garbage=1", 502, "upstream_error", "captured"),  # F-43
    Case("tokens=0 status=302", 502, "upstream_error", "voided", 3),  # F-54
)


@on_sqlite
async def test_a_failure_is_told_and_booked_as_what_it_proves(place: Place) -> None:
    for model in MODELS:
        await _a_failure_is_told_and_booked_as_what_it_proves(place, model)


async def _a_failure_is_told_and_booked_as_what_it_proves(place: Place, model: str) -> None:
    served, state, ann = place
    for case in CASES:
        before = len(state.bodies)

        answer = await served.chat(ann, case.wish, model=model)

        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (case.status, case.code), case
        assert SECRET not in answer.text
        assert len(state.bodies) - before == case.posts
        outcome, cost, amount, estimated = await booked(served, answer)
        assert (outcome, estimated) == (case.outcome, case.outcome == "captured"), case
        assert cost == (amount if estimated else 0)
    attempts = await served.rows("SELECT count(*) FROM attempt")
    assert attempts[0][0] == len(state.bodies)
    await served.assert_clean()


async def test_a_failure_is_booked_so_on_both_databases(place: Place) -> None:
    served, _, ann = place

    refused = await served.chat(ann, "status=401", model="claude")
    garbled = await served.chat(ann, "garbage=1", model="gemini")

    assert (await booked(served, refused))[0] == "voided"
    assert (await booked(served, garbled))[0] == "captured"
    await served.assert_clean()


@on_sqlite
async def test_f15_who_leaves_before_a_provider_is_reached_is_charged_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connecting = asyncio.Event()

    async def connect(_pool: Pool, _to: Target) -> Connection:
        connecting.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(Pool, "connection", connect)
    short = settings.model_copy(update={"disconnect_grace_seconds": 0.1})
    async with translating(short, monkeypatch) as (served, _):
        ann = await served.member("ann")
        call = asyncio.create_task(served.chat(ann, "hi", model="claude"))
        await connecting.wait()
        call.cancel()
        await served.quiet()
        assert await served.rows("SELECT outcome, cost FROM call") == [("voided", 0)]


@on_sqlite
async def test_a_stream_without_its_own_end_is_told_as_broken(place: Place) -> None:
    """F-47, F-48: litellm would end it with `stop` and usage of its own making."""
    for model in MODELS:
        for wish in ("cut=6", "short=6", "error=6"):
            await _broken_off(place, model, wish)
    await place[0].assert_clean()


async def _broken_off(place: Place, model: str, wish: str) -> None:
    served, _, ann = place

    answer = await served.chat(ann, f"tokens=20 {wish}", model=model, stream=True)

    events = [one for one in answer.text.split("\n\n") if one.startswith("data:")]
    assert answer.status_code == 200
    assert events[-1].startswith('data: {"error"')
    assert '"code":"upstream_error"' in events[-1]
    assert "[DONE]" not in answer.text
    assert '"finish_reason":"stop"' not in answer.text
    assert SECRET not in answer.text
    outcome, cost, amount, estimated = await booked(served, answer)
    assert (outcome, estimated) == ("settled", True)
    assert 0 < cost <= amount
    await served.assert_clean()


BAD_COUNTS = ("-1", "1000000000000000000", '"12"', "null", "1.5", "true", "[]")


@on_sqlite
async def test_counts_that_cannot_be_true_capture_the_hold(place: Place) -> None:
    """F-45, plain and streamed; and F-44: where nothing is counted, bytes bound it."""
    for model in MODELS:
        await _counts_that_cannot_be_true_capture_the_hold(place, model)


async def _counts_that_cannot_be_true_capture_the_hold(place: Place, model: str) -> None:
    served, _, ann = place
    for stream in (False, True):
        for bad in BAD_COUNTS:
            usage = f'usage={{"{OUTPUT_COUNT[model]}":{bad}}}'
            answer = await served.chat(ann, f"tokens=7 {usage}", model=model, stream=stream)
            assert answer.status_code == 200
            outcome, cost, amount, estimated = await booked(served, answer)
            assert (outcome, cost, estimated) == ("captured", amount, True), bad
        answer = await served.chat(ann, "tokens=7 nousage=1", model=model, stream=stream)
        assert (answer.status_code, "usage" in answer.text) == (200, False)
        outcome, cost, amount, estimated = await booked(served, answer)
        assert (outcome, estimated) == ("settled", True)
        assert 0 < cost <= amount
    await served.assert_clean()


@on_sqlite
async def test_gemini_s_total_has_to_add_up(place: Place) -> None:
    served, _, ann = place

    answer = await served.chat(ann, 'tokens=7 usage={"totalTokenCount":9}', model="gemini")

    assert (await booked(served, answer))[0] == "captured"


PICO = {  # per token, as litellm's file has the dollars: in, out, read, written
    "claude": (3_000_000_000, 15_000_000_000, 300_000_000, 3_750_000_000),
    "gemini": (300_000_000, 2_500_000_000, 30_000_000, 300_000_000),
}
COUNTS = st.one_of(st.integers(0, 300), st.integers(0, 10**6), st.integers(10**7, 10**8))


def billed_micro(model: str, prompt: int, output: int) -> int:
    """What the provider's bill comes to; the fakes tell of cached and of written tokens too."""
    plain, out, read, written = PICO[model]
    if model == "claude":
        pico = prompt * plain + CACHED * read + WRITTEN * written + output * out
    else:
        pico = (prompt - CACHED) * plain + CACHED * read + output * out
    return ceil(Fraction(pico, 10**6))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_billed_is_charged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Charged ≥ billed, and hold ≥ charged, or the difference is a debt and an alarm rings."""

    @hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
    @hypothesis.given(st.sampled_from(["claude", "gemini"]), COUNTS, COUNTS, st.booleans())
    def holds(model: str, prompt: int, output: int, stream: bool) -> None:  # noqa: FBT001
        runner.run(_bill(place, model, (PROMPT_TOKENS + prompt, output), stream=stream))

    with asyncio.Runner() as runner:
        opened = translating(settings, monkeypatch)
        served, state = runner.run(opened.__aenter__())
        try:
            place = served, state, runner.run(served.member("ann", 10**9))
            holds()
            runner.run(_alarmed(served, Trouble.ABOVE))
            runner.run(served.assert_clean())
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def _alarmed(served: Served, trouble: Trouble) -> None:
    """Wait until the administrator is told; that comes after the answer."""
    told = f'{{"trouble":"{trouble}"}}'
    async with asyncio.timeout(5):
        while not await served.rows("SELECT no FROM outbox WHERE payload = :1", told):
            await asyncio.sleep(0.01)


async def _debt(served: Served) -> int:
    owed = "SELECT coalesce(sum(posted), 0) FROM balance WHERE account LIKE 'debt:%'"
    return int((await served.rows(owed))[0][0])


async def _bill(place: Place, model: str, counts: tuple[int, int], *, stream: bool) -> None:
    served, _, ann = place
    prompt, output = counts
    if model == "claude":
        usage = {"input_tokens": prompt, "output_tokens": output}
    else:
        usage = {
            "promptTokenCount": prompt, "candidatesTokenCount": output, "thoughtsTokenCount": 0,
            "totalTokenCount": prompt + output,
        }  # fmt: skip
    before = await _debt(served)
    wish = f"tokens=2 usage={json.dumps(usage, separators=(',', ':'))}"

    answer = await served.chat(ann, wish, model=model, stream=stream)

    assert answer.status_code == 200, answer.text
    outcome, cost, amount, _ = await booked(served, answer)
    believed = max(counts) + CACHED + WRITTEN <= 10**8
    if believed:
        assert cost == billed_micro(model, prompt, output)
        assert await _debt(served) - before == max(0, cost - amount)
    else:
        assert (outcome, cost) == ("captured", amount)


CANARY = f"canary{chr(45)}of"
"""Not in one piece in a line of this file: a log that fails shows the lines it was called from."""


@on_sqlite
async def test_no_key_and_no_word_is_in_what_is_told(
    place: Place, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    served, _, ann = place
    caplog.set_level(0)
    for model in MODELS:
        for wish in ("tokens=2", "status=401", "garbage=1", "status=400"):
            answer = await served.chat(ann, f"{CANARY}-{model} {wish}", model=model)
            assert KEY not in answer.text
    said = caplog.text + "".join(capfd.readouterr())
    assert CANARY not in said
    assert KEY not in said
    assert SECRET not in said
