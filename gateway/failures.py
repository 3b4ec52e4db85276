"""What a failed attempt proves, and what its client is told; a provider's words stay here."""

import re

import msgspec

from core.domain.errors import Code, Refusal
from gateway.sources import Answer, NotSent, Unsendable, error_body

NO_CREDIT = "Your credit balance is too low to access the Anthropic API"
"""Anthropic says so with 400, as of a request that is wrong."""
PLAIN_CODE = re.compile(r"[a-z][a-z_]{2,63}")
TELL = {
    401: Code.PROVIDER_AUTH,
    402: Code.UPSTREAM_QUOTA,
    403: Code.PROVIDER_AUTH,
    408: Code.UPSTREAM_ERROR,  # Bedrock's and Azure's models took too long
    424: Code.UPSTREAM_ERROR,  # a model of Bedrock's failed
    429: Code.UPSTREAM_RATE_LIMIT,
}
TEXTS = {
    Code.PROVIDER_AUTH: "The provider refused TokenPool's own key; your key is fine. An"
    " administrator has to look at it.",
    Code.UPSTREAM_QUOTA: "The organization's account at the provider has no credit; your own quota"
    " is not the reason. An administrator has to look at it.",
    Code.UPSTREAM_RATE_LIMIT: "The provider is limiting requests right now. Please retry shortly.",
    Code.UPSTREAM_ERROR: "The provider could not answer. Nothing was charged.",
    Code.UPSTREAM_TIMEOUT: "The provider did not answer in time.",
}


class Produced(Exception):
    """An attempt failed after the upstream may have worked; carries what the client is told."""

    def __init__(self, code: Code, text: str = "") -> None:
        super().__init__(code)
        self.refusal = Refusal(code, text or TEXTS[code])


class Nothing(Exception):
    """An attempt provably produced nothing."""

    def __init__(self, refusal: Refusal, again_after: float = 0.0) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.again_after = again_after
        """Seconds after which the provider says to come again; 0: it did not say."""


async def failure_of(answer: Answer) -> Nothing:
    """Return what an error status means; the provider's own words stay here."""
    said = await error_body(answer.chunks)
    error, status = _error(said), answer.status
    code = _error_code(error)
    if code == "insufficient_quota" or (error.message or "").startswith(NO_CREDIT):
        return Nothing(Refusal(Code.UPSTREAM_QUOTA, TEXTS[Code.UPSTREAM_QUOTA]))
    flagged = status == 403 and error.flagged  # noqa: PLR2004 - OpenRouter's
    known, code = (None, "moderation") if flagged else (TELL.get(status), code)
    if known is None and 400 <= status < 500:  # noqa: PLR2004 - the class of client errors
        text = "The provider refused this request" + (f" ({code})." if code else ".")
        return Nothing(Refusal(Code.UPSTREAM_REFUSED, text))
    told, again = known or Code.UPSTREAM_ERROR, _again_after(answer.retry_after)
    facts = {"retry_after_ms": int(again * 1000)} if again else None
    return Nothing(Refusal(told, TEXTS[told], facts=facts), again)


def unsent(error: Unsendable | NotSent) -> Refusal:
    """Return what is told of a call that nobody could be sent."""
    if isinstance(error, NotSent):
        return Refusal(Code.UPSTREAM_ERROR, TEXTS[Code.UPSTREAM_ERROR])
    what = error.param or "This request"
    text = TEXTS.get(error.code) or f"{what} is not something that this model takes."
    return Refusal(error.code, text, param=error.param)


def _again_after(said: str) -> float:
    """Return a Retry-After in seconds; a date counts as none."""
    return float(said[:6]) if said.isdecimal() else 0.0


class _Error(msgspec.Struct):
    code: str | int | None = None
    type: str | None = None
    message: str | None = None
    metadata: object = None

    @property
    def flagged(self) -> bool:
        """Whether the request was flagged: OpenRouter says so with 403, and tells the reasons.

        <https://openrouter.ai/docs/errors>
        """
        return isinstance(self.metadata, dict) and "reasons" in self.metadata


class _Failed(msgspec.Struct):
    error: _Error


def _error(said: bytes) -> _Error:
    try:
        return msgspec.json.decode(said, type=_Failed).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Error()


def _error_code(error: _Error) -> str:
    """Return a provider's error code if it looks like one: a word, never a sentence."""
    code = error.code if isinstance(error.code, str) else error.type
    return code if code and PLAIN_CODE.fullmatch(code) else ""
