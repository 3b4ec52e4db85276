"""What Telegram offers when somebody types a slash: by kind of chat, from the registry."""

from bots.manifest.telegram import command_lists
from bots.telegram.sdk import Api


async def publish(api: Api) -> None:
    for offered in command_lists():
        await api.set_commands(offered)
