"""The demo's editor: a real call through this server's front door, with the developer's own key.

Only in a demo on loopback. The key is made for this page at its first call, is known to this
process alone, and takes the place of the one that the process before it had.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.context import Answer
from bots.web import forms
from bots.web.desk import Desk, Visitor, signed_in
from bots.web.talk import Speech, replied, shown
from cards.actions import Verb
from cards.card import Actions, Button, Card, Fact, Facts, Link, Node, Style, Text, Tone
from core.domain.errors import Code, Refusal
from core.service import demo, keys, membership
from core.service.clock import base62
from core.service.keys import KeyTerms

LABEL = "Demo page"
SECONDS = 30
MOST_QUOTED = 220
DRAFTS = 8
BODY = {
    "model": "demo",
    "n": DRAFTS,
    "max_tokens": 100,
    "messages": [{"role": "user", "content": "Draft a commit message for the new checkout."}],
}
"""Half a credit a call, and hardly more to hold, so that a small quota is seen to run out."""
ASK = Button("Ask for more", Verb.REQUEST, style=Style.PRIMARY)


class _Message(msgspec.Struct):
    content: str = ""


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


class _Error(msgspec.Struct):
    message: str = ""
    code: str = ""


class _Refused(msgspec.Struct):
    error: _Error


class Trying:
    """The route of the demo's editor."""

    def __init__(self, desk: Desk, own_url: str) -> None:
        self.desk = desk
        self._url = own_url
        self._key = ""
        self._making = asyncio.Lock()
        """So that two first calls at once make one key."""
        self.routes = (Route("/chat/try", self.call, methods=["POST"], name="try"),)

    @signed_in
    async def call(self, request: Request, visitor: Visitor) -> Response:
        fields = await forms.read(request)
        number = visitor.number(fields.get("pane", ""), fields.get("who", ""))
        if len(visitor.member_ids) == 1 or number != 1 or not await demo.allowed(self.desk.core):
            raise Refusal(Code.NOT_FOUND, "Only the demo has this.")
        speech = Speech(visitor, number, base62(16), {})
        card = await self._ask(await self._own_key(speech.member_id))
        drawn = await shown(self.desk, speech, Answer(card))
        return await replied(self.desk, request, speech, drawn)

    async def _ask(self, key: str) -> Card:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(
                f"{self._url}/v1/chat/completions",
                json=BODY,
                headers={"authorization": f"Bearer {key}"},
            ) as answer,
        ):
            body = await answer.read()
            if answer.status == HTTPStatus.OK:
                return answered(answer.headers, msgspec.json.decode(body, type=_Completion))
            if answer.status == HTTPStatus.UNAUTHORIZED:
                self._key = ""  # somebody has revoked it: the next call makes another
            error = msgspec.json.decode(body, type=_Refused).error
            link = answer.headers.get("x-tokenpool-request-url", "")
            return refused(answer.status, error, link)

    async def _own_key(self, member_id: str) -> str:
        async with self._making:
            if not self._key:
                core = self.desk.core
                person = (await membership.present(core, member_id)).person
                for old in await keys.list_keys(core, person, member_id):
                    if old.label == LABEL and old.state == "active":
                        await keys.revoke_key(core, person, old.id)
                self._key = (await keys.new_key(core, person, member_id, KeyTerms(LABEL))).api_key
            return self._key


def answered(headers: Mapping[str, str], completion: _Completion) -> Card:
    """Show what a call gave, and what it cost."""
    words = completion.choices[0].message.content
    cost, left = headers.get("x-tokenpool-cost", ""), headers["x-tokenpool-quota-remaining"]
    quoted = words if len(words) <= MOST_QUOTED else words[:MOST_QUOTED].rstrip() + "…"
    return Card(
        title="The model answered",
        body=(
            Text(quoted, Tone.QUOTE),
            Facts(
                (
                    Fact("Asked for", f"{DRAFTS} drafts of a commit message"),
                    Fact("Cost", f"{cost} credits"),
                    Fact("Left", f"{left} credits"),
                )
            ),
        ),
        summary=f"The model answered, for {cost} credits.",
    )


def refused(status: int, error: _Error, link: str) -> Card:
    """Show a refusal as an editor shows it, with the two ways on from it."""
    path = urlsplit(link).path
    ways: tuple[Node, ...] = (Link("Open the link in the message", path),) if path else ()
    return Card(
        title=f"Refused with HTTP {status}",
        body=(Text(error.message, Tone.WARN), *ways, Actions((ASK,))),
        summary=error.message,
    )
