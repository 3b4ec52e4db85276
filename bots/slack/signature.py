"""Whether a request comes from Slack: the HMAC over its raw body, before anything reads that.

docs.slack.dev/authentication/verifying-requests-from-slack. Slack's own check (bolt-python)
fails with a 500 on a timestamp that is no number, and logs the body of whatever it refuses.
"""

import hmac
import re
from collections.abc import Iterable

TIMESTAMP = b"x-slack-request-timestamp"
SIGNATURE = b"x-slack-signature"
MOST_SECONDS = 300
"""How far a request's time may be from ours: older ones may be replays."""
_SECONDS = re.compile(rb"[0-9]{1,11}")

Headers = Iterable[tuple[bytes, bytes]]


def stamped(headers: Headers, now_ms: int) -> bytes | None:
    """Return the timestamp of a request that can be from Slack, and from now; else None."""
    told = told_time(headers)
    return told if told and abs(now_ms // 1000 - int(told)) <= MOST_SECONDS else None


def told_time(headers: Headers) -> bytes | None:
    """Return the one time that a request names, near or far; None if it names none."""
    found = [value for name, value in headers if name == TIMESTAMP]
    return found[0] if len(found) == 1 and _SECONDS.fullmatch(found[0]) else None


def signed(headers: Headers, stamp: bytes, body: bytes, secret: str) -> bool:
    """Return whether the one signature of a request is that of its body."""
    found = [value for name, value in headers if name == SIGNATURE]
    mac = hmac.digest(secret.encode(), b"v0:" + stamp + b":" + body, "sha256").hex()
    return len(found) == 1 and hmac.compare_digest(found[0], b"v0=" + mac.encode())
