"""What there is in a Telegram: people, messages, and what may be in one."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from aiohttp import web

Json = dict[str, Any]
BOT: Json = {
    "id": 110201543, "is_bot": True, "first_name": "TokenPool", "username": "TokenPoolTestBot",
    "can_join_groups": True, "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}  # fmt: skip
WEB_ADDRESS = re.compile(r"https://\S+|http://127\.0\.0\.1(:\d+)?/\S*")
MOST_TEXT, MOST_BYTES, MOST_BUTTONS, MOST_IN_A_ROW = 4096, 64, 100, 8
TAGS = {
    "a", "b", "blockquote", "code", "del", "em", "i", "ins", "pre", "s", "span", "strike",
    "strong", "tg-emoji", "tg-spoiler", "u",
}  # fmt: skip
SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
LATE = "query is too old and response timeout expired or query ID is invalid"


def below(said: Json) -> Json:
    return {"reply_markup": said["reply_markup"]} if "reply_markup" in said else {}


async def read(request: web.Request) -> Json:
    """Read arguments wherever a method takes them: query, form, JSON or files."""
    said: Json = dict(request.query)
    if "json" in request.content_type:
        return said | dict(await request.json())
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            said[name] = Picture(value.file.read())
        else:
            text = str(value)
            as_json = name not in {"text", "caption"} and text[:1] in {"[", "{"}
            said[name] = json.loads(text) if as_json else text
    return said


class Refused(Exception):
    """Not ok, in Telegram's words."""

    def __init__(self, status: int, said: str, **parameters: int) -> None:
        super().__init__(said)
        self.status, self.said, self.parameters = status, said, parameters


@dataclass
class User:
    """Somebody with a Telegram account."""

    id: int
    name: str
    last_name: str = ""
    username: str = ""
    started: bool = False
    blocks: bool = False

    def said(self) -> Json:
        more = {"last_name": self.last_name, "username": self.username}
        kept = {name: value for name, value in more.items() if value}
        return {"id": self.id, "is_bot": False, "first_name": self.name, **kept}


@dataclass(frozen=True)
class Picture:
    """A file that was sent along."""

    content: bytes


@dataclass
class Message:
    """What stands in a chat."""

    chat: int
    id: int
    text: str
    keyboard: list[list[Json]] = field(default_factory=list)
    protected: bool = False
    asks: bool = False
    """It opens the keyboard of whoever reads it, for a reply."""
    reply_to: int = 0
    picture: bytes = b""
    by: int = 0
    """The person who wrote it; 0 is the bot."""
    edits: int = 0
    deleted: bool = False

    @property
    def ours(self) -> bool:
        return not self.by

    @property
    def shown(self) -> str:
        """The text as people read it."""
        return plain(self.text)

    @property
    def buttons(self) -> dict[str, Json]:
        return {button["text"]: button for row in self.keyboard for button in row}

    def said(self) -> Json:
        found: Json = {
            "message_id": self.id, "date": 1_790_000_000, "chat": chat(self.chat),
            "text": self.shown,
        }  # fmt: skip
        if self.ours:
            found["from"] = BOT
        if self.keyboard:
            found["reply_markup"] = {"inline_keyboard": self.keyboard}
        return found


def chat(number: int) -> Json:
    if number < 0:
        return {"id": number, "type": "supergroup", "title": "Those who decide"}
    return {"id": number, "type": "private"}


def plain(text: str) -> str:
    """Return what people read of a text in HTML."""
    parser = _Reader()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)


def no_html(text: str) -> str:
    """Return what is wrong with a text in HTML, as Telegram says it; nothing if it is right."""
    parser = _Reader()
    parser.feed(text)
    parser.close()
    if not parser.problem and parser.open:
        parser.problem = f"Can't find end tag corresponding to start tag {parser.open[-1]}"
    return f"can't parse entities: {parser.problem}" if parser.problem else ""


def wrong(said: Json) -> str:
    """Return what is wrong with a message, as Telegram says it; nothing if it is right."""
    text = plain(said["text"])
    if not text.strip():
        return "message text is empty"
    if len(text.encode("utf-16-le")) // 2 > MOST_TEXT:
        return "message is too long"
    rows = said.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        return "reply markup is too long"
    return next(filter(None, map(_wrong_button, buttons)), "")


def _wrong_button(button: Json) -> str:
    if not button.get("text"):
        return "inline keyboard button text is empty"
    does = [name for name in ("callback_data", "url", "copy_text") if name in button]
    if len(does) != 1:
        return "inline keyboard button is of no kind"
    if does == ["copy_text"]:
        return "" if 1 <= len(button["copy_text"]["text"]) <= 256 else "BUTTON_COPY_TEXT_INVALID"
    if does == ["url"]:
        return "" if WEB_ADDRESS.fullmatch(button["url"]) else "BUTTON_URL_INVALID"
    return (
        "" if 1 <= len(button["callback_data"].encode()) <= MOST_BYTES else "BUTTON_DATA_INVALID"
    )


class _Reader(HTMLParser):
    """Reads the HTML that Telegram takes: few tags, each closed in its turn."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []
        self.problem = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.problem = self.problem or f"Unsupported start tag {tag}"
        if tag == "a" and not dict(attrs).get("href"):
            self.problem = self.problem or "no address"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problem = self.problem or f"Unmatched end tag {tag}"

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
