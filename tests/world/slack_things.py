"""What there is in a Slack: people, messages and views."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
TEAM = "T0001"


@dataclass
class User:
    """Somebody with a Slack account; `more` is what users.info says of them beyond this."""

    id: str
    name: str
    email: str = ""
    team: str = TEAM
    more: Json = field(default_factory=dict)
    direct: str = ""
    """The channel of their chat with the bot."""

    def __post_init__(self) -> None:
        self.direct = self.direct or "D" + self.id[1:]

    def info(self) -> Json:
        flags = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
        profile = {"real_name": self.name.title(), "email": self.email}
        return {
            "id": self.id, "team_id": self.team, "name": self.name, "profile": profile,
            "is_email_confirmed": True, **dict.fromkeys(flags, False), **self.more,
        }  # fmt: skip


@dataclass
class Message:
    """What somebody reads; `only` is the one person who does, for an ephemeral message."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    only: str = ""
    edits: int = 0
    metadata: Json | None = None
    thread: str = ""


@dataclass
class View:
    id: str
    user: str
    shows: Json
    opened: float
    updates: int = 0
