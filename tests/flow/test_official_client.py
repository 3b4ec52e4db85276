"""The official OpenAI client on refusals: what it posts and raises, and how soon (§6, §10)."""

import openai
import pytest
from flow.contract import SAID, official
from flow.serving import Served, serving

from core.settings import Settings

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CODEX = "codex_cli_rs/0.50.0 (Debian 12; x86_64)"


@ON_SQLITE
@pytest.mark.parametrize(
    ("setting", "agent", "status", "raised"),
    [
        ("403", "", 403, openai.PermissionDeniedError),
        ("429", "", 429, openai.RateLimitError),
        ("auto", "", 403, openai.PermissionDeniedError),
        ("auto", CODEX, 429, openai.RateLimitError),
    ],
)
async def test_10_1_whatever_the_status_the_client_posts_once_and_stops(
    setting: str, agent: str, status: int, raised: type[Exception], settings: Settings
) -> None:
    there = settings.model_copy(update={"quota_status": setting})
    async with serving(there, "http://127.0.0.1:9/v1") as served:
        ann = await served.member("ann", 0)
        async with official(served, ann.key, agent) as one:
            caught, seconds = await one.fail()

    assert type(caught) is raised
    assert (caught.status_code, caught.code) == (status, "insufficient_quota")
    assert (caught.type, len(one.posts)) == ("insufficient_quota", 1)
    assert str(caught).startswith(f"Error code: {status} - ")
    assert caught.response.headers["x-should-retry"] == "false"
    assert seconds < 1  # 0.2 on a machine with nothing else to do; a retry would take longer


@ON_SQLITE
async def test_5_6_a_provider_that_is_away(served: Served) -> None:
    """§6: the client comes again twice, and raises its class for 5xx."""
    ann = await served.member("ann")
    async with official(served, ann.key) as one:
        with pytest.raises(openai.InternalServerError) as caught:
            await one.client.chat.completions.create(model="nowhere", messages=SAID)

    assert (caught.value.status_code, caught.value.code) == (502, "upstream_error")
    assert [post.headers["x-stainless-retry-count"] for post in one.posts] == ["0", "1", "2"]


@ON_SQLITE
async def test_10_3_what_is_never_retried_is_posted_once(served: Served) -> None:
    """§6: 400, 401, 403 and 404 by their status, 409 by our header."""
    ann = await served.member("ann")
    await served.chat(ann, "tokens=1", {"idempotency-key": "k1"})
    async with official(served, ann.key) as one:
        for model, raised in (("none", openai.BadRequestError), ("", openai.BadRequestError)):
            with pytest.raises(raised):
                await one.client.chat.completions.create(model=model, messages=SAID)
        with pytest.raises(openai.ConflictError) as conflict:
            await one.client.chat.completions.create(
                model="mock", messages=SAID, extra_headers={"Idempotency-Key": "k1"}
            )
        with pytest.raises(openai.AuthenticationError):
            await one.client.with_options(api_key="tp_x").chat.completions.create(
                model="mock", messages=SAID
            )

    assert conflict.value.code == "idempotency_mismatch"
    assert len(one.posts) == 4
