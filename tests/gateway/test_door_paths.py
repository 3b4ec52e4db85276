"""What the door does with paths, web sockets and the server's own messages; no server needed."""

import pytest
from starlette.types import Message, Receive, Scope, Send

from core.settings import load
from gateway.door import Door, canonical


async def app(scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "reached", "scope": scope["type"]})


async def connect() -> Message:
    return {"type": "websocket.connect"}


async def sent_by(kind: str, host: bytes) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": kind, "path": "/chat", "headers": [(b"host", host)]}
    await Door(app, {}, load())(scope, connect, send)
    return sent


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
async def test_what_is_no_request_reaches_the_app(kind: str) -> None:
    assert await sent_by(kind, b"localhost") == [{"type": "reached", "scope": kind}]


async def test_a_web_socket_by_a_foreign_name_is_closed() -> None:
    assert await sent_by("websocket", b"evil.example") == [
        {"type": "websocket.close", "code": 1008}
    ]


@pytest.mark.parametrize(
    ("path", "routed"),
    [
        ("/chat", "/chat"),
        ("/chat/completions/x", "/chat/completions/x"),
        ("/health", "/health"),
        ("/slack/events", "/slack/events"),
        ("/users/me/quota", "/v1/users/me/quota"),
        ("/v1", "/v1"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_only_the_paths_of_the_table_have_other_names(path: str, routed: str) -> None:
    assert canonical(path) == routed
