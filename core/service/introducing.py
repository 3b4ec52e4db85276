"""What our bots are called where people look for them, as each platform says."""

from core.service.start import Core
from core.store import meta

BOT = "bot:"


async def known_as(core: Core, platform: str, name: str) -> None:
    """Note what the bot of a platform is called."""
    await core.database.run(lambda: meta.put(BOT + platform, name))


async def bot_name(core: Core, platform: str) -> str:
    """Return what the bot of a platform is called; nothing if it has never been up here."""
    return await core.database.read(meta.value(BOT + platform))
