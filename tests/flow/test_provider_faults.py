"""Faults of providers that a moment's patience shows: silence, too much, nonsense, no end.

Each test carries its number in the fault matrix. The rest of its section is in test_faults.py.
"""

import asyncio
import socket
from itertools import product
from typing import Any

import httpx
import pytest
from flow.memory import growing
from flow.mischief import NO_COMPLETIONS
from flow.serving import Served
from flow.test_faults import price_micro
from flow.upstreams import Upstream

MIB = 2**20
READ_CALL = """
SELECT c.outcome, c.cost, h.amount, c.estimated, c.status FROM call c JOIN hold h ON h.id = c.id
WHERE c.id = :1
"""


async def booked(served: Served, answer: httpx.Response) -> tuple[str, int, int, bool, int]:
    """Return outcome, cost, hold, whether it is an estimate, and status of a call."""
    call_id = answer.headers["x-request-id"]
    [(outcome, cost, amount, estimated, status)] = await served.rows(READ_CALL, call_id)
    assert await served.open_holds() == 0
    return outcome, cost, amount, bool(estimated), status


async def attempts(served: Served) -> list[tuple[str, str, int]]:
    sql = "SELECT upstream, outcome, status FROM attempt ORDER BY call_id, no"
    return [(row[0], row[1], row[2]) for row in await served.rows(sql)]


async def test_f38_a_provider_that_never_begins_is_504_and_the_hold_is_captured(
    hurried: Served, provider: Upstream
) -> None:
    member = await hurried.member("ann")

    for stream in (False, True):
        answer = await hurried.chat(member, "fault=silent", stream=stream)

        assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_timeout")
        outcome, cost, amount, estimated, status = await booked(hurried, answer)
        assert (outcome, cost, estimated, status) == ("captured", amount, True, 504)
    assert provider.calls == 2
    await hurried.assert_clean()


async def test_f38_a_provider_that_falls_silent_within_a_stream_ends_it_with_an_error(
    hurried: Served, provider: Upstream
) -> None:
    member = await hurried.member("ann")

    answer = await hurried.chat(member, "fault=silent after=4", stream=True)

    assert answer.status_code == 200
    assert answer.text.count('"word "') == 4
    assert '"code":"upstream_timeout"' in answer.text.rstrip().rsplit("\n\n", 1)[-1]
    assert "[DONE]" not in answer.text
    outcome, cost, amount, estimated, _ = await booked(hurried, answer)
    assert (outcome, estimated) == ("settled", True)
    assert price_micro(4) <= cost <= amount
    assert provider.calls == 1
    await hurried.assert_clean()


