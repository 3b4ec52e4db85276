import json
import random
import re
from typing import Any

import pytest

from core.domain.credits import MICRO
from gateway.quota_message import MOST_CHARACTERS, quota_message, readable

RETRY_WORDS = re.compile(
    r"429|500|502|503|504|524|rate limit|too many requests|overloaded|unavailable|exhausted|"
    r"server error|timeout|malformed json|invalid key|invalid token|unauthorized|try again later",
    re.IGNORECASE,
)
DECEMBER_MS = 1_796_083_200_000
FACTS: dict[str, Any] = {
    "reason": "personal_exhausted",
    "limit_micro": 5_000 * MICRO,
    "remaining_micro": 12 * MICRO,
    "required_micro": 84 * MICRO,
    "resets_ms": DECEMBER_MS,
    "request_url": "/r/kDmq",
}


def test_the_message_says_what_there_is_when_more_comes_and_how_to_ask() -> None:
    assert quota_message(FACTS, "https://tp.example/") == (
        "insufficient_quota: your TokenPool credits are used up (12 of 5,000 left, this call needs"
        " 84). They come back on 1 Dec 00:00 UTC. Ask for more: type /tokenpool request in chat,"
        " or open https://tp.example/r/kDmq"
    )


def test_without_a_public_address_the_way_to_ask_is_this_server() -> None:
    said = quota_message(FACTS, "")

    assert said.endswith("or send POST /v1/approvals to this server.")
    assert "/r/kDmq" not in said


@pytest.mark.parametrize("url", ["https://tp.example:5000", "https://t.example/" + "x" * 200])
def test_an_address_that_would_start_retries_or_is_too_long_is_left_out(url: str) -> None:
    assert url not in quota_message(FACTS, url)


def test_a_request_that_waits_is_told_instead_of_the_way_to_ask() -> None:
    said = quota_message({**FACTS, "pending_since_ms": DECEMBER_MS - 3_600_000}, "")

    assert said.endswith("Your request for more waits for its approver since 30 Nov 23:00 UTC.")
    assert "Ask for more" not in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": "key_cap"}, "the cap of this key"),
        ({"reason": "team_pool_exhausted"}, "the team pool"),
        ({"reason": "critical_cap"}, "critical share"),
        ({"reason": "vacation_cap"}, "vacation share"),
        ({"reason": "new_reason"}, "your TokenPool credits are used up"),
        ({"remaining_micro": 4_000 * MICRO}, "do not cover this call"),
        ({"limit_micro": 0, "remaining_micro": 0}, "no TokenPool credits of your own"),
    ],
)
def test_the_message_says_which_credits_are_missing(change: dict[str, Any], words: str) -> None:
    assert words in quota_message(FACTS | change, "")


@pytest.mark.parametrize(
    ("amount_micro", "below", "above"),
    [
        (500 * MICRO, "499", "501"),
        (1_429 * MICRO, "1,428", "1,430"),
        (500_123 * MICRO, "499,999", "501,000"),
        (1_504_502 * MICRO, "1,501,999", "1,505,000"),
        (5_000 * MICRO, "5,000", "5,000"),
        (429, "0", "0.01"),
        (502_400, "0.50", "0.51"),
        (99_999_999, "99.99", "100"),
        (0, "0", "0"),
    ],
)
def test_an_amount_is_moved_past_digits_that_clients_retry_on(
    amount_micro: int, below: str, above: str
) -> None:
    assert float(readable(amount_micro, up=False).replace(",", "")) == float(
        below.replace(",", "")
    )
    assert readable(amount_micro, up=True) == above


def some_facts(dice: random.Random) -> dict[str, Any]:
    limit = dice.choice([0, 500, 1_429, 5_000, 500_000, dice.randrange(10**9)]) * MICRO
    reasons = ("personal_exhausted", "key_cap", "team_pool_exhausted", "critical_cap")
    return {
        "reason": dice.choice((*reasons, "vacation_cap")),
        "limit_micro": limit,
        "remaining_micro": dice.randint(0, limit),
        "required_micro": dice.randrange(10 ** dice.randint(1, 17)),
        "resets_ms": DECEMBER_MS + dice.randrange(400) * 86_400_000,
        "request_url": "/r/" + "".join(dice.choices("abcdefghkmnpqrstuvwxyz", k=6)),
        "pending_since_ms": dice.choice([None, DECEMBER_MS + dice.randrange(10**9)]),
    }


def test_no_message_for_a_thousand_people_holds_what_clients_retry_on() -> None:
    dice = random.Random(5)
    for _ in range(1_000):
        url = dice.choice(["", "https://tp.example", "http://10.0.0.7:8504"])
        said = quota_message(some_facts(dice), url)

        assert not RETRY_WORDS.search(json.dumps(said))
        assert len(said) <= MOST_CHARACTERS
        assert said.split(":")[0] == "insufficient_quota"
        assert len(re.findall(r"https?://", said)) <= 1
