"""The web chat's memory: what a member typed, the cards they got, and what has changed since.

Cards come and go as JSON: the core does not know what is on them. Nothing that is shown only once
may be handed in here.
"""

from core.service.clock import new_id
from core.service.start import Core
from core.store import web_messages
from core.store.web_messages import MOST_KEPT, NewMessage
from core.views.web import WebMessageView

__all__ = ["MOST_KEPT", "changed", "edit", "post", "say", "topic"]

topic = web_messages.topic


async def say(core: Core, member_id: str, line: str) -> WebMessageView:
    """Keep a line that the member typed."""
    message = NewMessage(new_id("msg"), member_id, core.clock.now_ms(), said=line)
    return await core.database.run(lambda: web_messages.post(message))


async def post(core: Core, member_id: str, card: str, message_id: str = "") -> WebMessageView:
    """Keep a card; the same id twice is one message."""
    message = NewMessage(message_id or new_id("msg"), member_id, core.clock.now_ms(), card=card)
    return await core.database.run(lambda: web_messages.post(message))


async def edit(core: Core, member_id: str, message_id: str, card: str) -> WebMessageView:
    """Show another card in place of one; Refusal NOT_FOUND if it is there no more."""
    return await core.database.run(lambda: web_messages.edit(member_id, message_id, card))


async def changed(
    core: Core, member_id: str, after_rev: int = 0, most: int = MOST_KEPT
) -> tuple[WebMessageView, ...]:
    """Return the newest messages that have changed since a revision, oldest first."""
    return await core.database.read(web_messages.changed(member_id, after_rev, most))
