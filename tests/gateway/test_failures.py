"""What an error status proves where a provider means another one than it sends."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from core.domain.errors import Code
from gateway.failures import failure_of
from gateway.sources import Answer

NO_CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans."


def answer(status: int, message: object, **more: object) -> Answer:
    error = {"type": "invalid_request_error", "message": message, **more}

    async def chunks() -> AsyncIterator[bytes]:
        yield msgspec.json.encode({"type": "error", "error": error})

    return Answer(status, "", chunks())


async def test_an_account_without_credit_is_no_wrong_request() -> None:
    """Anthropic says it with 400, and an administrator has to hear of it."""
    failure = await failure_of(answer(400, NO_CREDIT))

    assert failure.refusal.code is Code.UPSTREAM_QUOTA
    assert "Plans" not in failure.refusal.message


@pytest.mark.parametrize("message", [f"You said: {NO_CREDIT}", "no", None, {"a": 1}])
async def test_what_a_client_can_have_a_provider_repeat_rings_no_alarm(message: object) -> None:
    failure = await failure_of(answer(400, message))

    assert failure.refusal.code is Code.UPSTREAM_REFUSED


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"reasons": ["violence"], "flagged_input": "secret words"}, Code.UPSTREAM_REFUSED),
        ({"provider_name": "x"}, Code.PROVIDER_AUTH),
        ("reasons", Code.PROVIDER_AUTH),
        (None, Code.PROVIDER_AUTH),
    ],
)
async def test_words_that_were_flagged_say_nothing_of_the_key(
    metadata: object, code: Code
) -> None:
    """OpenRouter moderates with 403; the same status without reasons is about its key."""
    failure = await failure_of(answer(403, "Flagged", code=403, metadata=metadata))

    assert failure.refusal.code is code
    assert "secret" not in failure.refusal.message


async def test_only_403_says_that_words_were_flagged() -> None:
    for status, code in ((401, Code.PROVIDER_AUTH), (429, Code.UPSTREAM_RATE_LIMIT)):
        failure = await failure_of(answer(status, "No", metadata={"reasons": ["x"]}))

        assert failure.refusal.code is code
