"""What a provider does that only an administrator can mend is told to them, and seldom."""

import asyncio

import pytest
from flow.serving import Served, serving
from flow.upstreams import Upstream

from core.domain.notifying import Trouble
from core.service.alarms import WINDOW_MS
from core.settings import Settings
from core.store.statements import Row

READ_TOLD = "SELECT member_id, payload FROM outbox WHERE kind = 'provider'"
ALARMS = [
    ("F-42", "status=401", Trouble.KEY),
    ("F-42", "status=403", Trouble.KEY),
    ("F-42", "status=402", Trouble.CREDIT),
    ("F-42", "status=429 code=insufficient_quota", Trouble.CREDIT),
    ("F-45", 'usage={"prompt_tokens":-1,"completion_tokens":5}', Trouble.USAGE),
    ("F-46", 'usage={"prompt_tokens":11,"completion_tokens":5000}', Trouble.ABOVE),
]


async def told(served: Served, least: int = 1) -> list[tuple[str, str]]:
    """Return who was told what, once there is so much of it: it comes after the answer."""
    rows = list[Row]()
    async with asyncio.timeout(5):
        while len({row[1] for row in rows}) < least:
            rows = await served.rows(READ_TOLD)
            await asyncio.sleep(0.01)
    return sorted((row[0], row[1]) for row in rows)


async def test_administrators_hear_of_each_once(served: Served) -> None:
    member, heard = await served.member("ann"), list[tuple[str, str]]()
    began = served.core.clock.now_ms() // WINDOW_MS

    for case, wish, trouble in ALARMS:
        for _ in range(2):
            await served.chat(member, wish)
        news = (served.admin.id, f'{{"trouble":"{trouble}"}}')
        heard += [] if news in heard else [news]

        assert set(await told(served, len(heard))) == set(heard), case
    windows = served.core.clock.now_ms() // WINDOW_MS - began + 1
    assert len(await told(served, len(heard))) <= windows * len(heard)
    await served.assert_clean()


async def test_a_fallback_that_answers_does_not_hide_a_refused_key(served: Served) -> None:
    """F-42: calls still work, and the key has to be mended all the same."""
    member = await served.member("ann")

    answer = await served.chat(member, "only=gpt-4o status=401", model="mock-chain")

    assert answer.status_code == 200
    assert await told(served) == [(served.admin.id, '{"trouble":"key"}')]


async def test_a_key_that_no_header_can_hold_is_told_and_costs_nothing(
    settings: Settings, provider: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quotation mark was copied with it, say."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123\u201d")
    async with serving(settings, provider.base) as served:
        answer = await served.chat(await served.member("ann"), "hi")

        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "provider_auth")
        assert await served.rows("SELECT outcome, cost FROM call") == [("voided", 0)]
        assert await told(served) == [(served.admin.id, '{"trouble":"key"}')]
    assert provider.calls == 0
