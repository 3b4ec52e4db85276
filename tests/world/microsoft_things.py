"""What a Microsoft on loopback is made of: people, chats, messages and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Json = dict[str, Any]
APP_ID = "11111111-2222-4333-8444-555555555555"
TENANT = "99999999-8888-4777-8666-555555555555"
PASSWORD = "aB3~q.client-secret_of-the-app-0123456789"
BOT = f"28:{APP_ID}"
SCOPE = "https://api.botframework.com/.default"
CARD = "application/vnd.microsoft.card.adaptive"
MOST_BYTES = 28 * 1024
"""Of a message, by "Format your bot messages"."""


@dataclass
class User:
    """A person of the tenant; `mri` is their id in Teams, `aad` that of the directory."""

    number: int
    name: str
    email: str = ""
    role: str = "user"
    tenant: str = TENANT
    installed: bool = False
    """Whether the app is there for them personally."""
    blocks: bool = False

    @property
    def mri(self) -> str:
        return f"29:1{self.name}-{self.number:04}_AbC"

    @property
    def aad(self) -> str:
        return f"00000000-0000-4000-8000-{self.number:012}"

    @property
    def direct(self) -> str:
        """The conversation with the app, once there is one."""
        return f"a:1{self.name}-{self.number:04}_dIrEcT"

    def info(self) -> Json:
        """Return what the bot may know, as a member of a conversation is described."""
        email = self.email or f"{self.name}@x.example"
        return {
            "id": self.mri, "name": self.name.title(), "objectId": self.aad,
            "aadObjectId": self.aad, "givenName": self.name.title(), "surname": "Example",
            "email": email, "userPrincipalName": email, "tenantId": self.tenant,
            "userRole": self.role,
        }  # fmt: skip


@dataclass
class Chat:
    """A conversation; `scope` is `personal`, `groupChat` or `channel`."""

    id: str
    scope: str
    members: set[str]
    has_bot: bool = True


@dataclass
class Message:
    """What the bot wrote, as it is now."""

    chat: str
    id: str
    activity: Json
    edits: int = 0
    deleted: bool = False

    @property
    def card(self) -> Json:
        """The card that is shown; of a plain message, its line as one would show it."""
        attached = self.activity.get("attachments")
        if not attached:
            line = {"type": "TextRun", "text": self.activity.get("text", "")}
            return {"body": [{"type": "RichTextBlock", "inlines": [line]}]}
        content: Json = attached[0].get("content", {})
        return content


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the connector, as it arrived."""

    operation: str
    method: str
    path: str
    said: Json
    headers: Mapping[str, str]


class Refused(Exception):
    """An error, as the connector or the login words it."""

    def __init__(self, status: int, code: str, *, login: bool = False) -> None:
        super().__init__(code)
        self.status, self.code, self.login = status, code, login

    def answer(self) -> web.Response:
        told = {"error": self.code, "error_description": "AADSTS0000000: refused"}
        error = {"error": {"code": self.code, "message": "refused"}}
        return web.json_response(told if self.login else error, status=self.status)


def failure(fault: str) -> web.Response:
    """Return an answer that is not ok: `429:30`, `403:BotDisabledByAdmin`, or a status alone."""
    status, _, rest = fault.partition(":")
    headers = {"retry-after": rest} if rest.isdigit() else {}
    if rest and not headers:
        return Refused(int(status), rest).answer()
    return web.Response(status=int(status), headers=headers)
