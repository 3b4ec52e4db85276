"""What people type in Slack, as plain text: docs.slack.dev/messaging/formatting-message-text."""

import html
import re
from collections.abc import Awaitable, Callable

_MARKED = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")
_MENTIONED = re.compile(r"@([A-Z0-9]+)")

Lookup = Callable[[str], Awaitable[str]]
"""Returns the address of a mentioned person by their id."""


async def plain(text: str, bot_id: str, lookup: Lookup) -> str:
    """Return a line without Slack's marks; whoever is mentioned stands in it by their address."""
    mentioned = {
        found[1]
        for mark in _MARKED.finditer(text)
        if (found := _MENTIONED.fullmatch(mark["target"]))
    }
    names = {user_id: await lookup(user_id) for user_id in sorted(mentioned - {bot_id})}

    def shown(mark: re.Match[str]) -> str:
        target, label = mark["target"], mark["label"]
        if target == f"@{bot_id}":
            return ""
        known = names.get(target.removeprefix("@"), "") if target.startswith("@") else ""
        return known or label or target.removeprefix("mailto:").lstrip("!@")

    return html.unescape(_MARKED.sub(shown, text)).strip()
