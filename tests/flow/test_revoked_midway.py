"""A key that is revoked while its call runs (faults.md F-85)."""

import asyncio

from flow.serving import Served
from flow.test_faults import price_micro
from flow.upstreams import Upstream

TOKENS = 20


async def test_a_running_call_ends_and_is_charged_and_the_next_is_refused(
    served: Served, provider: Upstream
) -> None:
    """F-85, I18: no hold is committed after the revocation; the one before it settles."""
    ana = await served.member("ana")
    words = f"tokens={TOKENS} gap=0.02"
    call = asyncio.create_task(served.chat(ana, words, stream=True))
    while not provider.calls:
        await asyncio.sleep(0.01)

    path = f"/v1/keys/{ana.key.split('_')[1]}"
    gone = await served.http.delete(path, headers=ana.headers)
    refused = await served.chat(ana, "tokens=1")
    answer = await call

    assert (gone.status_code, refused.status_code, answer.status_code) == (200, 401, 200)
    assert answer.text.endswith("data: [DONE]\n\n")
    await served.quiet()
    calls = await served.rows("SELECT cost, outcome FROM call")
    assert [tuple(row) for row in calls] == [(price_micro(TOKENS), "settled")]
    await served.assert_clean()
