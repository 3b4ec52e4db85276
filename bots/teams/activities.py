"""What happened in Teams, in our words: who did what, where an answer can go, and how.

Whatever a bot does, reactions, typing and people without a directory entry do nothing here. Events
are kept in the inbox until they are done, so they can be written down and read again.
"""

from typing import Any

import msgspec
from msgspec import Struct, field

from bots.teams.references import At
from bots.teams.shapes import Activity, Who
from core.domain import wording

Json = dict[str, Any]
PERSONAL = "personal"
SHARED = frozenset({"groupChat", "channel"})
REFRESH = "refresh"
"""The verb by which a shared card asks for what one viewer sees of it."""
OURS = frozenset({"t", "tp", "msteams", "type"})
"""Keys of a button's data that are no field of a form."""
MOST_TEXT = 4_000
MOST_VALUES = 20


class Unreadable(Exception):
    """With a good token, and still nothing that Teams sends."""


class Named(Struct, frozen=True):
    """Somebody who is mentioned in a line: the words that stand for them, and their id here."""

    words: str
    mri: str
    name: str


class Person(Struct, frozen=True):
    """Whoever did something."""

    id: str
    """Their id in the directory, which never changes."""
    mri: str
    """What Teams calls them towards this bot."""
    name: str


class Deed(Struct, frozen=True):
    """What somebody did, and where; `key` is the same for every delivery of it."""

    key: str
    who: Person
    at: At


class Wrote(Deed, frozen=True, tag="wrote"):
    """A line: in the personal chat, or to us where many read."""

    text: str
    named: list[Named] = field(default_factory=list)


class Submitted(Deed, frozen=True, tag="submitted"):
    """A button of an old client, which comes as a message."""

    message: str
    token: str
    values: dict[str, str]


class Executed(Deed, frozen=True, tag="executed"):
    """A button that waits for the card to show in place of its own."""

    message: str
    token: str
    values: dict[str, str]


class Opened(Deed, frozen=True, tag="opened"):
    """A button that opens a dialog."""

    token: str


class Sent(Deed, frozen=True, tag="sent"):
    """A button within a dialog."""

    token: str
    values: dict[str, str]


class Came(Deed, frozen=True, tag="came"):
    """We have been added to a chat or team."""


class Left(Deed, frozen=True, tag="left"):
    """We have been removed: nothing can be written there any more."""


class Refreshed(Struct, frozen=True, tag="refreshed"):
    """Somebody looks at a shared card, and asks what it is to them; nothing is done by it."""

    who: Person
    at: At
    token: str


Clicked = Submitted | Executed | Opened | Sent
Invoked = Executed | Opened | Sent
Noted = Wrote | Clicked | Came | Left
Event = Noted | Refreshed


def encode(event: Noted) -> str:
    return msgspec.json.encode(event).decode()


def decode(kept: str) -> Noted | None:
    """Return a kept event; None if another version kept it."""
    try:
        event: Noted = msgspec.json.decode(kept, type=Noted)
    except (msgspec.DecodeError, RecursionError):
        return None
    return event


def checked(said: object) -> Activity:
    """Return an activity; Unreadable if what we look at in it is of another type."""
    try:
        return msgspec.convert(said, Activity)
    except (msgspec.ValidationError, RecursionError):
        raise Unreadable from None


def read(activity: Activity) -> Event | None:
    """Return what happened; None if it is nothing we do anything about."""
    event = _read(activity)
    try:
        return event if event is None or msgspec.json.encode(event) else None
    except UnicodeEncodeError:  # half a letter, which no client sends
        return None


def is_invoke(activity: Activity) -> bool:
    """Return whether Teams waits for an answer to this one."""
    return activity.type == "invoke"


def _read(said: Activity) -> Event | None:
    at, who = _at(said), _person(said.from_)
    if at is None or not said.id:
        return None
    key = f"{said.conversation.id}|{said.id}"
    match said.type:
        case "message":
            return _message(said, key, who, at)
        case "invoke":
            return _invoke(said, key, who, at)
        case "installationUpdate":
            return _installed(said, key, who, at)
        case "conversationUpdate":
            added = said.members_added or []
            ours = any(one.id == said.recipient.id for one in added)
            return _came(key, who, at) if ours else None
        case _:
            return None


