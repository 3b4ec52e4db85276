"""What happened in Slack, in our words: who did what, and where an answer can go.

Events are kept in the inbox until they are done, so they can be written down and read again.
"""

import hashlib
import re

import msgspec
from msgspec import UNSET, Struct

from bots.slack.envelope import Action, Envelope, State, Who

OURS = "tp:"
"""Begins the names of our buttons and forms."""
_KEY_DIGITS = 40
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Said(Struct, frozen=True, tag="said"):
    """A slash command."""

    key: str
    user: str
    text: str
    channel: str
    response_url: str
    trigger: str


class Clicked(Struct, frozen=True, tag="clicked"):
    """A button, in a message or in a view."""

    key: str
    user: str
    token: str
    values: dict[str, str]
    trigger: str
    response_url: str = ""
    channel: str = ""
    ts: str = ""
    ephemeral: bool = False
    view: str = ""
    at_home: bool = False

    @property
    def in_view(self) -> bool:
        return bool(self.view)

    @property
    def direct(self) -> bool:
        """Whether only this person reads the message's channel."""
        return self.channel.startswith("D")


class Sent(Struct, frozen=True, tag="sent"):
    """A form in a modal."""

    key: str
    user: str
    token: str
    values: dict[str, str]
    view: str


class Called(Struct, frozen=True, tag="called"):
    """The shortcut that works everywhere."""

    key: str
    user: str
    name: str
    trigger: str


class Opened(Struct, frozen=True, tag="opened"):
    """Somebody looks at the app's home."""

    key: str
    user: str


class Wrote(Struct, frozen=True, tag="wrote"):
    """A line to the bot: in its direct chat, or with a mention in a channel."""

    key: str
    user: str
    text: str
    channel: str
    ts: str
    direct: bool


Event = Said | Clicked | Sent | Called | Opened | Wrote


def encode(event: Event) -> str:
    return msgspec.json.encode(event).decode()


def decode(kept: str) -> Event | None:
    """Return a kept event; None if another version kept it."""
    try:
        event: Event = msgspec.json.decode(kept, type=Event)
    except msgspec.DecodeError:
        return None
    return event


def read(said: Envelope) -> Event | None:
    """Return what happened; None if it is nothing we do anything about."""
    if said.command is not UNSET:
        return _said(said)
    match said.type:
        case "block_actions":
            return _clicked(said)
        case "view_submission":
            return _sent(said)
        case "shortcut":
            return _called(said)
        case "event_callback":
            return _event(said)
        case _:
            return None


def _said(said: Envelope) -> Event | None:
    if not _id(said.user_id):
        return None
    return Said(
        key=_key("said", said.trigger_id, said),
        user=_id(said.user_id),
        text=said.text or "",
        channel=_id(said.channel_id),
        response_url=said.response_url or "",
        trigger=said.trigger_id or "",
    )


def _clicked(said: Envelope) -> Event | None:
    action = _ours(said)
    if action is None or not _id(said.user):
        return None
    view, held = said.view, said.container
    state = view.state if view is not None else said.state
    return Clicked(
        key=_key("clicked", said.trigger_id, said),
        user=_id(said.user),
        token=action.value or "",
        values=_values(state),
        trigger=said.trigger_id or "",
        response_url=said.response_url or "",
        channel=_id(held.channel_id if held else None) or _id(said.channel),
        ts=(held.message_ts if held else None) or "",
        ephemeral=held is not None and held.is_ephemeral,
        view=view.id if view is not None else "",
        at_home=view is not None and view.type == "home",
    )


def _ours(said: Envelope) -> Action | None:
    """Return the button of ours that was clicked; a filled-in input is none."""
    if said.actions is UNSET:
        return None
    action = said.actions[0]
    return action if action.action_id.startswith(OURS) and action.value is not None else None


def _sent(said: Envelope) -> Event | None:
    view = said.view
    ours = view is not None and str(view.callback_id).startswith(OURS)
    if view is None or not ours or not _id(said.user):
        return None
    return Sent(
        key=_key("sent", said.trigger_id, said),
        user=_id(said.user),
        token=view.private_metadata,
        values=_values(view.state),
        view=view.id,
    )


def _called(said: Envelope) -> Event | None:
    if said.callback_id is UNSET or not _id(said.user):
        return None
    return Called(
        key=_key("called", said.trigger_id, said),
        user=_id(said.user),
        name=said.callback_id,
        trigger=said.trigger_id or "",
    )


def _event(said: Envelope) -> Event | None:
    event = said.event
    if event is None:
        return None
    user, key = _id(event.user), _key("event", said.event_id, said)
    if not user or event.bot_id:
        return None
    if event.type == "app_home_opened":
        return Opened(key, user) if event.tab == "home" else None
    direct = event.type == "message" and event.channel_type == "im"
    if event.subtype or not (direct or event.type == "app_mention"):
        return None
    return Wrote(key, user, event.text or "", _id(event.channel), event.ts or "", direct)


def _values(state: State | None) -> dict[str, str]:
    """Return what was filled in, by the names of our fields."""
    blocks = state.values if state is not None else {}
    return {
        name: each.value or each.selected_date or ""
        for name, inputs in blocks.items()
        for each in inputs.values()
    }


def _id(who: Who | str | None) -> str:
    """Return an id of Slack's; nothing for what cannot be one."""
    found = who.id if isinstance(who, Who) else who or ""
    return found if _ID.fullmatch(found) else ""


def _key(kind: str, unique: str | None, said: Envelope) -> str:
    """Return what is the same for every delivery of one event, and for no other event."""
    source = unique.encode() if unique else msgspec.json.encode(said)
    return f"{kind}:{hashlib.sha256(source).hexdigest()[:_KEY_DIGITS]}"
