"""What happened in Telegram, in our words: who did what, and where an answer can go.

Of an update only what we use is read, and that strictly; an edited message, a channel's post, a
bot and whoever hides behind a group's name do nothing here. Events are kept in the inbox until
they are done, so they can be written down and read again. Shapes: core.telegram.org/bots/api.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from core.domain import wording

Id = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""Telegram promises at most 52 significant bits."""
MOST_TEXT = 4_096
MOST_BYTES = 1024 * 1024
PRIVATE = "private"
GROUPS = frozenset({"group", "supergroup"})
BLOCKED = frozenset({"kicked", "left"})


class Unreadable(Exception):
    """From Telegram, and still nothing that Telegram sends."""


class User(Struct, frozen=True):
    id: Id
    is_bot: bool = False
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None


class Chat(Struct, frozen=True):
    id: Id
    type: str


class Replied(Struct, frozen=True):
    """The message that somebody replies to."""

    message_id: Id
    from_: User | None = field(default=None, name="from")


class Key(Struct, frozen=True, omit_defaults=True):
    """One button of a keyboard."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    style: str | None = None


class Markup(Struct, frozen=True):
    inline_keyboard: list[list[Key]] = field(default_factory=list)


class Message(Struct, frozen=True):
    message_id: Id
    chat: Chat
    from_: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    text: str | None = None
    reply_to_message: Replied | None = None
    reply_markup: Markup | None = None


class Query(Struct, frozen=True):
    """A tap on a button."""

    id: str
    from_: User = field(name="from")
    message: Message | None = None
    data: str | None = None


class Standing(Struct, frozen=True):
    status: str


class Membership(Struct, frozen=True):
    """That somebody has started or blocked us, or put us into a group."""

    chat: Chat
    from_: User = field(name="from")
    new_chat_member: Standing


class Update(Struct, frozen=True):
    update_id: Annotated[int, Meta(ge=0, le=2**53)]
    message: Message | None = None
    callback_query: Query | None = None
    my_chat_member: Membership | None = None


class Wrote(Struct, frozen=True, tag="wrote"):
    """A line: in the private chat, or in a group."""

    key: str
    user: str
    name: str
    chat: str
    message: str
    text: str
    private: bool
    replies_to: str = ""
    """The message it replies to; in a group only one of a bot."""
    replied_bot: str = ""


class Clicked(Struct, frozen=True, tag="clicked"):
    """A button, below a message."""

    key: str
    user: str
    name: str
    chat: str
    message: str
    query: str
    token: str
    private: bool
    keyboard: list[list[Key]] = field(default_factory=list)
    """What stands below the message."""


class Left(Struct, frozen=True, tag="left"):
    """Somebody has blocked us: they cannot be written to."""

    key: str
    user: str
    name: str


class Came(Struct, frozen=True, tag="came"):
    """Somebody has started us, or does not block us any more."""

    key: str
    user: str
    name: str


Event = Wrote | Clicked | Left | Came


def encode(event: Event) -> str:
    return msgspec.json.encode(event).decode()


def decode(kept: str) -> Event | None:
    """Return a kept event; None if another version kept it."""
    try:
        event: Event = msgspec.json.decode(kept, type=Event)
    except (msgspec.DecodeError, RecursionError):
        return None
    return event


def opened(raw: bytes) -> object:
    """Return the JSON of a request; Unreadable if it is none."""
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError):  # msgspec's faults are ValueErrors
        raise Unreadable from None


def checked(said: object) -> Update:
    """Return an update; Unreadable if what we look at in it is of another type."""
    try:
        return msgspec.convert(said, Update)
    except (msgspec.ValidationError, RecursionError):
        raise Unreadable from None


def read(update: Update, bot_id: str) -> Event | None:
    """Return what happened; None if it is nothing we do anything about."""
    event = _read(update, f"{bot_id}:{update.update_id}")
    try:
        return event if event is None or encode(event) else None
    except UnicodeEncodeError:  # half a letter, which no client sends
        return None


def _read(update: Update, key: str) -> Event | None:
    if update.message is not None:
        return _wrote(update.message, key)
    if update.callback_query is not None:
        return _clicked(update.callback_query, key)
    if update.my_chat_member is not None:
        return _stands(update.my_chat_member, key)
    return None


def _wrote(said: Message, key: str) -> Event | None:
    who, replied = said.from_, said.reply_to_message
    if who is None or who.is_bot or said.sender_chat is not None or not said.text:
        return None
    private = said.chat.type == PRIVATE
    if not private and said.chat.type not in GROUPS:
        return None
    by = replied.from_ if replied else None
    return Wrote(
        key=key,
        user=str(who.id),
        name=_name(who),
        chat=str(said.chat.id),
        message=str(said.message_id),
        text=said.text[:MOST_TEXT],
        private=private,
        replies_to=str(replied.message_id) if replied else "",
        replied_bot=str(by.id) if by and by.is_bot else "",
    )


def _clicked(said: Query, key: str) -> Event | None:
    """Return a tap; the message it was below may be one that cannot be read any more."""
    at = said.message
    if at is None or said.data is None or said.from_.is_bot:
        return None
    return Clicked(
        key=key,
        user=str(said.from_.id),
        name=_name(said.from_),
        chat=str(at.chat.id),
        message=str(at.message_id),
        query=said.id,
        token=said.data,
        private=at.chat.type == PRIVATE,
        keyboard=_kept(at.reply_markup.inline_keyboard) if at.reply_markup else [],
    )


def _kept(rows: list[list[Key]]) -> list[list[Key]]:
    """Return a keyboard without buttons that copy: what they copy must not be written down."""
    found = ([key for key in row if key.callback_data or key.url] for row in rows)
    return [row for row in found if row]


def _stands(said: Membership, key: str) -> Event | None:
    if said.chat.type != PRIVATE or said.from_.is_bot:
        return None
    kind = Left if said.new_chat_member.status in BLOCKED else Came
    return kind(key, str(said.from_.id), _name(said.from_))


def _name(who: User) -> str:
    """Return what somebody calls themself."""
    full = " ".join(part for part in (who.first_name, who.last_name or "") if part)
    return wording.line(full or who.username or "", wording.MOST_NAME)