def _installed(said: Activity, key: str, who: Person, at: At) -> Event | None:
    """Return that we were added or removed; an update of the app is neither."""
    if said.action == "add":
        return _came(key, who, at)
    return Left(key, who, at) if said.action == "remove" else None


def _came(key: str, who: Person, at: At) -> Event | None:
    """Return that we were added; somebody whom Teams does not name yet is greeted by what follows.

    An installation is told by two activities, and only the first of a conversation is news.
    """
    return Came(key, who, at) if who.id or not at.personal else None


def _message(said: Activity, key: str, who: Person, at: At) -> Event | None:
    """Return a line or an old client's click; where many read, only a line that mentions us."""
    if not who.id:
        return None
    data = _data(said.value)
    if data is not None:
        token, message = data.get("t"), said.reply_to_id or ""
        if not isinstance(token, str):
            return None
        return Submitted(key, who, at, message, token, _values(data))
    ours, others = _mentions(said)
    if not said.text or not (at.personal or ours):
        return None
    text = said.text
    for words in ours:
        text = text.replace(words, " ")
    return Wrote(key, who, at, text[:MOST_TEXT].strip(), others)


def _mentions(said: Activity) -> tuple[list[str], list[Named]]:
    """Return the words that stand for us in a text, and the first of the others in it."""
    ours: dict[str, None] = {}
    others: list[Named] = []
    for one in said.entities or []:
        if one.type != "mention" or not one.text or one.mentioned is None:
            continue
        if one.mentioned.id == said.recipient.id:
            ours[one.text] = None
        elif len(others) < MOST_VALUES:
            others.append(Named(one.text, one.mentioned.id, _name(one.mentioned)))
    return list(ours)[:MOST_VALUES], others


def _invoke(said: Activity, key: str, who: Person, at: At) -> Event | None:
    value = said.value
    if not who.id or not isinstance(value, dict):
        return None
    if said.name == "adaptiveCard/action":
        return _executed(value.get("action"), said, key, (who, at))
    data = _data(value.get("data"))
    token = data.get("t") if data else None
    if data is None or not isinstance(token, str):
        return None
    if said.name == "task/fetch":
        return Opened(key, who, at, token)
    return Sent(key, who, at, token, _values(data)) if said.name == "task/submit" else None


def _executed(action: object, said: Activity, key: str, by: tuple[Person, At]) -> Event | None:
    data = _data(action.get("data")) if isinstance(action, dict) else None
    token = data.get("t") if data else None
    if not isinstance(action, dict) or data is None or not isinstance(token, str):
        return None
    if action.get("verb") == REFRESH:
        return Refreshed(*by, token)
    return Executed(key, *by, said.reply_to_id or "", token, _values(data))


def _at(said: Activity) -> At | None:
    """Return where it happened; None where it is none of the three kinds of places."""
    where = said.conversation
    tenant = said.channel_data.tenant if said.channel_data else None
    team = said.channel_data.team if said.channel_data else None
    scope = where.conversation_type or ("groupChat" if where.is_group else PERSONAL)
    if not where.id or scope not in {PERSONAL, *SHARED}:
        return None
    return At(
        service_url=said.service_url,
        conversation=where.id,
        scope=scope,
        tenant=((tenant.id if tenant else None) or where.tenant_id or "").lower(),
        team=(team.id if team else None) or "",
    )


def _person(who: Who) -> Person:
    """Return who did something; without an id in the directory it is nobody we could know."""
    return Person((who.aad_object_id or "").lower(), who.id, _name(who))


def _name(who: Who) -> str:
    return wording.line((who.name or "")[:MOST_TEXT], wording.MOST_NAME)


def _data(value: object) -> Json | None:
    return value if isinstance(value, dict) else None


def _values(data: Json) -> dict[str, str]:
    """Return what a form sent, without what its button carries, and without texts to copy."""
    fields = (
        (name, value)
        for name, value in data.items()
        if isinstance(value, str) and name not in OURS and not name.startswith("copy:")
    )
    return dict(list(fields)[:MOST_VALUES])
