"""The one table from refusal codes to HTTP, and its answers (client-contract §3-§5)."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from core.domain.credits import wire
from core.domain.errors import Code, Refusal
from core.settings import Settings
from gateway.quota_message import Facts, quota_message, request_url, whole
from gateway.rates import rate_headers
from gateway.show import iso

Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes]

STATUS: dict[Code, tuple[int, str]] = {
    Code.INVALID_API_KEY: (401, "invalid_request_error"),
    Code.ACCOUNT_DISABLED: (403, "permission_error"),
    Code.PERMISSION_DENIED: (403, "permission_error"),
    Code.MODEL_NOT_ALLOWED: (403, "permission_error"),
    Code.MODEL_NOT_PRICED: (400, "invalid_request_error"),
    Code.MODEL_NOT_FOUND: (404, "invalid_request_error"),
    Code.INVALID_FIELD: (400, "invalid_request_error"),
    Code.INVALID_JSON: (400, "invalid_request_error"),
    Code.BAD_REQUEST: (400, "invalid_request_error"),
    Code.REQUEST_TOO_LARGE: (413, "invalid_request_error"),
    Code.HEADERS_TOO_LARGE: (431, "invalid_request_error"),
    Code.REQUEST_TIMEOUT: (408, "invalid_request_error"),
    Code.METHOD_NOT_ALLOWED: (405, "invalid_request_error"),
    Code.NOT_FOUND: (404, "invalid_request_error"),
    Code.CONFLICT: (409, "invalid_request_error"),
    Code.INSUFFICIENT_QUOTA: (403, "insufficient_quota"),
    Code.POOL_SHORT: (409, "invalid_request_error"),
    Code.RATE_LIMIT_EXCEEDED: (429, "requests"),
    Code.IN_PROGRESS: (409, "invalid_request_error"),
    Code.REPLAY_WITHOUT_CONTENT: (409, "invalid_request_error"),
    Code.IDEMPOTENCY_MISMATCH: (409, "invalid_request_error"),
    Code.LEDGER_BUSY: (503, "server_error"),
    Code.QUOTA_UNAVAILABLE: (503, "server_error"),
    Code.SHUTTING_DOWN: (503, "server_error"),
    Code.SERVER_BUSY: (503, "server_error"),
    Code.UPSTREAM_RATE_LIMIT: (429, "requests"),
    Code.UPSTREAM_QUOTA: (503, "server_error"),
    Code.UPSTREAM_REFUSED: (400, "invalid_request_error"),
    Code.PROVIDER_AUTH: (502, "server_error"),
    Code.UPSTREAM_ERROR: (502, "server_error"),
    Code.UPSTREAM_TIMEOUT: (504, "server_error"),
    Code.INTERNAL: (500, "server_error"),
}

RETRY_SECONDS: dict[Code, int] = {
    Code.REQUEST_TIMEOUT: 1,
    Code.RATE_LIMIT_EXCEEDED: 1,
    Code.IN_PROGRESS: 1,
    Code.LEDGER_BUSY: 2,
    Code.QUOTA_UNAVAILABLE: 2,
    Code.SHUTTING_DOWN: 2,
    Code.SERVER_BUSY: 2,
    Code.UPSTREAM_RATE_LIMIT: 5,
    Code.UPSTREAM_QUOTA: 60,
    Code.UPSTREAM_ERROR: 1,
    Code.UPSTREAM_TIMEOUT: 1,
}
"""What may be retried, and after how long unless the refusal knows better."""

NEVER_AGAIN = {
    Code.CONFLICT,
    Code.IDEMPOTENCY_MISMATCH,
    Code.INSUFFICIENT_QUOTA,
    Code.INTERNAL,
    Code.POOL_SHORT,
    Code.PROVIDER_AUTH,
    Code.REPLAY_WITHOUT_CONTENT,
}
"""SDKs would retry these by their status; the header stops them at one POST."""

CLOSES = {
    Code.BAD_REQUEST,
    Code.HEADERS_TOO_LARGE,
    Code.REQUEST_TIMEOUT,
    Code.REQUEST_TOO_LARGE,
}
"""After these nobody knows where the next request on the connection begins."""

MOST_RETRY_SECONDS = 60
"""openai-python sleeps as long as it is told."""
MOST_RESET_SECONDS = 86_400
KINDS = {"requests", "tokens", "concurrency"}
NO_KEY = "No TokenPool API key that is valid now came with this request."
"""One text for no, wrong, revoked and expired keys, so that nobody can tell them apart."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer needs to know of its request."""

    request_id: str
    settings: Settings
    user_agent: str = ""
    """User-Agent and originator, joined."""
    now_ms: int | None = None


