"""What a failed call of the Bot API means for a message: core.telegram.org/bots/api.

Telegram has no names for its errors, only sentences; these are the ones that mean something.
"""

from bots.transport import Fault, Gone, Rejected, Transient, Unreachable

SAME = "message is not modified"
"""Said of an edit that changes nothing, which is what was wanted."""
LATE = ("query is too old", "query id is invalid")
"""Said of a click that was answered already, or too late."""
GONE = (
    "message to edit not found", "message can't be edited", "message_id_invalid",
    "message to delete not found", "message can't be deleted", "message identifier is not",
)  # fmt: skip
UNREACHABLE = (
    "chat not found", "user not found", "peer_id_invalid", "bot was blocked", "bot was kicked",
    "user is deactivated", "have no rights to send", "not enough rights", "chat_write_forbidden",
    "bot is not a member", "can't initiate conversation", "group chat was deactivated",
    "input_user_deactivated", "topic_closed", "group chat was upgraded",
)  # fmt: skip


class Needless(Exception):
    """What was asked for is so already, or matters no more."""


NEEDLESS = (SAME, *LATE)
_KINDS: tuple[tuple[tuple[str, ...], type[Fault]], ...] = (
    (GONE, Gone),
    (UNREACHABLE, Unreachable),
)


def of_refusal(said: str) -> Fault | Rejected | Needless:
    """Return what to raise for a 400: a fault we know, or that we built something wrong."""
    told = said.lower()
    if any(part in told for part in NEEDLESS):
        return Needless()
    for parts, kind in _KINDS:
        if found := next((part for part in parts if part in told), ""):
            return kind(found)
    return Rejected("bad request")


def refused_token() -> Fault:
    """Somebody has to mend the token; until then every message waits."""
    return Transient("the token is refused")
