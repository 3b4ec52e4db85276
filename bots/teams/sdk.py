"""The one module that knows Microsoft's libraries: the Bot Framework SDK for Python, and msrest.

The SDK is out of support, so little of it is left in use: it reads an activity, runs its turn, and
builds the calls of the connector. Connections, tokens and the proof of who calls are ours, so that
a turn opens nothing, no call takes a thread, and nobody is asked for keys in here.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from botbuilder.core import (  # type: ignore[import-untyped]  # as all of Microsoft's
    CloudAdapterBase,
    InvokeResponse,
    TurnContext,
)
from botbuilder.schema import Activity, ActivityTypes  # type: ignore[import-untyped]  # as above
from botframework.connector import models  # type: ignore[import-untyped]  # as above
from botframework.connector.aio import ConnectorClient  # type: ignore[import-untyped]  # as above
from botframework.connector.auth import (  # type: ignore[import-untyped]  # as above
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ConnectorFactory,
)
from msrest.exceptions import ClientException
from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPSender, AsyncPipeline
from msrest.pipeline.universal import RawDeserializer
from msrest.serialization import Deserializer, Model
from msrest.universal_http import ClientRequest
from msrest.universal_http.async_abc import AsyncClientResponse

from bots.teams.login import SignIn
from bots.teams.wire import Answer, Wire
from bots.transport import Transient

Json = dict[str, Any]
MOST_CLIENTS = 32
"""Of the addresses of the connector, one for each region and tenant; the oldest is dropped."""
GOOD, BAD = 200, 400
UNREADABLE = (
    ClientException, ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
    RecursionError,
)  # fmt: skip
"""What the SDK raises over JSON that is not what it expects."""

T = TypeVar("T")

logging.getLogger("msrest.serialization").setLevel(logging.ERROR)  # it warns of unknown fields


@dataclass(frozen=True, slots=True)
class Reply:
    """What Teams is to be answered."""

    status: int
    body: Json | None = None


class Api:
    """The Bot Connector as far as we use it; raises Faults, or Rejected for what we built wrong.

    Without a way to sign in it writes to whoever takes no proof: Microsoft's Agents Playground.
    """

    def __init__(self, app_id: str, sign_in: SignIn | None) -> None:
        self._app_id = app_id
        self._wire = Wire(sign_in)
        self._sender = _Sender(self._wire)
        self._clients: dict[str, ConnectorClient] = {}

    async def open(self) -> None:
        await self._wire.open()

    async def close(self) -> None:
        self._clients.clear()
        await self._wire.close()

    async def check(self) -> None:
        """Sign in, to see whether we can write; Transient if the login is away or refuses."""
        await self._wire.bearer()

    async def send(self, service_url: str, conversation: str, activity: Json) -> str:
        """Write to a conversation, and return the message's id."""
        calls = self.client(service_url).conversations
        return _id(await _asked(calls.send_to_conversation(conversation, _verbatim(activity))))

    async def edit(
        self, service_url: str, conversation: str, message_id: str, activity: Json
    ) -> None:
        """Show another activity in the place of a message."""
        calls = self.client(service_url).conversations
        said = _verbatim({**activity, "id": message_id})
        await _asked(calls.update_activity(conversation, message_id, said))

    async def delete(self, service_url: str, conversation: str, message_id: str) -> None:
        calls = self.client(service_url).conversations
        await _asked(calls.delete_activity(conversation, message_id))

    async def open_direct(self, service_url: str, tenant: str, user: str) -> str:
        """Return the conversation with a person, by their id in Teams or in the directory."""
        calls = self.client(service_url).conversations
        said = {
            "isGroup": False, "bot": {"id": f"28:{self._app_id}"}, "members": [{"id": user}],
            "tenantId": tenant, "channelData": {"tenant": {"id": tenant}},
        }  # fmt: skip
        return _id(await _asked(calls.create_conversation(_verbatim(said))))

    async def member(self, service_url: str, conversation: str, user: str) -> Json:
        """Return what Teams tells of a member of a conversation, in its own words."""
        calls = self.client(service_url).conversations
        said = await _asked(calls.get_conversation_member(conversation, user, raw=True))
        found = msgspec.json.decode(said.response.body or b"null")
        if not isinstance(found, dict):
            raise Transient("unreadable answer")
        by_directory = found.get("aadObjectId") or found.get("objectId") or ""  # it has both names
        return {**found, "aadObjectId": by_directory}

    def client(self, service_url: str) -> ConnectorClient:
        """Return the SDK's client for an address; it holds no connection of its own."""
        found = self._clients.pop(service_url, None)
        if found is None:
            found = ConnectorClient(
                object(), service_url, pipeline_type=_Pipeline, sender=self._sender
            )
            if len(self._clients) >= MOST_CLIENTS:
                self._clients.pop(next(iter(self._clients)))
        self._clients[service_url] = found
        return found


