"""A no: what happened, in one sentence, and what can be done next."""

from dataclasses import dataclass

from cards import rows
from cards.card import Button, Card, Fact, Facts, Node, Text, Tone
from core.domain.errors import Code


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of refusal is told: its headline, the next step, and where that is done."""

    title: str
    next: str
    buttons: tuple[Button, ...] = (rows.HOME,)


OURS = Kind(
    "Something went wrong here",
    "Please do it again in a moment.",
)
OTHER = Kind("That did not work", "Nothing was changed.")
BUSY = Kind("Too busy just now", "Nothing was changed. Please do it again in a moment.")
INPUT = Kind("That could not be read", "Please correct it and send it again.", (rows.HELP,))
GONE = Kind(
    "That is not there",
    "It was removed, or it is not yours to see.",
)
KINDS: dict[str, Kind] = {
    Code.INVALID_FIELD: INPUT,
    Code.BAD_REQUEST: INPUT,
    Code.REQUEST_TOO_LARGE: INPUT,
    Code.NOT_FOUND: GONE,
    Code.PERMISSION_DENIED: Kind(
        "This is not yours to do", "Ask a manager of the team or an administrator."
    ),
    Code.ACCOUNT_DISABLED: Kind(
        "Your account is disabled", "Ask an administrator to enable it again.", ()
    ),
    Code.CONFLICT: Kind(
        "It has changed meanwhile", "Look at how it stands now.", (rows.APPROVALS, rows.HOME)
    ),
    Code.INSUFFICIENT_QUOTA: Kind(
        "Not enough credits", "Ask your manager for more.", (rows.ASK_FIRST, rows.QUOTA)
    ),
    Code.POOL_SHORT: Kind(
        "The team pool is too small for this",
        "Approve less, or pass the request to an administrator.",
        (rows.APPROVALS,),
    ),
    Code.RATE_LIMIT_EXCEEDED: Kind("Too often", "Please wait a little, then go on."),
    Code.IN_PROGRESS: Kind("This is being done already", "Its answer is on its way."),
    Code.INTERNAL: OURS,
    Code.LEDGER_BUSY: BUSY,
    Code.QUOTA_UNAVAILABLE: BUSY,
    Code.SHUTTING_DOWN: BUSY,
}


def refusal_card(message: str, code: str, *, support_id: str = "") -> Card:
    """Say what was refused and what to do next; the support id finds it in the server's log."""
    kind = KINDS.get(code, OTHER)
    return Card(
        title=kind.title,
        body=(
            *((Text(message, Tone.WARN),) if message else ()),
            Text(kind.next),
            *_support(support_id),
            *rows.actions(*kind.buttons),
        ),
        summary=message or f"{kind.title}. {kind.next}",
    )


def private_card() -> Card:
    """Answer where others read along: personal figures and secrets are for one person only."""
    return Card(
        title="That is for your eyes only",
        body=(Text("Others read along here. Write it to me in a direct chat."),),
        summary="That is for your eyes only. Write it to me in a direct chat.",
    )


def _support(support_id: str) -> tuple[Node, ...]:
    if not support_id:
        return ()
    return (Facts((Fact("For an administrator", support_id),)),)
