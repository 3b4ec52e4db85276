"""The one module that knows Slack's libraries: the Web API, Bolt, and Socket Mode.

Everything is handed in, since Bolt takes settings of its own from the environment: SLACK_BOT_TOKEN
and the like of another app on this machine mean nothing here. Nothing is tried again in here
either: the courier does that for messages, and a click has a person behind it.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.bodies import on_loopback
from bots.slack import faults
from bots.slack.envelope import Json, Unreadable, checked
from bots.slack.events import read
from bots.transport import Fault, Transient

CALL_SECONDS = 8.0
ANYTHING = re.compile("")
GOOD = 200
LATE = 20
"""As many of a chat's latest messages are looked at for one that may have been posted."""
CHALLENGE = "url_verification"
"""Slack asks whether an address is ours; Bolt knows what to answer."""
log = logging.getLogger("slack_bolt")

Ack = Callable[[], Awaitable[Json]]
"""What Slack is told, as soon as it is known."""
Take = Callable[[Json], Awaitable[Ack | None]]
"""Takes an event up; None if the database is away."""


@dataclass(frozen=True, slots=True)
class Bot:
    """Who we are in Slack, by auth.test."""

    team_id: str
    enterprise_id: str
    user_id: str
    bot_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What Slack's request is answered with."""

    status: int
    content: str
    content_type: str


class Api:
    """Slack's Web API as far as we use it; raises Faults, or Rejected for what we built wrong."""

    def __init__(self, token: str, base_url: str) -> None:
        self._token, self._base_url = token, base_url
        self._client = AsyncWebClient(token, base_url, retry_handlers=[])
        if on_loopback(base_url):
            self._client.proxy = None

    async def open(self) -> None:
        if self._client.session is None or self._client.session.closed:
            timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
            self._client.session = aiohttp.ClientSession(timeout=timeout)

    async def close(self) -> None:
        if self._client.session is not None:
            await self._client.session.close()

    async def whoami(self) -> Bot:
        said = await _asked(self._client.auth_test())
        granted = str(said.headers.get("x-oauth-scopes", "")).split(",")
        return Bot(
            team_id=str(said["team_id"]),
            enterprise_id=str(said.get("enterprise_id") or ""),
            user_id=str(said["user_id"]),
            bot_id=str(said.get("bot_id") or ""),
            scopes=frozenset(scope.strip() for scope in granted if scope.strip()),
        )

    async def user(self, user_id: str) -> Json:
        return _dict((await _asked(self._client.users_info(user=user_id)))["user"])

    async def direct(self, user_id: str) -> str:
        """Open the direct chat with somebody; return its channel."""
        said = await _asked(self._client.conversations_open(users=user_id))
        return str(_dict(said["channel"])["id"])

    async def post(self, channel: str, message: Json, *, key: str = "") -> str:
        """Post a message; return its timestamp, which is its id in the channel."""
        said = message | ({"metadata": _mark(key)} if key else {})
        answer = await _asked(self._client.chat_postMessage(channel=channel, **said))
        return str(answer["ts"])

    async def posted(self, channel: str, key: str) -> str:
        """Return the timestamp of a late message of ours with this key; nothing if there is none.

        Nothing, too, if the app may not look.
        """
        history = self._client.conversations_history(
            channel=channel, limit=LATE, include_all_metadata=True
        )
        try:
            messages = (await _asked(history)).get("messages") or []
        except (Fault, faults.Rejected):
            return ""
        return next((str(m["ts"]) for m in messages if m.get("metadata") == _mark(key)), "")

    async def update(self, channel: str, ts: str, message: Json) -> None:
        await _asked(self._client.chat_update(channel=channel, ts=ts, **message))

    async def whisper(self, channel: str, user_id: str, message: Json) -> None:
        """Show a message to one person in a channel; nobody can edit it, and it does not last."""
        said = {name: message[name] for name in ("text", "blocks") if name in message}
        await _asked(self._client.chat_postEphemeral(channel=channel, user=user_id, **said))

    async def open_view(self, trigger: str, view: Json) -> str:
        """Open a modal for a click of the last three seconds; return its id."""
        said = await _asked(self._client.views_open(trigger_id=trigger, view=view))
        return str(_dict(said["view"])["id"])

    async def update_view(self, view_id: str, view: Json) -> None:
        await _asked(self._client.views_update(view_id=view_id, view=view))

    async def publish(self, user_id: str, view: Json) -> None:
        await _asked(self._client.views_publish(user_id=user_id, view=view))

    async def respond(self, url: str, message: Json) -> None:
        """Answer by the address that came with a command or a click."""
        client = AsyncWebhookClient(url, session=self._client.session, proxy=self._client.proxy)
        client.retry_handlers = []
        try:
            said = await client.send_dict(message)
        except (aiohttp.ClientError, TimeoutError, SlackClientError) as error:
            raise Transient(type(error).__name__) from None
        if said.status_code != GOOD:
            retry_after = {k.lower(): v for k, v in said.headers.items()}.get("retry-after")
            raise faults.of(str(said.body)[:60], said.status_code, retry_after)

    async def check_socket(self, app_token: str) -> None:
        """Ask for a socket's address, to see whether the app may have one."""
        await _asked(self._client.apps_connections_open(app_token=app_token))

    @asynccontextmanager
    async def socket(self, app_token: str, inlet: "Inlet") -> AsyncIterator[None]:
        """Hear Slack through a WebSocket as long as this is open; it reconnects by itself."""
        handler = _Socket(inlet, app_token, self._client)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]  # as Bolt has it
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # as above

    def plain_client(self) -> AsyncWebClient:
        """Return a client without a token, which Bolt makes its own ones of."""
        return AsyncWebClient(None, self._base_url, proxy=self._client.proxy, retry_handlers=[])


