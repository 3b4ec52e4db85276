"""The demo: a database that was made to be played with, and says so for good.

In it a newcomer may see two people's chats side by side. A database that anybody has used for real
never becomes one: only a start that finds nobody in it may mark it.
"""

from core.service.start import Core
from core.store import demo
from core.views.web import DemoView


async def begin(core: Core) -> bool:
    """Mark a database that nobody is in yet; return whether it is a demo, now or since before."""
    return await core.database.run(demo.begin)


async def allowed(core: Core) -> bool:
    """Return whether two chats may be shown side by side here."""
    return core.settings.on_loopback and await core.database.read(demo.marked())


async def progress(core: Core, member_id: str) -> DemoView:
    """Return how far a newcomer has got with the demo's developer."""
    return await core.database.read(demo.progress(member_id))
