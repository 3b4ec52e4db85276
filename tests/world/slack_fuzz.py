"""Requests that Slack would never send: bent, cut, doubled, and signed all the same."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from urllib.parse import quote_from_bytes, urlencode

import httpx
from world.slack_ways import FORM, PATH, signature

from core.service.clock import SystemClock

JSON = "application/json"
ODD: tuple[object, ...] = (
    None, True, -1, 0, 10**30, 1.5, "", "x", "\x00", "\ud7ff", "\u202e", "<!channel>", "tp:",
    "a" * 9000, [], {}, [[]], [None], {"id": None}, {"id": {}}, {"values": 5},
    {"values": {"a": 5}}, {"values": {"a": {"b": {"value": 5}}}}, "appr.ok|apr_x|0",
    "req.send||0", "key.make||0",
)  # fmt: skip
USER = {"id": "U0001", "team_id": "T0001", "username": "ann"}
ACTION = {"action_id": "tp:1:req.open", "value": "req.open||0", "type": "button"}
STATE = {"values": {"amount": {"tp:field:amount": {"type": "plain_text_input", "value": "5"}}}}
VIEW = {
    "id": "V1", "type": "modal", "callback_id": "tp:form", "private_metadata": "req.send||0",
    "state": STATE,
}  # fmt: skip
SEEDS: tuple[dict[str, object], ...] = (
    {"type": "block_actions", "user": USER, "actions": [ACTION], "trigger_id": "1.2",
     "container": {"type": "message", "channel_id": "D0001", "message_ts": "1.1"},
     "response_url": "http://127.0.0.1:9/x", "state": STATE, "team": {"id": "T0001"}},
    {"type": "block_actions", "user": USER, "actions": [ACTION], "view": VIEW | {"type": "home"}},
    {"type": "view_submission", "user": USER, "view": VIEW, "trigger_id": "1.3"},
    {"type": "shortcut", "user": USER, "callback_id": "request", "trigger_id": "1.4"},
    {"type": "event_callback", "event_id": "Ev1", "team_id": "T0001",
     "event": {"type": "app_home_opened", "user": "U0001", "tab": "home"},
     "authorizations": [{"team_id": "T0001", "enterprise_id": None}]},
    {"type": "event_callback", "event_id": "Ev2",
     "event": {"type": "message", "user": "U0001", "channel": "D0001", "channel_type": "im",
               "text": "quota", "ts": "1.1"}},
    {"type": "url_verification", "challenge": "x"},
    {"command": "/tokenpool", "user_id": "U0001", "text": "quota", "channel_id": "D0001",
     "trigger_id": "1.5", "response_url": "http://127.0.0.1:9/x", "team_id": "T0001"},
)  # fmt: skip


class Fuzz:
    """Makes bent requests, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def requests(self, many: int) -> Iterator[tuple[bytes, list[tuple[bytes, bytes]]]]:
        for _ in range(many):
            body, content_type = self._body()
            yield body, self._headers(body, content_type)

    def _body(self) -> tuple[bytes, str]:
        draw = self._random
        if draw.random() < 0.1:
            return draw.randbytes(draw.randrange(200)), draw.choice([JSON, FORM, "", "text/plain"])
        said = json.loads(json.dumps(draw.choice(SEEDS)))
        for _ in range(draw.randrange(4)):
            self._bend(said)
        said["n"] = draw.randrange(10**9)
        text = json.dumps(said, ensure_ascii=draw.random() < 0.5).encode("utf-8", "replace")
        if draw.random() < 0.1:
            at = draw.randrange(len(text))
            text = text[:at] + draw.randbytes(draw.randrange(4)) + text[at + draw.randrange(9) :]
        if "command" in said and draw.random() < 0.7:
            return urlencode({k: str(v) for k, v in said.items()}, errors="replace").encode(), FORM
        if draw.random() < 0.5:
            return f"payload={quote_from_bytes(text)}".encode(), FORM
        return text, JSON

    def _bend(self, said: dict[str, object]) -> None:
        """Put something odd in place of a value anywhere in it, or leave the value out."""
        part: object = said
        while True:
            assert isinstance(part, dict)
            if not part:
                return
            name = self._random.choice(list(part))
            inner = part[name]
            if isinstance(inner, dict) and inner and self._random.random() < 0.7:
                part = inner
                continue
            if self._random.random() < 0.2:
                del part[name]
            else:
                part[name] = deepcopy(self._random.choice(ODD))
            return

    def _headers(self, body: bytes, content_type: str) -> list[tuple[bytes, bytes]]:
        draw = self._random
        given = signature(body, str(SystemClock().now_ms() // 1000))
        headers = [(name.encode(), value.encode()) for name, value in given.items()]
        if draw.random() < 0.1:
            at = draw.randrange(2)
            odd = [b"", b"abc", b"9" * 500, b"\xff", draw.randbytes(8).hex().encode()]
            headers[at] = (headers[at][0], draw.choice(odd))
        if draw.random() < 0.03:
            headers.append(draw.choice(headers))
        return [*headers, (b"content-type", content_type.encode())]


async def throw(http: httpx.AsyncClient, many: int, seed: int) -> list[int]:
    """Send so many bent requests, one after another; return the statuses."""
    found = []
    for body, headers in Fuzz(seed).requests(many):
        found.append((await http.post(PATH, content=body, headers=headers)).status_code)
    return found
