"""What a failed call of the Bot Connector means for a message.

By "Messages in bot conversations" at learn.microsoft.com/microsoftteams, and its page on rate
limits. Codes that we do not know stay out of our words: they may hold what somebody wrote.
"""

import math

import structlog

from bots.transport import Fault, Gone, RateLimited, Rejected, Transient, Unreachable

log = structlog.get_logger("tokenpool.teams")
DISABLED = "BotDisabledByAdmin"
"""The administrator of the tenant has switched the app off: nobody there can be written to."""
KNOWN = frozenset(
    {
        DISABLED, "ActivityNotFoundInConversation", "BadArgument", "BadSyntax",
        "BotNotInConversationRoster", "BotNotRegistered", "ConversationBlockedByUser",
        "ConversationNotFound", "ForbiddenOperationException", "InvalidBotApiHost",
        "MemberNotFoundInConversation", "MessageSizeTooBig", "MessageWritesBlocked",
        "NotEnoughPermissions", "PreconditionFailed", "ServiceError", "Throttled",
    }
)  # fmt: skip
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, TOO_SLOW, CLASH, TOO_MANY = 401, 403, 404, 408, 412, 429
PASSING = frozenset({UNAUTHORIZED, TOO_SLOW, CLASH})
BAD, SERVER, NOT_MADE = 400, 500, 501
USUAL_SECONDS = 2.0
MOST_SECONDS = 3600.0
OF_MESSAGES = frozenset({"PUT", "DELETE"})
"""The methods that name a message, which may be there no more."""


def of(method: str, status: int, code: str, retry_after: str | None) -> Fault | Rejected:
    """Return what to raise for an answer that is not ok."""
    word = code if code in KNOWN else f"status {status}"
    if status == TOO_MANY:
        return RateLimited(_seconds(retry_after))
    if status == FORBIDDEN:
        return Unreachable(word)
    if status == NOT_FOUND:
        return Gone(word) if method in OF_MESSAGES else Unreachable(word)
    if status != NOT_MADE and (status >= SERVER or status < BAD or status in PASSING):
        return Transient(word)
    return Rejected(word)


def _seconds(retry_after: str | None) -> float:
    try:
        seconds = float(retry_after or USUAL_SECONDS)
    except ValueError:
        return USUAL_SECONDS
    return min(max(seconds, 0.0), MOST_SECONDS) if math.isfinite(seconds) else USUAL_SECONDS


class Telling:
    """Says in the log that the app is switched off, once an hour at most: it takes a person."""

    def __init__(self, pause_seconds: float = 3600.0) -> None:
        self._pause = pause_seconds
        self._next = -math.inf

    def tell(self, code: str, now: float) -> None:
        if code == DISABLED and now >= self._next:
            self._next = now + self._pause
            log.warning("teams_disabled", code=DISABLED)
