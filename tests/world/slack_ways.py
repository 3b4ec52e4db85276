"""The two ways from Slack to an app: signed HTTP requests, and frames of a socket."""

import asyncio
import hmac
import json
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier
from world.slack_things import Json
from world.slack_vendor import SIGNING_SECRET, SlackVendor

from core.service.clock import Clock, SystemClock

PATH = "/slack/events"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Acked:
    """What an app answered: 200 and its JSON, if it had any."""

    status: int
    said: Json = field(default_factory=dict)


class Way(Protocol):
    """`kind` is Slack's own: slash_commands, interactive or events_api."""

    async def send(self, kind: str, said: Json) -> Acked: ...


class Http:
    """Signs with slack_sdk, as Slack does."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock | None = None) -> None:
        self._http = http
        self._clock = clock or SystemClock()
        self.last = (b"", "")
        """The last body and its content type."""

    async def send(self, kind: str, said: Json) -> Acked:
        match kind:
            case "slash_commands":
                body, content_type = urlencode(said), FORM
            case "interactive":
                body, content_type = urlencode({"payload": json.dumps(said)}), FORM
            case _:
                body, content_type = json.dumps(said), "application/json"
        self.last = (body.encode(), content_type)
        return await self.again()

    async def again(self, headers: dict[str, str] | None = None) -> Acked:
        """Send the last request once more, signed anew, as Slack does when it got no answer."""
        body, content_type = self.last
        stamp = str(self._clock.now_ms() // 1000)
        given = {**signature(body, stamp), "content-type": content_type, **(headers or {})}
        answer = await self._http.post(PATH, content=body, headers=given)
        is_json = "json" in answer.headers.get("content-type", "")
        return Acked(answer.status_code, answer.json() if is_json else {})


class SocketMode:
    """Sends frames through whichever socket the app has open, and waits for their answer."""

    def __init__(self, vendor: SlackVendor) -> None:
        self._vendor = vendor

    async def send(self, kind: str, said: Json) -> Acked:
        async with asyncio.timeout(10):
            while not self._vendor.sockets:
                await asyncio.sleep(0.02)
        envelope = f"env-{next(self._vendor.numbers)}"
        waiting = asyncio.get_running_loop().create_future()
        self._vendor.acks[envelope] = waiting
        frame = {
            "type": kind, "envelope_id": envelope, "payload": said,
            "accepts_response_payload": kind != "events_api",
        }  # fmt: skip
        await self._vendor.sockets[-1].send_json(frame)
        async with asyncio.timeout(5):
            return Acked(200, await waiting)


def signature(body: bytes, stamp: str, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """Return the headers of a signed body; what is no UTF-8, slack_sdk cannot sign."""
    try:
        signed = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    except UnicodeDecodeError:
        mac = hmac.digest(secret.encode(), b"v0:" + stamp.encode() + b":" + body, "sha256")
        signed = f"v0={mac.hex()}"
    assert signed is not None
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signed}
