"""What people type in Slack, as plain text: docs.slack.dev/messaging/formatting-message-text."""

import html
import re
from collections.abc import Awaitable, Callable

MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>")
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")

Lookup = Callable[[str], Awaitable[str]]
"""Returns the address of a mentioned person by their id."""


async def plain(text: str, bot_id: str, lookup: Lookup) -> str:
    """Return a line without Slack's marks; whoever is mentioned stands in it by their address."""
    named = text
    for found in dict.fromkeys(MENTION.findall(text)):
        user_id, label = found
        name = "" if user_id == bot_id else await lookup(user_id) or label or user_id
        named = re.sub(rf"<@{user_id}(\|[^<>]*)?>", lambda _, n=name: n, named)  # type: ignore[misc]  # a lambda's default
    return html.unescape(_MARKED.sub(_shown, named)).strip()


def _shown(found: re.Match[str]) -> str:
    target, label = found.groups()
    return label or target.removeprefix("mailto:").removeprefix("!")
