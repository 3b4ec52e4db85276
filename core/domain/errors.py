"""What TokenPool refuses, as values: a code, a sentence for people, and the facts behind it.

No HTTP here: `gateway/errors.py` maps each code to a status in one table, chat to a card.
"""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """Every reason for which a request can be refused; the value is what clients see as `code`."""

    INVALID_API_KEY = "invalid_api_key"
    ACCOUNT_DISABLED = "account_disabled"
    PERMISSION_DENIED = "permission_denied"
    MODEL_NOT_ALLOWED = "model_not_allowed"
    MODEL_NOT_PRICED = "model_not_priced"
    MODEL_NOT_FOUND = "model_not_found"
    INVALID_FIELD = "invalid_field"
    INVALID_JSON = "invalid_json"
    BAD_REQUEST = "bad_request"
    REQUEST_TOO_LARGE = "request_too_large"
    HEADERS_TOO_LARGE = "headers_too_large"
    REQUEST_TIMEOUT = "request_timeout"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    INSUFFICIENT_QUOTA = "insufficient_quota"
    POOL_SHORT = "pool_short"
    RATE_LIMIT_EXCEEDED = "rate_limit_exceeded"
    IN_PROGRESS = "in_progress"
    REPLAY_WITHOUT_CONTENT = "replay_without_content"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    LEDGER_BUSY = "ledger_busy"
    QUOTA_UNAVAILABLE = "quota_unavailable"
    SHUTTING_DOWN = "shutting_down"
    SERVER_BUSY = "server_busy"
    UPSTREAM_RATE_LIMIT = "upstream_rate_limit_exceeded"
    UPSTREAM_QUOTA = "upstream_quota"
    UPSTREAM_REFUSED = "upstream_refused"
    PROVIDER_AUTH = "provider_auth"
    UPSTREAM_ERROR = "upstream_error"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    INTERNAL = "internal_error"


class Refusal(Exception):
    """An expected no. `facts` are figures for headers and cards, never words or secrets."""

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        param: str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.param = param
        self.facts: Mapping[str, object] = facts or {}


def missing(what: str, name: str) -> Refusal:
    """Return the refusal for an id that does not exist or is not the caller's to see (F-86)."""
    return Refusal(Code.NOT_FOUND, f"There is no such {what}: {name}.")


def invalid_key() -> Refusal:
    """Return the refusal of a key that nobody has, or that is revoked, disabled or at its end."""
    return Refusal(Code.INVALID_API_KEY, "This API key is not valid.")
