"""Requests that no client sends: bent from valid ones of every route, the same for a seed."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from world.route_table import ROUTES, Route

from gateway.auth import Policy

CHAT = next(route for route in ROUTES if route.path == "/v1/chat/completions")
PIXEL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
SCHEMA = {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}
RICH: dict[str, Any] = {
    "model": "demo", "max_tokens": 16, "temperature": 1, "top_p": 0.5, "n": 1, "seed": 5,
    "stop": ["a", "b"], "presence_penalty": 0.5, "logit_bias": {"5": 1}, "user": "u",
    "logprobs": True, "top_logprobs": 2, "stream_options": {"include_usage": True},
    "messages": [
        {"role": "system", "content": "Be brief.", "name": "x"},
        {"role": "user", "content": [{"type": "text", "text": "Hi"},
                                     {"type": "image_url", "image_url": {"url": PIXEL}}]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "content": "ok", "tool_call_id": "c1"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": SCHEMA}},
    "reasoning_effort": "low", "verbosity": "low", "modalities": ["text"], "store": True,
}  # fmt: skip
"""As many fields as there are."""
RAW = "@raw:"
"""What follows goes into the JSON as it is."""
ODD: tuple[Any, ...] = (
    None, True, False, -1, 0, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1e308, 0.1, "",
    "x", "\0", "a\0b", "\ud800", "\U0010ffff", "\u202e", "' OR 1=1 --", "%s%n", "{{7*7}}", "../..",
    "a" * 5000, "12", "1e999", "strict", "on_vacation", "admin", [], {}, [[]], [None], {"": 1},
    {"type": "function"}, {"type": []}, {"role": 5}, [{"role": "user", "content": {}}],
    "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "2026-12-24T18:00:00+99:99",
    *(RAW + text for text in (
        "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 400, "0" * 40, "01", "-", "tru",
        "1.", '"\\ud800"', '"\\u0000"', '{"a":1,"a":2}', "[" * 40 + "]" * 40, "[" * 20_000,
        '{"a":' * 40 + "1" + "}" * 40,
    )),
)  # fmt: skip
STRANGE_NAMES = (
    "", "\0", "\ud800", "role", "scopes", "posted", "api_base", "api_key", "mock_response",
    "input_cost_per_token", "extra_headers", "litellm_params", "metadata", "best_of", "__class__",
    "x" * 300, "message", "id",
)  # fmt: skip
IDS = (
    "", "x", "%00", "a%00b", "%ff", "%ed%a0%80", "..", "%2e%2e", "%2f", "a%2fb", "last", "*",
    "usr_" + "x" * 80, "team_%f0%9f%98%80", "0" * 12, "%25s", "'", "1;DROP", "pending", "~",
)  # fmt: skip
QUERIES = (
    b"", b"limit=5", b"limit=-1", b"limit=1e999", b"after=%00", b"after=usr_x", b"limit=9" * 50,
    b"period=%00", b"period=2026-13", b"period=9999-12", b"period=0000-01", b"by=%ff", b"by=model",
    b"from=%00", b"from=0001-01-01&to=9999-12-31T23:59:59Z", b"team=%00", b"team=%ed%a0%80",
    b"status=on_vacation", b"status=active&until=5", b"until=9999-12-31T23:59:59%2B14:00",
    b"until=0001-01-01T00:00:00-14:00&status=on_vacation", b"period=999999999d", b"&&==&;", b"%",
    b"from=2026-11-24&to=2026-11-23", b"period=7d&by=team&group=payer", b"\xff\xfe", b"a" * 3000,
)  # fmt: skip
TYPES = (b"application/json",) * 12 + (
    b"", b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data",
    b"multipart/form-data; boundary=x", b"application/json; charset=utf-16", b"\xff", b"a/b/c",
)  # fmt: skip
STRANGE_VALUES = (
    b"", b"strict", b"standard", b"critical", b"\xff", b"a" * 300, b"a" * 20_000, b"\t", b"%00",
    b"team_none", b"1", b"-1", b"chunked", b"gzip", b"*/*", b"x\ty", b"\xc3\xa9", b"null",
)  # fmt: skip
STRANGE_HEADERS = (
    b"x-privacy-mode", b"x-project-priority", b"x-tokenpool-team", b"idempotency-key", b"accept",
    b"content-encoding", b"transfer-encoding", b"content-length", b"host", b"expect", b"range",
    b"x-forwarded-for", b"x-request-id", b"user-agent", b"anthropic-version", b"origin", b"cookie",
    b"authorization", b"x-api-key", b"if-none-match", b"x-http-method-override", b"connection",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get")
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Thrown:
    """One request, as a server hands it on."""

    method: str
    raw_path: bytes
    query: bytes
    headers: Headers
    body: bytes


class Bender:
    """Bends requests; `keys` are credentials, `ids` what the names in a path stand for."""

    def __init__(self, seed: int, keys: tuple[str, ...], boss: str) -> None:
        self._draw = Random(seed)
        self._keys = keys
        self._boss = boss
        self.ids: Mapping[str, str] = {}

    def requests(self, many: int) -> Iterator[Thrown]:
        for _ in range(many):
            draw = self._draw
            route = CHAT if draw.random() < 0.5 else draw.choice(ROUTES)
            method = draw.choice(METHODS) if draw.random() < 0.04 else route.method
            query = draw.choice(QUERIES) if draw.random() < 0.3 else b""
            yield Thrown(method, self._path(route), query, self._headers(route), self._body(route))

    def _path(self, route: Route) -> bytes:
        ids = {
            name: self._draw.choice(IDS) if self._draw.random() < 0.2 else one
            for name, one in self.ids.items()
        }
        path = route.path.format(**ids)
        match self._draw.randrange(60):
            case 0:
                path = path.replace("/v1", self._draw.choice(["", "/v1/v1", "//v1", "/v2", "/V1"]))
            case 1:
                path += self._draw.choice(["/", "//", "/..", "%2f", ";a=b", "%00", "?", "."])
            case _:
                pass
        return path.encode() or b"/"

    def _headers(self, route: Route) -> Headers:
        draw = self._draw
        bosses = route.policy is Policy.ADMIN and draw.random() < 0.8
        key = self._boss if bosses else draw.choice(self._keys)
        headers = [(b"host", b"127.0.0.1"), (b"content-type", draw.choice(TYPES))]
        if draw.random() < 0.9:
            headers.append((b"authorization", b"Bearer " + key.encode()))
        while draw.random() < 0.3:
            headers.append((draw.choice(STRANGE_HEADERS), draw.choice(STRANGE_VALUES)))
        if draw.random() < 0.01:
            headers += [(b"x-%d" % number, b"y") for number in range(150)]
        return headers

    def _body(self, route: Route) -> bytes:
        draw = self._draw
        if draw.random() < 0.04:
            return draw.randbytes(draw.randrange(300))
        said = deepcopy(dict(RICH if route is CHAT and draw.random() < 0.5 else route.body or {}))
        for _ in range(draw.choice((0, 0, 1, 1, 1, 2, 3))):
            self._bend(said)
        if route is CHAT and draw.random() < 0.2:
            said["stream"] = True
        text = self._text(draw.choice(ODD) if draw.random() < 0.03 else said)
        return self._cut(text) if draw.random() < 0.1 else text

    def _text(self, said: Any) -> bytes:
        """Write JSON, at times with a name twice; what is marked RAW goes in unquoted."""
        text = json.dumps(said)
        for odd in ODD:
            if isinstance(odd, str) and odd.startswith(RAW):
                text = text.replace(json.dumps(odd), odd.removeprefix(RAW))
        if self._draw.random() < 0.03 and text.startswith('{"'):
            text = text[:-1] + "," + text[1:]
        if self._draw.random() < 0.03:
            text = text.replace('": ', '" \n\t : ')
        coding = "utf-16" if self._draw.random() < 0.01 else "utf-8"
        return text.encode(coding, "surrogatepass")

    def _cut(self, text: bytes) -> bytes:
        at, gone = self._draw.randrange(len(text) + 1), self._draw.randrange(9)
        return text[:at] + self._draw.randbytes(self._draw.randrange(4)) + text[at + gone :]

    def _bend(self, said: dict[str, Any]) -> None:
        """Put something odd somewhere inside, leave something out, or add a field."""
        part: Any = said
        while True:
            names = list(part) if isinstance(part, dict) else list(range(len(part)))
            name = self._draw.choice(names) if names else None
            inner = part[name] if name is not None else None
            if isinstance(inner, dict | list) and inner and self._draw.random() < 0.7:
                part = inner
                continue
            break
        chance = self._draw.random()
        if isinstance(part, dict) and (name is None or chance < 0.15):
            part[self._draw.choice(STRANGE_NAMES)] = deepcopy(self._draw.choice(ODD))
        elif name is not None and chance < 0.3:
            del part[name]
        elif name is not None:
            part[name] = deepcopy(self._draw.choice(ODD))
