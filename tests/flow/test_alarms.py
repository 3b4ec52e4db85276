"""What a provider does that only an administrator can mend is told to them, and seldom."""

import asyncio

import pytest
from flow.serving import Served

from core.domain.notifying import Trouble

READ_TOLD = "SELECT member_id, payload FROM outbox WHERE kind = 'provider'"
ALARMS = [
    ("F-42", "status=401", Trouble.KEY),
    ("F-42", "status=403", Trouble.KEY),
    ("F-42", "status=402", Trouble.CREDIT),
    ("F-42", "status=429 code=insufficient_quota", Trouble.CREDIT),
    ("F-45", 'usage={"prompt_tokens":-1,"completion_tokens":5}', Trouble.USAGE),
    ("F-46", 'usage={"prompt_tokens":11,"completion_tokens":5000}', Trouble.ABOVE),
]


async def told(served: Served) -> list[tuple[str, str]]:
    """Return who was told what of it, once somebody was: it comes after the answer."""
    async with asyncio.timeout(5):
        while not (rows := await served.rows(READ_TOLD)):
            await asyncio.sleep(0.01)
    return [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize(("case", "wish", "trouble"), ALARMS)
async def test_administrators_hear_of_it_once(
    case: str, wish: str, trouble: Trouble, served: Served
) -> None:
    member = await served.member("ann")

    await served.chat(member, wish)
    await told(served)
    for _ in range(2):
        await served.chat(member, wish)

    assert await told(served) == [(served.admin.id, f'{{"trouble":"{trouble}"}}')], case
    await served.assert_clean()


async def test_a_fallback_that_answers_does_not_hide_a_refused_key(served: Served) -> None:
    """F-42: calls still work, and the key has to be mended all the same."""
    member = await served.member("ann")

    answer = await served.chat(member, "only=gpt-4o status=401", model="mock-chain")

    assert answer.status_code == 200
    assert await told(served) == [(served.admin.id, '{"trouble":"key"}')]