def answer(
    refusal: Refusal,
    *,
    request_id: str,
    settings: Settings,
    user_agent: str = "",
    now_ms: int | None = None,
) -> Answer:
    """Return status, headers and body of a refusal, as an OpenAI client expects them.

    `now_ms` makes `retry-after` of an empty quota exact; without it, it is its longest.
    """
    asked = Asked(request_id, settings, user_agent, now_ms)
    status, kind = STATUS[refusal.code]
    message, param, headers = refusal.message, refusal.param, _retry_headers(refusal)
    match refusal.code:
        case Code.INVALID_API_KEY:
            message, param = NO_KEY, None
            headers.append((b"www-authenticate", b"Bearer"))
        case Code.INSUFFICIENT_QUOTA:
            status = quota_status(asked)
            message, param = quota_message(refusal.facts, settings.public_url), None
            headers += _quota_headers(refusal.facts, asked)
        case Code.RATE_LIMIT_EXCEEDED if refusal.facts.get("kind") in KINDS:
            kind = str(refusal.facts["kind"])
            headers += rate_headers(refusal.facts.get("states") or ())  # type: ignore[arg-type]  # gateway.pacing puts them there
        case Code.UPSTREAM_RATE_LIMIT:
            headers.append((b"x-tokenpool-source", b"upstream"))
        case Code.METHOD_NOT_ALLOWED if "allow" in refusal.facts:
            headers.append((b"allow", str(refusal.facts["allow"]).encode()))
        case _ if refusal.code in CLOSES:
            headers.append((b"connection", b"close"))
        case _:
            pass
    error = {"message": message, "type": kind, "param": param, "code": refusal.code.value}
    body = msgspec.json.encode({"error": error})
    return status, [*_always(request_id, body), *headers], body


def quota_status(asked: Asked) -> int:
    """Return 403, or 429 where it is wanted: Codex retries a 403 and stops on a 429."""
    match asked.settings.quota_status:
        case "403":
            return 403
        case "429":
            return 429
        case "auto":
            return 429 if "codex" in asked.user_agent.lower() else 403


def client_name(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """Return how a client names itself: its originator and its user agent."""
    named = [value for name, value in headers if name in {b"originator", b"user-agent"}]
    return b" ".join(named).decode("latin-1")


def _always(request_id: str, body: bytes) -> Headers:
    return [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", request_id.encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Authorization"),
    ]


def _retry_headers(refusal: Refusal) -> Headers:
    """Say when to come again, at most a minute later, or that coming again is of no use."""
    if refusal.code in NEVER_AGAIN:
        return [(b"x-should-retry", b"false"), *_cost_header(refusal.facts)]
    if refusal.code not in RETRY_SECONDS:
        return []
    wait_ms = whole(refusal.facts, "retry_after_ms")
    if wait_ms <= 0:
        return [(b"retry-after", b"%d" % RETRY_SECONDS[refusal.code])]
    wait_ms = min(wait_ms, MOST_RETRY_SECONDS * 1000)
    return [
        (b"retry-after", b"%d" % -(-wait_ms // 1000)),
        (b"retry-after-ms", b"%d" % wait_ms),
    ]


def _cost_header(facts: Facts) -> Headers:
    """Return what a call that is not made again was charged."""
    cost = facts.get("cost_micro")
    return [(b"x-tokenpool-cost", wire(cost).encode())] if isinstance(cost, int) else []


def _quota_headers(facts: Facts, asked: Asked) -> Headers:
    """Return the exact figures; the message only has readable ones."""
    seconds = MOST_RESET_SECONDS
    resets_ms = whole(facts, "resets_ms")
    if resets_ms and asked.now_ms is not None:
        seconds = max(1, min(seconds, -(-(resets_ms - asked.now_ms) // 1000)))
    headers = [(b"retry-after", b"%d" % seconds)]
    if reason := str(facts.get("reason") or ""):
        headers.append((b"x-tokenpool-reason", reason.encode()))
    for name in ("limit", "remaining", "required"):
        if f"{name}_micro" in facts:
            amount = wire(whole(facts, f"{name}_micro")).encode()
            headers.append((b"x-tokenpool-quota-" + name.encode(), amount))
    if facts.get("critical_denied") is True:
        headers.append((b"x-tokenpool-priority", b"denied"))
    if resets_ms:
        headers.append((b"x-tokenpool-quota-reset", (iso(resets_ms) or "").encode()))
    if link := request_url(facts, asked.settings.public_url).encode():
        headers += [(b"x-tokenpool-request-url", link), (b"link", b'<%s>; rel="help"' % link)]
    return headers


def stream_error(refusal: Refusal) -> bytes:
    """Return the event that ends a stream which had begun: no fake stop, no `[DONE]` after it."""
    error = {
        "message": refusal.message,
        "type": STATUS[refusal.code][1],
        "param": None,
        "code": refusal.code.value,
    }
    return b"data: %s\n\n" % msgspec.json.encode({"error": error})
