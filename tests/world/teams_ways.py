"""How Teams knocks: activities as it words them, each with a token that is signed for it.

Shapes: learn.microsoft.com/microsoftteams/platform/bots, and what the Agents Playground sends.
"""

from dataclasses import dataclass, field
from itertools import count

import httpx
from world.microsoft import MicrosoftVendor
from world.microsoft_keys import bearer
from world.microsoft_things import BOT, TENANT, Chat, Json, User
from world.teams_screen import Told

PATH = "/api/messages"
NAME = "TokenPool"
TENANT_OF: Json = {"tenant": {"id": TENANT}}
CLIENT: Json = {"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Windows"}


@dataclass(slots=True)
class Teams:
    """The side of Teams that sends; it keeps what it sent and what it was answered."""

    http: httpx.AsyncClient
    vendor: MicrosoftVendor
    sent: list[Json] = field(default_factory=list)
    told: dict[str, Told] = field(default_factory=dict)
    """The last answer to each activity, by its id."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def happens(self, said: Json) -> Told:
        """Send an activity, and keep it for those who want it sent again."""
        self.sent.append(said)
        told = await self.knock(said)
        self.told[said["id"]] = told
        return told

    async def knock(self, said: Json) -> Told:
        headers = {"authorization": f"Bearer {bearer(said['serviceUrl'])}"}
        answer = await self.http.post(PATH, json=said, headers=headers)
        return Told(answer.status_code, answer.json() if answer.content else None)

    def of(self, user: User, chat: Chat, kind: str, **more: object) -> Json:
        """Return an activity of somebody in a conversation; what is None is left out."""
        number = next(self.numbers)
        where: Json = {"conversationType": chat.scope, "tenantId": TENANT, "id": chat.id}
        if chat.scope != "personal":
            where["isGroup"] = True
        said: Json = {
            "type": kind, "id": f"f:{number:08}", "timestamp": "2026-11-24T12:00:00.000Z",
            "channelId": "msteams", "serviceUrl": self.vendor.service_url,
            "from": {"id": user.mri, "name": user.name, "aadObjectId": user.aad},
            "conversation": where, "recipient": {"id": BOT, "name": NAME}, "locale": "en-US",
            "entities": [CLIENT], "channelData": dict(TENANT_OF), **more,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}

    def message(self, user: User, chat: Chat, text: str, entities: list[Json]) -> Json:
        """Return a line; in a channel it begins a thread, in which it is answered."""
        said = self.of(user, chat, "message", text=text, textFormat="plain")
        said["id"] = f"{1_780_000_000_000 + next(self.numbers)}"
        said["entities"] = [*entities, CLIENT]
        html = {"contentType": "text/html", "content": f"<p>{text}</p>"}
        said["attachments"] = [html]
        if chat.scope == "channel":
            said["conversation"]["id"] = f"{chat.id};messageid={said['id']}"
        return said

    async def adds(self, user: User, chat: Chat) -> None:
        """Install the app somewhere: Teams tells it twice."""
        chat.has_bot = True
        added = [{"id": BOT}]
        for said in (
            self.of(user, chat, "conversationUpdate", membersAdded=added),
            self.of(user, chat, "installationUpdate", action="add"),
        ):
            assert (await self.happens(said)).status in {200, 202}


def mention(mri: str, name: str) -> Json:
    return {
        "type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": mri, "name": name},
    }  # fmt: skip
