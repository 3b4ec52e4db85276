"""What `tokenpool doctor` looks at of chat: the platforms, and what did not arrive."""

from collections.abc import Iterator
from typing import Any

from bots.cli.checks import Check, State
from bots.cli.probing import ask
from core.settings import Settings
from core.views.delivery import TroubleView

PLATFORMS, NOTICES, ACCOUNTS, EVENTS = "chat", "notices", "accounts", "events"


def platforms(settings: Settings) -> list[Check]:
    """Ask the server that runs here how its chat platforms do; nothing if none runs."""
    said = ask(settings, "/health/ready") if settings.port else {}
    parts: list[dict[str, Any]] = said["parts"] if "version" in said else []
    chats = [part for part in parts if not part["required"]]
    up = ", ".join(part["name"] for part in chats if part["ok"])
    found = [Check(PLATFORMS, State.OK, f"Up: {up}.")] if up else []
    advice = "Look whether its secrets are right and this machine reaches it; it is tried again."
    return found + [
        Check(PLATFORMS, State.WARN, f"{part['name']}: {part['detail']}.", advice)
        for part in chats
        if not part["ok"]
    ]


def delivery(trouble: TroubleView) -> list[Check]:
    """Judge what delivery could not mend by itself."""
    return list(_notices(trouble)) + list(_accounts(trouble)) + list(_events(trouble))


def _notices(trouble: TroubleView) -> Iterator[Check]:
    if trouble.without_account:
        found = f"{_count(trouble.without_account, 'notice')} of this week had nowhere to go."
        advice = "Let these members link an account: `tokenpool chat their@address` makes a link."
        yield Check(NOTICES, State.WARN, found, advice)
    if others := trouble.dead - trouble.without_account:
        found = f"{_count(others, 'notice')} of this week could not be delivered."
        yield Check(NOTICES, State.WARN, found, "The server's log says why: courier, notice_dead.")
    if trouble.waiting:
        found = f"{_count(trouble.waiting, 'notice')} failed and will be tried again."
        yield Check(NOTICES, State.WARN, found, "Nothing, if this number falls by itself.")
    if not trouble.dead and not trouble.waiting:
        yield Check(NOTICES, State.OK, "All of this week were delivered.")


def _accounts(trouble: TroubleView) -> Iterator[Check]:
    if trouble.unreachable:
        found = f"{_count(trouble.unreachable, 'chat account')} cannot be written to."
        advice = "Their people should write to the bot once, or link another account."
        yield Check(ACCOUNTS, State.WARN, found, advice)


def _events(trouble: TroubleView) -> Iterator[Check]:
    if trouble.failed:
        found = f"{_count(trouble.failed, 'message or click', 'messages or clicks')} failed."
        advice = "The server's log of this week says why; their people can simply do it again."
        yield Check(EVENTS, State.WARN, found, advice)


def _count(number: int, one: str, many: str = "") -> str:
    return f"1 {one}" if number == 1 else f"{number} {many or one + 's'}"