class Inlet:
    """What comes in, through Bolt: it knows the kinds of events and how each is acknowledged."""

    def __init__(self, api: Api, us: Callable[[], Bot], take: Take) -> None:
        async def authorize(team_id: str | None) -> AuthorizeResult:
            bot = us()  # without a call to Slack: it would come out of the three seconds of an ack
            return AuthorizeResult(
                enterprise_id=bot.enterprise_id, team_id=team_id, bot_id=bot.bot_id,
                bot_user_id=bot.user_id,
            )  # fmt: skip

        self.app = AsyncApp(
            name="tokenpool",
            client=api.plain_client(),
            authorize=authorize,
            signing_secret="",
            request_verification_enabled=False,  # signature.py has done it, on raw bytes
            ssl_check_enabled=False,
        )
        _listen(self.app, take)

    async def reply(self, body: Json) -> Reply:
        """Take an event up and return what Slack is to be answered; Unreadable if it is none.

        The body was read by us, as Socket Mode hands it over: Bolt takes every form in which the
        word `payload` occurs for one that has a field of this name.
        """
        answer = await self.dispatch(body)
        kind = (answer.headers.get("content-type") or [""])[0]
        return Reply(answer.status, answer.body or "", kind)

    async def dispatch(self, body: Json) -> BoltResponse:
        said = checked(body)
        if said.type != CHALLENGE and read(said) is None:
            return BoltResponse(status=GOOD)  # nothing we do anything about
        return await self.app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))


def _listen(app: AsyncApp, take: Take) -> None:
    """Register every kind of event: noted in the inbox first, then acknowledged."""

    async def note(
        body: Json, context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        ack = await take(body)
        if ack is None:
            return BoltResponse(status=503)  # Slack sends events again
        context["tokenpool_ack"] = ack
        await next_()
        return None

    async def acknowledge(ack: AsyncAck, context: AsyncBoltContext) -> None:
        await ack(**(await context["tokenpool_ack"]()))

    app.use(note)
    for kind in (app.command, app.action, app.view, app.shortcut, app.options, app.event):
        kind(ANYTHING)(acknowledge)
    app.view_closed(ANYTHING)(acknowledge)


class _Socket(AsyncSocketModeHandler):
    """Hands what a socket brings to the inlet, as HTTP does."""

    def __init__(self, inlet: Inlet, app_token: str, client: AsyncWebClient) -> None:
        super().__init__(inlet.app, app_token, log, client, client.proxy)
        self._inlet = inlet

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        try:
            answer = await self._inlet.dispatch(_dict(req.payload))
        except Unreadable:
            answer = BoltResponse(status=GOOD)  # it would not become readable by coming again
        await send_async_response(client, req, answer, 0.0)


async def _asked(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Return Slack's answer, or raise what its error means for us."""
    try:
        return await call
    except SlackApiError as error:
        raise _fault(error.response) from None
    except (aiohttp.ClientError, TimeoutError, SlackClientError) as error:
        raise Transient(type(error).__name__) from None


def _fault(response: Any) -> Exception:
    """Read an answer that is not ok; one that is no JSON comes as aiohttp's own."""
    data = getattr(response, "data", None)
    error = str(data.get("error", "")) if isinstance(data, dict) else ""
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    headers = {str(k).lower(): str(v) for k, v in response.headers.items()}
    return faults.of(error, status, headers.get("retry-after"))


def _mark(key: str) -> Json:
    """Return what goes along with a message, unseen, so that it can be found again."""
    return {"event_type": "tokenpool", "event_payload": {"key": key}}


def _dict(value: object) -> Json:
    return value if isinstance(value, dict) else {}