async def test_f39_who_cannot_be_reached_or_found_costs_nothing(
    served: Served, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused is tested in test_faults.py; here the name is unknown, then the next one answers."""
    member = await served.member("ann")
    found = socket.getaddrinfo

    def unknown(host: Any, *args: Any, **more: Any) -> Any:
        if host == "nowhere.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found(host, *args, **more)

    monkeypatch.setattr("socket.getaddrinfo", unknown)

    lost = await served.chat(member, "tokens=3", model="unknown-host")
    chained = await served.chat(member, "tokens=3", model="unknown-chain")

    assert (lost.status_code, lost.json()["error"]["code"]) == (502, "upstream_error")
    assert chained.status_code == 200
    assert provider.calls == 1
    rows = await served.rows("SELECT outcome, cost FROM call ORDER BY started_ms, id")
    assert [tuple(row) for row in rows] == [("voided", 0), ("settled", price_micro(3))]
    assert {outcome for _, outcome, _ in await attempts(served)} == {"unsent", "answered"}


async def test_f40_a_provider_that_names_a_pause_passes_it_on_within_a_minute(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    near = await served.chat(member, "status=429 retry=7")
    far = await served.chat(member, "status=429 retry=86400")

    assert (near.status_code, far.status_code) == (429, 429)
    assert (near.headers["retry-after"], far.headers["retry-after"]) == ("7", "60")
    assert near.headers["x-tokenpool-source"] == "upstream"
    assert provider.calls == 2


async def test_f43_200_with_what_is_no_completion_captures_the_hold(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    for what in (*NO_COMPLETIONS, "short"):
        wish = "fault=short" if what == "short" else f"fault=raw what={what}"
        answer = await served.chat(member, wish)

        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_error")
        assert "SECRET" not in answer.text
        outcome, cost, amount, estimated, status = await booked(served, answer)
        assert (outcome, cost, estimated, status) == ("captured", amount, True, 502), what
    assert set(provider.posts.values()) == {1}
    await served.assert_clean()


async def test_an_error_that_breaks_off_is_an_error_and_costs_nothing(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    for status, told, code in ((429, 429, "upstream_rate_limit_exceeded"), (503, 502, None)):
        answer = await served.chat(member, f"fault=short status={status}")

        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (told, code or "upstream_error")
        assert (await booked(served, answer))[:2] == ("voided", 0)
    assert set(provider.posts.values()) == {3}
    await served.assert_clean()


async def test_f49_of_several_counts_the_last_one_is_charged_wherever_they_stand(
    served: Served, provider: Upstream
) -> None:
    """`open`: the connection stays open after [DONE]; nobody waits for it for long."""
    member = await served.member("ann")

    for where in ("twice", "every", "late", "open"):
        answer = await served.chat(member, f"fault=counting where={where} tokens=7", stream=True)

        assert answer.text.count('"word "') == 7
        assert answer.text.endswith("data: [DONE]\n\n")
        assert answer.text.count("[DONE]") == 1
        outcome, cost, _, estimated, _ = await booked(served, answer)
        assert (outcome, cost, estimated) == ("settled", price_micro(7), False), where
    assert set(provider.posts.values()) == {1}
    await served.assert_clean()


async def test_f50_a_provider_that_does_not_stop_is_stopped(
    hurried: Served, provider: Upstream
) -> None:
    """By what the output limit allows to say, or by the wall limit of a call."""
    member = await hurried.member("ann")

    for wish in ("words=2000", "gap=0.02"):
        answer = await hurried.chat(member, f"fault=endless {wish}", stream=True, max_tokens=20)

        assert answer.status_code == 200
        assert "[DONE]" not in answer.text
        assert '{"error"' in answer.text
        outcome, cost, amount, estimated, _ = await booked(hurried, answer)
        assert (outcome, cost, estimated) == ("settled", amount, True)
        assert len(answer.content) < MIB
    assert set(provider.posts.values()) == {1}
    await hurried.assert_clean()


PARTIAL = ["only=gpt-4o tokens=9 cut=3", "only=gpt-4o tokens=9 error=3", "only=gpt-4o fault=raw"]


async def test_f52_after_a_partial_answer_no_fallback_is_called(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    for wish in PARTIAL:
        stream = "fault" not in wish
        answer = await served.chat(
            member, f"{wish} what=half", stream=stream, model="mock-chain", max_tokens=9
        )

        assert '"code":"upstream_error"' in answer.text
        _, cost, amount, estimated, _ = await booked(served, answer)
        assert estimated
        assert 0 < cost <= amount
    assert {body["model"] for body in provider.bodies} == {"gpt-4o"}
    assert provider.calls == len(PARTIAL)
    await served.assert_clean()


async def test_f52_what_failed_before_it_began_is_told_beside_what_answered(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    answer = await served.chat(member, "only=gpt-4o status=400 tokens=3", model="mock-chain")
    other = await served.chat(member, "only=gpt-4o status=401 tokens=3", model="mock-chain")
    why = (await served.get(f"/v1/usage/{other.headers['x-request-id']}", member)).json()

    assert answer.status_code == 400, "a request that is refused is refused by all"
    assert other.status_code == 200
    tried = [(one["upstream"], one["outcome"], one["status"]) for one in why["attempts"]]
    assert tried == [
        ("openai/gpt-4o", "refused", 401),
        ("openai/gpt-4o-mini", "answered", 200),
    ]
    assert [line["kind"] for line in why["charges"]] == ["input", "output"]
    assert sum(line["cost"] for line in why["charges"]) == pytest.approx(price_micro(3) / 1e6)
    assert provider.calls == 3


async def test_a_model_that_keeps_failing_is_passed_over_for_its_fallback(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")
    wish = "only=gpt-4o status=503 retry=0 tokens=3"

    first = await served.chat(member, wish, model="mock-chain")
    posts = provider.calls
    more = [await served.chat(member, wish, model="mock-chain") for _ in range(3)]
    alone = await served.chat(member, "only=gpt-4o status=503", model="mock-alone")

    assert {answer.status_code for answer in (first, *more)} == {200}
    assert posts == 4
    assert provider.calls == posts + 3 + 3
    assert alone.status_code == 502


async def test_f53_what_is_too_large_is_stopped_and_takes_no_memory(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    for fault, stream in product(("huge", "bomb"), (False, True)):
        async with growing() as growth:
            answer = await served.chat(member, f"fault={fault}", stream=stream)

        assert growth.most_mib < 50
        code = answer.status_code
        assert (code, '"code":"upstream_error"' in answer.text) == (200 if stream else 502, True)
        outcome, cost, amount, estimated, _ = await booked(served, answer)
        assert (outcome, cost, estimated) == ("captured", amount, True)
    assert set(provider.posts.values()) == {1}
    await served.assert_clean()


async def test_f54_a_redirect_is_not_followed(served: Served, provider: Upstream) -> None:
    member = await served.member("ann")
    callers = list[object]()

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername"))
        writer.close()

    trap = await asyncio.start_server(note, "127.0.0.1", 0)
    port = trap.sockets[0].getsockname()[1]
    codes = (301, 302, 303, 307, 308)

    wishes = [f"fault=elsewhere port={port} code={code}" for code in codes]
    answers = await asyncio.gather(*(served.chat(member, wish) for wish in wishes))
    trap.close()

    for answer in answers:
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_error")
        assert str(port) not in answer.text
        assert (await booked(served, answer))[0] == "voided"
    assert callers == []
    assert provider.calls == 3 * len(codes)


async def test_a_call_that_runs_out_of_time_between_attempts_costs_nothing(
    hurried: Served, provider: Upstream
) -> None:
    member = await hurried.member("ann")

    answer = await hurried.chat(member, "status=429 retry=2")

    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream_timeout")
    assert (await booked(hurried, answer))[:2] == ("voided", 0)
    assert provider.calls == 1
    await hurried.assert_clean()
