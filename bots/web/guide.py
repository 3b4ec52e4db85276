"""The demo's four steps: where a newcomer stands, read from the database like everything else."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.service import demo
from core.service.start import Core

STEPS = (
    ("Spend", "Press “Call the model” until Dana's credits run out."),
    ("Ask", "The call was refused. As Dana, press “Ask for more” and send the request."),
    ("Approve", "Max has the request in his chat. As Max, press “Approve”."),
    ("Call again", "Both chats show it. Press “Call the model” once more: the same key works."),
)
"""What to do at each step."""
DONE = "That is TokenPool. Now try Vacation, New key or Why?, or a command with /."


@dataclass(frozen=True, slots=True)
class Steps:
    """The step that is next, counted from 1; one past the last when all are done."""

    now: int
    titles: Sequence[str]
    hint: str


async def steps(core: Core, member_ids: Sequence[str]) -> Steps | None:
    """Return where the demo stands; None for a page that shows one person's own chat."""
    if len(member_ids) < 2:  # noqa: PLR2004 - a pair
        return None
    found = await demo.progress(core, member_ids[0])
    done = (found.refused or found.asked, found.asked, found.approved, found.called_again)
    now = next((at for at, yes in enumerate(done, 1) if not yes), len(STEPS) + 1)
    hint = STEPS[now - 1][1] if now <= len(STEPS) else DONE
    return Steps(now, tuple(title for title, _ in STEPS), hint)
