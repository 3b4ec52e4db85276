"""What platforms offer in their menus, and where this server is: what all manifests share."""

from urllib.parse import urlsplit

from bots.commands.command import Command
from bots.commands.registry import COMMANDS

NAME = "TokenPool"
BARE, HELP = "home", "help"
SHORT = "One AI budget, shared fairly: see quota, ask for more, approve, go on vacation."
LONG = (
    "TokenPool lets an organization share one AI budget. Everybody has a quota; when it is used"
    " up, a manager adds more with one click in chat, and the same API key works again at once."
    " See what is left and how long it lasts, ask for more, approve or reject, lend your share of"
    " the team's pool during a vacation, get an API key for your editor, and have every charge"
    " explained."
)
ACCENT = "#3b4cca"
MOST_URL = 2_000


class NoAddress(ValueError):
    """The text says what is wrong with an address; it is for whoever runs the command."""


def address(url: str) -> str:
    """Return the address that platforms are to call, without a slash at its end."""
    parts = urlsplit(url.strip())
    try:
        port = parts.port
    except ValueError:
        port = 0
    plain = not (parts.query or parts.fragment or parts.username) and port != 0
    if parts.scheme != "https" or not parts.hostname or not plain or len(url) > MOST_URL:
        raise NoAddress(
            "--url: the https address by which the platform reaches this server, such as"
            " https://tokenpool.example.com."
        )
    return url.strip().rstrip("/")


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def menu(most: int) -> list[Command]:
    """Return what a menu of single words offers; of too many the last ones give way to help."""
    offered = [one for one in COMMANDS if one.listed and one.name != BARE]
    if len(offered) <= most:
        return offered
    others = [one for one in offered if one.name != HELP]
    return [*others[: most - 1], *(one for one in offered if one.name == HELP)]


def open_menu(most: int) -> list[Command]:
    """Return what a menu offers where others read along."""
    return [one for one in menu(most) if one.anywhere]


def example(command: Command) -> str:
    """Return how a command is said, with an example of what may follow."""
    return f"{command.name} {command.hint}".strip()