class Inlet:
    """What comes in, through the SDK's adapter; its sender was proven before (token.py)."""

    def __init__(self, api: Api, take: Callable[[Json], Awaitable[Reply]]) -> None:
        self._take = take
        self._read = Deserializer(_models())  # type: ignore[no-untyped-call]  # msrest's
        self._adapter = CloudAdapterBase(_Authentication())
        self._admitted = AuthenticateRequestResult()
        self._admitted.connector_factory = _Connectors(api)

    async def reply(self, raw: Json) -> Reply:
        """Take an activity up, and return what Teams is to be answered."""
        activity = self._activity(raw)
        if activity is None:
            return Reply(BAD)
        said = Reply(GOOD)

        async def turn(context: TurnContext) -> None:
            nonlocal said
            said = await self._take(raw)
            if activity.type == ActivityTypes.invoke:
                answer = InvokeResponse(status=said.status, body=said.body)
                told = Activity(type=ActivityTypes.invoke_response, value=answer)
                await context.adapter.send_activities(context, [told])

        answered = await self._adapter.process_activity(self._admitted, activity, turn)
        return said if answered is None else Reply(int(answered.status), answered.body)

    def _activity(self, raw: Json) -> Activity | None:
        try:
            activity = self._read("Activity", raw)
        except UNREADABLE:
            return None
        if not isinstance(activity, Activity) or not (activity.type and activity.service_url):
            return None
        activity.delivery_mode = None  # else the SDK answers what it was sent, not what we say
        return activity


class _Authentication(BotFrameworkAuthentication):  # type: ignore[misc]  # untyped
    """Nothing of it is left to the SDK, whose check blocks and lets too much pass."""

    async def authenticate_request(self, *_: object) -> None:
        raise RuntimeError("whoever calls was proven before")

    async def authenticate_streaming_request(self, *_: object) -> None:
        raise RuntimeError("there are no streams")

    def create_connector_factory(self, *_: object) -> None:
        raise RuntimeError("the connector comes with each turn")

    async def create_user_token_client(self, *_: object) -> None:
        """Return nothing: nobody signs in to anything through us."""


class _Connectors(ConnectorFactory):  # type: ignore[misc]  # untyped
    def __init__(self, api: Api) -> None:
        self._api = api

    async def create(self, service_url: str, *_: object) -> ConnectorClient:
        return self._api.client(service_url)


class _Pipeline(AsyncPipeline[Any, Any]):
    """From the SDK to our sender, with nothing of the SDK between but the reading of JSON."""

    def __init__(self, config: Any) -> None:
        super().__init__([RawDeserializer()], config.sender)


class _Heard(AsyncClientResponse):
    """An answer that is here in full; every good one counts as 200, which all calls take."""

    def __init__(self, asked: ClientRequest, answer: Answer) -> None:
        super().__init__(asked, answer)
        self.status_code, self.headers = GOOD, dict(answer.headers)
        self._body = answer.body

    def body(self) -> bytes:
        return self._body


class _Sender(AsyncHTTPSender[Any, Any]):
    """Makes the SDK's calls by our wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def __aexit__(self, *_: object) -> None: ...

    async def send(self, request: Request[Any], **_: Any) -> Response[Any, Any]:
        asked: ClientRequest = request.http_request
        answer = await self._wire.call(asked.method, asked.url, dict(asked.headers), asked.data)
        return Response(request, _Heard(asked, answer))


async def _asked(call: Awaitable[T]) -> T:
    """Return what was answered; an answer that is not what it should be may be better later."""
    try:
        return await call
    except (ValueError, RecursionError):  # the SDK's own errors of reading are such ones
        raise Transient("unreadable answer") from None


def _verbatim(said: Json) -> Model:
    """Return JSON so that the SDK sends all of it: it drops what its own models do not have."""
    return _Verbatim(additional_properties=said)  # type: ignore[no-untyped-call]  # msrest's


class _Verbatim(Model):
    _attribute_map = {"additional_properties": {"key": "", "type": "{object}"}}  # noqa: RUF012  # msrest's


def _models() -> dict[str, type]:
    return {name: kind for name, kind in vars(models).items() if isinstance(kind, type)}


def _id(said: object) -> str:
    """Return the id in an answer; whoever gives none has not done what was asked."""
    found = getattr(said, "id", None)
    if not isinstance(found, str) or not found:
        raise Transient("an answer without an id")
    return found
