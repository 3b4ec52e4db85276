"""Who may come in: whoever signed this body just now, and nobody else."""

import pytest
from slack_sdk.signature import SignatureVerifier
from world.clock import STARTS_MS

from bots.slack.signature import Headers, signed, stamped

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = b"token=legacy&command=%2Ftokenpool&text=quota"
NOW = STARTS_MS // 1000


def headers(stamp: str = str(NOW), signature: str | None = None) -> list[tuple[bytes, bytes]]:
    made = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=BODY)
    assert made is not None
    given = made if signature is None else signature
    return [
        (b"x-slack-request-timestamp", stamp.encode()),
        (b"x-slack-signature", given.encode()),
    ]


def admitted(sent: Headers, body: bytes = BODY, secret: str = SECRET) -> bool:
    stamp = stamped(sent, STARTS_MS)
    return stamp is not None and signed(sent, stamp, body, secret)


def test_what_slacks_own_library_signs_is_let_in() -> None:
    assert admitted(headers())


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_either_way_are_now(seconds: int) -> None:
    assert admitted(headers(str(NOW + seconds)))


@pytest.mark.parametrize("seconds", [-360, -301, 301, 3600])
def test_what_is_older_or_from_the_future_is_not(seconds: int) -> None:
    assert not admitted(headers(str(NOW + seconds)))


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "abc",
        "9" * 5000,
        f"{NOW}.0",
        f"-{NOW}",
        f" {NOW}",
        f"{NOW}\n",
        "٤٢",
        "1e9",
        "0x10",
        "²",
    ],
)
def test_a_timestamp_that_is_no_number_is_refused(stamp: str) -> None:
    assert stamped([(b"x-slack-request-timestamp", stamp.encode())], STARTS_MS) is None


def test_headers_that_are_missing_or_there_twice_are_refused() -> None:
    stamp, signature = headers()

    assert not admitted([signature])
    assert not admitted([stamp])
    assert not admitted([stamp, stamp, signature])
    assert not admitted([stamp, signature, signature])


@pytest.mark.parametrize("signature", ["", "v0=", "v0=é", "v0=" + "0" * 64, "V0=" + "a" * 64])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    assert not admitted(headers(signature=signature))


def test_another_body_another_secret_or_another_time_is_refused() -> None:
    sent = headers()

    assert not admitted(sent, BODY + b" ")
    assert not admitted(sent, secret="f" * 32)
    assert not admitted([(b"x-slack-request-timestamp", str(NOW - 1).encode()), sent[1]])
