"""Telegram's command menus and webhook: what is sent to setMyCommands and setWebhook.

core.telegram.org/bots/api#setmycommands: a tap on a menu sends the bare command at once, so each
of them answers without words behind it.
"""

from bots.commands.command import Command
from bots.manifest.menus import example, menu, open_menu

Json = dict[str, object]
PATH = "/telegram/webhook"
MOST_COMMANDS = 100
UPDATES = ("message", "callback_query", "my_chat_member")


def command_lists() -> list[Json]:
    """Return the payloads of setMyCommands, one a scope; in groups only what others may read."""
    private, shared = menu(MOST_COMMANDS), open_menu(MOST_COMMANDS)
    return [
        _commands("default", shared),
        _commands("all_private_chats", private),
        _commands("all_group_chats", shared),
    ]


def manifest(url: str = "") -> Json:
    """Return all that Telegram is told; without an address, no webhook."""
    lists: Json = {"setMyCommands": command_lists()}
    if not url:
        return lists
    return {**lists, "setWebhook": {"url": url + PATH, "allowed_updates": list(UPDATES)}}


def _commands(scope: str, commands: list[Command]) -> Json:
    return {
        "scope": {"type": scope},
        "commands": [{"command": one.name, "description": _description(one)} for one in commands],
    }


def _description(command: Command) -> str:
    if not command.hint:
        return command.summary
    return f"{command.summary}, such as: /{example(command)}"
