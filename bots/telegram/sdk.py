"""The one module that knows python-telegram-bot: the Bot API, call by call.

No Updater, no queue of jobs, no handlers: what comes in is ours (desk.py), and nothing is tried
again in here, since the courier does that for messages and a click has a person behind it.
Neither an error nor a log line of ours holds an address: the bot's token is part of it.
"""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
from telegram import Bot as Client
from telegram import (
    BotCommandScope,
    ForceReply,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bots.bodies import on_loopback
from bots.telegram import faults
from bots.telegram.faults import Needless
from bots.telegram.pace import Pace
from bots.transport import Fault, RateLimited, Rejected, Transient, Unreachable
from cards.render.limits import shorten

Json = Mapping[str, Any]
Rows = Sequence[Sequence[Json]]
"""A keyboard, as the API has it."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 8.0
POLL_SECONDS = 25
"""How long Telegram may keep us waiting for something new."""
CONNECTIONS = 32
MOST_TOAST = 200
MOST_WAIT = 3.0
"""Seconds that a message waits here for its turn; for longer ones the courier waits."""
MOST_CHATS = 1_000
MOST_AT_ONCE = 100
UPDATES = ("message", "callback_query", "my_chat_member")

Markup = InlineKeyboardMarkup | ForceReply
T = TypeVar("T")

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses, with the token in them
os.environ["PTB_TIMEDELTA"] = "true"  # else it warns of each answer that says how long to wait


@dataclass(frozen=True, slots=True)
class Bot:
    """Who we are in Telegram, by getMe."""

    id: str
    username: str

    @property
    def link(self) -> str:
        """Where people open the chat with us."""
        return f"https://t.me/{self.username}"


class Api:
    """The Bot API as far as we use it; raises Faults, or Rejected for what we built wrong."""

    def __init__(self, token: str, base_url: str) -> None:
        secure, outside = not base_url.startswith("http://"), not on_loopback(base_url)
        trusted = httpx.create_ssl_context(secure, trust_env=outside)  # dear: loaded once
        ours = {"trust_env": outside, "verify": trusted}
        self._request = HTTPXRequest(
            connection_pool_size=CONNECTIONS,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            write_timeout=READ_SECONDS,
            pool_timeout=READ_SECONDS,
            httpx_kwargs=ours,
        )
        self._polling = HTTPXRequest(connection_pool_size=1, httpx_kwargs=ours)
        self._base = f"{base_url}bot{token}/"
        self._client = Client(
            token, base_url=base_url + "bot", base_file_url=base_url + "file/bot",
            request=self._request, get_updates_request=self._polling,
        )  # fmt: skip
        self._pace = Pace()
        self._moved: dict[str, str] = {}
        """Groups that became supergroups, by their old ids."""

    async def open(self) -> None:
        await self._request.initialize()
        await self._polling.initialize()

    async def close(self) -> None:
        await self._request.shutdown()
        await self._polling.shutdown()

    async def whoami(self) -> Bot:
        said = await _asked(self._client.get_me())
        return Bot(str(said.id), said.username or "")

    async def send(
        self, chat: str, message: Json, *, protect: bool = False, reply_to: str = ""
    ) -> str:
        """Send a message (cards/render/telegram.py); return its id in the chat."""
        reply = ReplyParameters(int(reply_to or 0), allow_sending_without_reply=True)
        said = await self._in_chat(
            chat,
            lambda place: self._client.send_message(
                place,
                **_texts(message),
                protect_content=protect or None,
                reply_markup=_markup(message),
                reply_parameters=reply if reply_to else None,
            ),
        )
        return str(said.message_id)

    async def photo(self, chat: str, picture: bytes, caption: str = "") -> str:
        """Send a PNG picture with a caption in HTML; return the message's id."""
        said = await self._in_chat(
            chat,
            lambda place: self._client.send_photo(
                place, picture, caption=caption, parse_mode="HTML", filename="picture.png"
            ),
        )
        return str(said.message_id)

    async def edit(self, chat: str, message_id: str, message: Json) -> None:
        """Show another text and keyboard in a message; one that is not different is no fault."""
        keyboard = _keyboard(message)
        with suppress(Needless):
            await self._in_chat(
                chat,
                lambda place: self._client.edit_message_text(
                    chat_id=place,
                    message_id=int(message_id),
                    reply_markup=keyboard,
                    **_texts(message),
                ),
            )

    async def edit_keyboard(self, chat: str, message_id: str, rows: Rows) -> None:
        """Show another keyboard below a message."""
        keyboard = _keyboard({"reply_markup": {"inline_keyboard": rows}})
        with suppress(Needless):
            await self._in_chat(
                chat,
                lambda place: self._client.edit_message_reply_markup(
                    chat_id=place, message_id=int(message_id), reply_markup=keyboard
                ),
            )

    async def delete(self, chat: str, message_id: str) -> None:
        await self._in_chat(chat, lambda at: self._client.delete_message(at, int(message_id)))

    async def answer(
        self, query_id: str, text: str = "", *, alert: bool = False, url: str = ""
    ) -> None:
        """Answer a click, which must be done once; too late for it is no fault."""
        said = shorten(text, MOST_TOAST) or None
        with suppress(Needless):
            await _asked(
                self._client.answer_callback_query(
                    query_id, said, show_alert=alert, url=url or None
                )
            )

    async def set_commands(self, offered: Json) -> None:
        """Offer commands in one kind of chat (bots/manifest/telegram.py)."""
        commands = [(one["command"], one["description"]) for one in offered["commands"]]
        scope = BotCommandScope(offered["scope"]["type"])
        await _asked(self._client.set_my_commands(commands, scope=scope))

    async def set_webhook(self, url: str, secret: str) -> None:
        """Let Telegram call this address, with the secret in a header."""
        await _asked(
            self._client.set_webhook(url, secret_token=secret, allowed_updates=list(UPDATES))
        )

    async def delete_webhook(self) -> None:
        """Let Telegram keep what is new until it is asked for."""
        await _asked(self._client.delete_webhook(drop_pending_updates=False))

    async def updates(self, offset: int, seconds: int = POLL_SECONDS) -> Sequence[object]:
        """Wait for what is new from `offset` on; what is before it counts as taken.

        As Telegram sent it: the library would fail on all of it for one that it cannot read.
        """
        asked = {
            "offset": offset, "timeout": seconds, "limit": MOST_AT_ONCE,
            "allowed_updates": json.dumps(UPDATES),
        }  # fmt: skip
        url = f"{self._base}getUpdates?{urlencode(asked)}"
        found = await _asked(self._polling.post(url, read_timeout=READ_SECONDS + seconds))
        return found if isinstance(found, list) else []

    async def _in_chat(self, chat: str, call: Callable[[str], Awaitable[T]]) -> T:
        """Make a call for a chat when its turn comes; a chat that has moved is followed."""
        chat = self._moved.get(chat, chat)
        await self._turn(chat)
        try:
            return await _asked(call(chat))
        except _Moved as moved:
            if len(self._moved) >= MOST_CHATS:
                self._moved.clear()
            self._moved[chat] = moved.chat
        except RateLimited as limited:
            self._pace.hush(chat, asyncio.get_running_loop().time() + limited.retry_seconds)
            raise
        try:
            return await _asked(call(self._moved[chat]))
        except _Moved:
            raise Unreachable("moved twice") from None

    async def _turn(self, chat: str) -> None:
        wait, taken = self._pace.take(chat, asyncio.get_running_loop().time(), MOST_WAIT)
        if not taken:
            raise RateLimited(wait)
        if wait > 0:
            await asyncio.sleep(wait)


class _Moved(Exception):
    """A group has become a supergroup."""

    def __init__(self, chat: str) -> None:
        super().__init__()
        self.chat = chat


async def _asked(call: Awaitable[T]) -> T:
    """Return Telegram's answer, or raise what its error means for us."""
    try:
        return await call
    except ChatMigrated as moved:
        raise _Moved(str(moved.new_chat_id)) from None
    except BadRequest as error:
        raise faults.of_refusal(error.message) from None
    except TelegramError as error:
        raise _fault(error) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # no answer of Telegram's
        raise Transient(f"unreadable answer: {type(error).__name__}") from None


def _fault(error: TelegramError) -> Fault | Rejected:
    match error:
        case RetryAfter():
            return RateLimited(_seconds(error))
        case Forbidden():
            return Unreachable("forbidden")
        case InvalidToken():
            return faults.refused_token()
        case Conflict():
            return Transient("another process polls, or a webhook is set")
        case _:
            return Transient(type(error).__name__)


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()


def _texts(message: Json) -> dict[str, Any]:
    preview = message.get("link_preview_options") or {}
    return {
        "text": message["text"],
        "parse_mode": message.get("parse_mode"),
        "link_preview_options": LinkPreviewOptions(**preview) if preview else None,
    }


def _markup(message: Json) -> Markup | None:
    """Return what stands below a message: buttons, or a field that waits for a reply."""
    found = message.get("reply_markup") or {}
    if "force_reply" in found:
        return ForceReply(input_field_placeholder=found.get("input_field_placeholder"))
    return _keyboard(message)


def _keyboard(message: Json) -> InlineKeyboardMarkup | None:
    found = message.get("reply_markup")
    return InlineKeyboardMarkup.de_json(found, None) if found else None
