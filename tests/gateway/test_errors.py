import json
from typing import Any

import pytest

from core.domain.credits import MICRO
from core.domain.errors import Code, Refusal
from core.settings import Settings, load
from gateway.errors import NEVER_AGAIN, RETRY_SECONDS, STATUS, answer, client_name, stream_error
from gateway.rates import RateState

NOW_MS = 1_796_000_000_000
RESETS_MS = 1_796_083_200_000
QUOTA = Refusal(
    Code.INSUFFICIENT_QUOTA,
    "for logs",
    facts={
        "reason": "personal_exhausted",
        "limit_micro": 5_000 * MICRO,
        "remaining_micro": 12_500_000,
        "required_micro": 84 * MICRO,
        "resets_ms": RESETS_MS,
        "request_url": "/r/kDmq",
        "critical_denied": True,
    },
)


def settings(**values: Any) -> Settings:
    return load(**values)


def answered(
    refusal: Refusal, user_agent: str = "", **values: Any
) -> tuple[int, dict[str, str], dict[str, Any]]:
    status, headers, body = answer(
        refusal,
        request_id="req_1",
        settings=settings(**values),
        user_agent=user_agent,
        now_ms=NOW_MS,
    )
    named = {name.decode(): value.decode() for name, value in headers}
    assert len(named) == len(headers)
    assert int(named["content-length"]) == len(body)
    return status, named, json.loads(body)["error"]


@pytest.mark.parametrize("code", Code)
def test_every_code_has_one_answer_in_the_shape_of_openai(code: Code) -> None:
    status, headers, error = answered(Refusal(code, "No.", param="x"))

    assert status == STATUS[code][0]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["type"]) == (code.value, STATUS[code][1])
    assert headers["x-request-id"] == "req_1"
    assert headers["cache-control"] == "no-store"
    assert headers["vary"] == "Authorization"


@pytest.mark.parametrize("code", Code)
def test_what_sdks_retry_says_after_how_long_or_that_it_is_of_no_use(code: Code) -> None:
    status, headers, _ = answered(Refusal(code, "No."))

    if status in {408, 409, 429} or status >= 500:
        assert (code in RETRY_SECONDS) != (code in NEVER_AGAIN)
    if code in RETRY_SECONDS:
        assert 1 <= int(headers["retry-after"]) <= 60
        assert "x-should-retry" not in headers
    if code in NEVER_AGAIN:
        assert headers["x-should-retry"] == "false"


def test_an_empty_quota_carries_exact_figures_in_headers() -> None:
    status, headers, error = answered(QUOTA, public_url="https://tp.example")

    assert (status, error["type"], error["param"]) == (403, "insufficient_quota", None)
    assert headers["x-should-retry"] == "false"
    assert headers["retry-after"] == "83200"
    assert headers["x-tokenpool-reason"] == "personal_exhausted"
    assert headers["x-tokenpool-quota-limit"] == "5000"
    assert headers["x-tokenpool-quota-remaining"] == "12.5"
    assert headers["x-tokenpool-quota-required"] == "84"
    assert headers["x-tokenpool-quota-reset"] == "2026-12-01T00:00:00Z"
    assert headers["x-tokenpool-request-url"] == "https://tp.example/r/kDmq"
    assert headers["link"] == '<https://tp.example/r/kDmq>; rel="help"'
    assert headers["x-tokenpool-priority"] == "denied"
    assert error["message"].startswith("insufficient_quota: ")


@pytest.mark.parametrize(
    ("now_ms", "seconds"), [(RESETS_MS, b"1"), (0, b"86400"), (None, b"86400")]
)
def test_the_wait_for_the_reset_is_between_a_second_and_a_day(
    now_ms: int | None, seconds: bytes
) -> None:
    _, headers, _ = answer(QUOTA, request_id="r", settings=settings(), now_ms=now_ms)

    assert dict(headers)[b"retry-after"] == seconds


@pytest.mark.parametrize(
    ("quota_status", "user_agent", "status"),
    [
        ("403", "codex_cli_rs/0.9", 403),
        ("429", "OpenAI/Python 2.54.0", 429),
        ("auto", "codex_cli_rs/0.9", 429),
        ("auto", "Codex Desktop", 429),
        ("auto", "OpenAI/Python 2.54.0", 403),
    ],
)
def test_only_the_status_of_an_empty_quota_is_a_choice(
    quota_status: str, user_agent: str, status: int
) -> None:
    chosen, headers, error = answered(QUOTA, user_agent, quota_status=quota_status)

    assert (chosen, headers, error) == (status, *answered(QUOTA)[1:])


def test_a_bad_key_has_one_answer_whatever_was_wrong_with_it() -> None:
    refusals = [
        Refusal(Code.INVALID_API_KEY, "revoked", param="authorization"),
        Refusal(Code.INVALID_API_KEY, "unknown", facts={"key": "tp_secret"}),
    ]
    one, other = (answered(refusal) for refusal in refusals)

    assert one == other
    assert one[1]["www-authenticate"] == "Bearer"


def test_a_wait_is_told_in_milliseconds_and_never_beyond_a_minute() -> None:
    for wait_ms, seconds, told_ms in ((2_600, "3", "2600"), (90_000, "60", "60000")):
        refusal = Refusal(Code.UPSTREAM_RATE_LIMIT, "Busy.", facts={"retry_after_ms": wait_ms})
        _, headers, _ = answered(refusal)

        assert (headers["retry-after"], headers["retry-after-ms"]) == (seconds, told_ms)
        assert headers["x-tokenpool-source"] == "upstream"


def test_a_limit_per_minute_is_told_as_openai_tells_it() -> None:
    states = (RateState("tokens", 90_000, 0, 2_600), RateState("tokens", 100_000, 7, 9_000))
    facts = {"kind": "tokens", "retry_after_ms": 2_600, "states": states}
    status, headers, error = answered(Refusal(Code.RATE_LIMIT_EXCEEDED, "Slow.", facts=facts))

    assert (status, error["type"]) == (429, "tokens")
    assert headers["x-ratelimit-limit-tokens"] == "90000"
    assert headers["x-ratelimit-remaining-tokens"] == "0"
    assert headers["x-ratelimit-reset-tokens"] == "2.6s"


def test_too_many_parallel_calls_have_no_limit_per_minute() -> None:
    refusal = Refusal(Code.RATE_LIMIT_EXCEEDED, "Slow.", facts={"kind": "concurrency"})
    _, headers, error = answered(refusal)

    assert error["type"] == "concurrency"
    assert not [name for name in headers if name.startswith("x-ratelimit")]


def test_a_client_is_known_by_its_originator_or_its_user_agent() -> None:
    headers = [(b"user-agent", b"node"), (b"accept", b"*/*"), (b"originator", b"codex_cli_rs")]

    assert client_name(headers) == "node codex_cli_rs"


def test_a_stream_that_breaks_ends_with_an_error_and_no_fake_end() -> None:
    event = stream_error(Refusal(Code.UPSTREAM_ERROR, "It broke off."))

    assert event.startswith(b"data: {")
    assert event.endswith(b"}\n\n")
    assert json.loads(event[6:])["error"]["code"] == "upstream_error"
