"""A Microsoft on loopback: its login and the connector of Teams, and what its users see.

It is our reading of the Bot Connector REST API and of Teams' "Messages in bot conversations",
written apart from the adapter: ids, people who have not installed the app, bearers that end, and
errors by code. The door that Teams knocks at is not in here; whatever the bot sends is kept.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import web
from world.microsoft_things import (
    APP_ID,
    BOT,
    CARD,
    MOST_BYTES,
    PASSWORD,
    SCOPE,
    TENANT,
    Call,
    Chat,
    Json,
    Message,
    Refused,
    User,
    failure,
)

HANG, CUT, GARBLED = "hang", "cut", "garbled"
"""Faults: what is asked for is done, but never said, said by a cut line, or said unreadably."""


class MicrosoftVendor:
    """One tenant with one app in it, and a service that the app writes to."""

    app_id, password, tenant, bot = APP_ID, PASSWORD, TENANT, BOT

    def __init__(self) -> None:
        self.base = ""
        self.users: dict[str, User] = {}
        """By MRI."""
        self.chats: dict[str, Chat] = {}
        """By conversation id."""
        self.messages: list[Message] = []
        self.calls: list[Call] = []
        self.logins: list[Json] = []
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        """By operation (login, create, post, edit, delete, member), `*` for every one: what next
        calls meet: `429:30`, `403:BotDisabledByAdmin`, a status, HANG, CUT, GARBLED."""
        self.slow: dict[str, float] = {}
        """By operation: how many seconds its answer takes."""
        self.down = False
        self.anonymous = False
        """Takes calls without a bearer, as Microsoft's Agents Playground does."""
        self.expires_in = 3599
        self.numbers = count(1)
        self._bearers: set[str] = set()

    @property
    def service_url(self) -> str:
        """Where a tenant's bots write to; it comes with every activity."""
        return f"{self.base}/emea/{TENANT}/"

    @property
    def login_url(self) -> str:
        return f"{self.base}/login/"

    def hire(self, name: str, **more: object) -> User:
        """Return somebody with a new account, who has not installed the app."""
        number = len(self.users) + 1
        user = User(number, name, **more)  # type: ignore[arg-type]  # a test's words
        self.users[user.mri] = user
        return user

    def direct(self, user: User) -> Chat:
        """Return the chat of a person with the app, which is installed for them."""
        user.installed = True
        return self.chats.setdefault(user.direct, Chat(user.direct, "personal", {user.mri}))

    def group(self, *users: User) -> Chat:
        return self._chat(f"19:group{next(self.numbers)}@thread.v2", "groupChat", users)

    def channel(self, *users: User) -> Chat:
        return self._chat(f"19:channel{next(self.numbers)}@thread.tacv2", "channel", users)

    def in_chat(self, conversation: str) -> list[Message]:
        """Return what stands in a conversation, in order, without what was deleted."""
        return [m for m in self.messages if m.chat == conversation and not m.deleted]

    def cards(self, conversation: str) -> list[Json]:
        """Return the cards that are shown in a conversation now, in order."""
        return [m.card for m in self.in_chat(conversation) if m.card]

    def asked(self, operation: str) -> list[Json]:
        return [call.said for call in self.calls if call.operation == operation]

    def forget(self) -> None:
        """Let every bearer end that was issued."""
        self._bearers.clear()

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Issue a bearer, as the OAuth 2.0 client credentials flow has it."""
        said = {name: str(value) for name, value in (await request.post()).items()}
        self.logins.append(said | {"tenant": request.match_info["tenant"]})
        return await self._answer("login", request, self._signed_in, said)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of the connector."""
        operation, *_ = names = self._operation(request)
        body = await request.read()
        said = await request.json() if body else {}
        self.calls.append(Call(operation, request.method, request.path, said, request.headers))
        known: dict[str, Callable[..., Json]] = {
            "create": self._create, "post": self._post, "edit": self._edit,
            "delete": self._delete, "member": self._member,
        }  # fmt: skip

        def done(_said: Json) -> Json:
            bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
            if bearer not in self._bearers and not self.anonymous:
                raise Refused(401, "Unauthorized" if bearer else "BotNotRegistered")
            if len(body) > MOST_BYTES:
                raise Refused(413, "MessageSizeTooBig")
            return known[operation](said, *names[1:])

        return await self._answer(operation, request, done, said)

    async def _answer(
        self, operation: str, request: web.Request, do: Callable[[Json], Json], said: Json
    ) -> web.StreamResponse:
        fault = "503" if self.down else self._fault(operation)
        if fault[:1].isdigit():
            return failure(fault)
        await asyncio.sleep(self.slow.get(operation, 0.0))
        try:
            done = do(said)
        except Refused as refused:
            return refused.answer()
        if fault == HANG:
            await asyncio.sleep(60)
        if fault == CUT and request.transport is not None:
            request.transport.abort()
        if fault == GARBLED:
            return web.Response(text="<html>gateway</html>", content_type="text/html")
        status = {"create": 201, "post": 201}.get(operation, 200)
        return web.json_response(done, status=status) if done else web.Response(status=status)

    def _operation(self, request: web.Request) -> tuple[str, ...]:
        found = request.match_info
        method = request.method
        if "user" in found:
            return "member", found["chat"], found["user"]
        if "message" in found:
            return "edit" if method == "PUT" else "delete", found["chat"], found["message"]
        return ("post", found["chat"]) if "chat" in found else ("create",)

    def _fault(self, operation: str) -> str:
        names = (operation, "*")
        return next((self.faults[n].popleft() for n in names if self.faults[n]), "")

    def _signed_in(self, said: Json) -> Json:
        if said.get("client_id") != APP_ID or said.get("scope") != SCOPE:
            raise Refused(400, "unauthorized_client", login=True)
        if said.get("client_secret") != self.password:
            raise Refused(401, "invalid_client", login=True)
        if said.get("grant_type") != "client_credentials":
            raise Refused(400, "unsupported_grant_type", login=True)
        self._bearers.add(bearer := f"bearer-{next(self.numbers)}")
        return {"token_type": "Bearer", "expires_in": self.expires_in, "access_token": bearer}

    def _create(self, said: Json) -> Json:
        tenant = said.get("channelData", {}).get("tenant", {}).get("id", "")
        ids = [one["id"] for one in said.get("members", [])]
        if tenant != TENANT or len(ids) != 1 or said.get("bot", {}).get("id") != BOT:
            raise Refused(400, "BadSyntax")
        user = self._user(ids[0])
        if user is None:
            raise Refused(403, "BadArgument")  # "Failed to decrypt pairwise id"
        if not user.installed:
            raise Refused(403, "ForbiddenOperationException")
        return {"id": self.direct(user).id}

    def _post(self, said: Json, conversation: str) -> Json:
        self._open(conversation)
        made = Message(conversation, f"{1_790_000_000_000 + next(self.numbers)}", _read(said))
        self.messages.append(made)
        return {"id": made.id}

    def _edit(self, said: Json, conversation: str, message_id: str) -> Json:
        message = self._ours(conversation, message_id)
        message.activity, message.edits = _read(said), message.edits + 1
        return {"id": message.id}

    def _delete(self, _said: Json, conversation: str, message_id: str) -> Json:
        self._ours(conversation, message_id).deleted = True
        return {}

    def _member(self, _said: Json, conversation: str, user_id: str) -> Json:
        chat = self._open(conversation)
        user = self._user(user_id)
        if user is None or user.mri not in chat.members:
            raise Refused(404, "MemberNotFoundInConversation")
        return user.info()

    def _chat(self, conversation: str, scope: str, users: tuple[User, ...]) -> Chat:
        self.chats[conversation] = Chat(conversation, scope, {user.mri for user in users})
        return self.chats[conversation]

    def _user(self, user_id: str) -> User | None:
        found = (user for user in self.users.values() if user_id in {user.mri, user.aad})
        return next(found, None)

    def _open(self, conversation: str) -> Chat:
        """Return a conversation that the bot can write to."""
        chat = self.chats.get(conversation.partition(";")[0])  # a thread of a channel: ;messageid=
        if chat is None:
            raise Refused(404, "ConversationNotFound")
        users = [self.users[mri] for mri in chat.members]
        if not chat.has_bot or (chat.scope == "personal" and not users[0].installed):
            raise Refused(403, "BotNotInConversationRoster")
        if chat.scope == "personal" and users[0].blocks:
            raise Refused(403, "ConversationBlockedByUser")
        return chat

    def _ours(self, conversation: str, message_id: str) -> Message:
        self._open(conversation)
        for message in self.in_chat(conversation):
            if message.id == message_id:
                return message
        raise Refused(404, "ActivityNotFoundInConversation")


def _read(said: Json) -> Json:
    """Take an activity that Teams would take."""
    attached = said.get("attachments", [])
    if said.get("type") != "message" or not (attached or said.get("text")):
        raise Refused(400, "BadSyntax")
    for one in attached:
        if one["contentType"] != CARD or one["content"].get("type") != "AdaptiveCard":
            raise Refused(400, "BadArgument")
    return said


@asynccontextmanager
async def microsoft_vending(port: int = 0) -> AsyncIterator[MicrosoftVendor]:
    """Run a Microsoft until the block ends."""
    vendor = MicrosoftVendor()
    app = web.Application(client_max_size=2**24)
    app.router.add_post("/login/{tenant}/oauth2/v2.0/token", vendor.login)
    chats = f"/emea/{TENANT}/v3/conversations"
    app.router.add_post(chats, vendor.call)
    app.router.add_post(chats + "/{chat}/activities", vendor.call)
    app.router.add_route("PUT", chats + "/{chat}/activities/{message}", vendor.call)
    app.router.add_route("DELETE", chats + "/{chat}/activities/{message}", vendor.call)
    app.router.add_get(chats + "/{chat}/members/{user}", vendor.call)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        vendor.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield vendor
    finally:
        await runner.cleanup()
