"""How far TokenPool goes to let somebody with credit call: waiting, shorter answers, retries."""

import asyncio
from decimal import Decimal

from flow.serving import Member, Served
from flow.test_faults import price_micro
from flow.upstreams import Upstream

from core.domain.credits import wire

MILLION = Decimal(1_000_000)


def credit(amount_micro: int) -> str:
    return wire(amount_micro)


async def required(served: Served, max_tokens: int = 50) -> int:
    """Return what a call needs in microcredits, as a member without credit is told."""
    number = (await served.rows("SELECT count(*) FROM member"))[0][0]
    broke = await served.member(f"broke-{number}", quota=0)
    answer = await served.chat(broke, "tokens=50 delay=0.5", max_tokens=max_tokens)
    assert answer.status_code == 403
    return int(Decimal(answer.headers["x-tokenpool-quota-required"]) * MILLION)


async def test_a_second_call_waits_for_the_first_to_settle_rather_than_be_refused(
    served: Served, provider: Upstream
) -> None:
    need = await required(served)
    member = await served.member("ann", quota=credit(need + price_micro(50)))
    first = asyncio.create_task(served.chat(member, "tokens=50 delay=0.5"))
    async with asyncio.timeout(5):
        while not provider.calls:
            await asyncio.sleep(0.01)

    second = await served.chat(member, "tokens=50")

    assert (second.status_code, (await first).status_code) == (200, 200)
    await served.assert_clean()


async def test_waiting_ends_after_two_seconds_with_a_refusal(
    served: Served, provider: Upstream
) -> None:
    need = await required(served)
    member = await served.member("ann", quota=credit(need))
    first = asyncio.create_task(served.chat(member, "tokens=50 hold=1"))
    async with asyncio.timeout(5):
        while not provider.calls:
            await asyncio.sleep(0.01)
    began = asyncio.get_running_loop().time()

    second = await served.chat(member, "tokens=50")

    waited = asyncio.get_running_loop().time() - began
    provider.released.set()
    assert (second.status_code, (await first).status_code) == (403, 200)
    assert 1.9 < waited < 6


async def test_an_answer_is_shortened_to_what_own_credit_affords_and_that_is_told(
    served: Served, provider: Upstream
) -> None:
    full = await required(served, max_tokens=8_000)
    member = await served.member("ann", quota=credit(full // 2))

    answer = await served.chat(member, "tokens=9000", max_tokens=8_000)

    assert answer.status_code == 200
    lowered = int(answer.headers["x-tokenpool-max-tokens"])
    assert 2_000 <= lowered < 4_000
    assert provider.bodies[0]["max_tokens"] == lowered
    assert Decimal(answer.headers["x-tokenpool-cost"]) == price_micro(lowered) / MILLION
    await served.assert_clean()


async def test_an_answer_is_never_shortened_below_a_quarter_nor_with_tools(
    served: Served,
) -> None:
    full = await required(served, max_tokens=8_000)
    poor = await served.member("poor", quota=credit(full // 5))
    half = await served.member("half", quota=credit(full // 2))

    too_little = await served.chat(poor, "tokens=5", max_tokens=8_000)
    with_format = await served.chat(
        half, "tokens=5", max_tokens=8_000, response_format={"type": "json_object"}
    )

    assert (too_little.status_code, with_format.status_code) == (403, 403)


async def test_a_default_limit_is_set_and_always_sent_upstream(
    served: Served, provider: Upstream
) -> None:
    member = await served.member("ann")

    await served.chat(member, "tokens=3", max_tokens=None, model="mock-tiny")

    assert provider.bodies[0]["max_tokens"] == 64


async def test_a_revoked_key_pays_for_nothing_more(served: Served) -> None:
    member = await served.member("ann")
    made = (await served.post("/v1/keys", {"label": "ide"}, member)).json()
    ide = Member(member.id, made["api_key"])
    assert (await served.chat(ide, "tokens=2")).status_code == 200

    gone = await served.http.delete(f"/v1/keys/{made['id']}", headers=member.headers)
    after = await served.chat(ide, "tokens=2")

    assert gone.status_code in {200, 204}, gone.text
    assert after.status_code == 401
