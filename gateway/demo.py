"""The built-in upstream: answers offline as an OpenAI-compatible provider would, usage included.

Pure: bytes in, bytes out; id and time come from the caller.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from gateway.demo_words import json_reply, reply, say_after_tool

BYTES_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4
"""Both stay below the bound of a hold, which is every byte and 8 tokens a message."""
DEFAULT_OUTPUT_TOKENS = 16_384
DONE = b"data: [DONE]\n\n"


class _Part(msgspec.Struct):
    type: str = ""
    text: str = ""


class _Message(msgspec.Struct):
    role: str = "user"
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class _Function(msgspec.Struct):
    name: str = ""


class _Tool(msgspec.Struct):
    function: _Function = msgspec.field(default_factory=_Function)


class _JsonSchema(msgspec.Struct):
    schema: dict[str, object] | None = None


class _Format(msgspec.Struct):
    type: str = "text"
    json_schema: _JsonSchema | None = None


class _StreamOptions(msgspec.Struct):
    include_usage: bool | None = False


class _Body(msgspec.Struct):
    """The fields that the demo obeys; all others are no concern of an upstream's double."""

    model: str = "demo"
    messages: list[_Message] = []
    stream: bool | None = False
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    n: int | None = None
    stop: str | list[str] | None = None
    tools: list[_Tool] | None = None
    tool_choice: str | _Tool | None = None
    response_format: _Format | None = None


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """One call, as far as the demo cares."""

    id: str
    created: int
    model: str
    messages: tuple[tuple[str, str], ...]
    """Role and text of each."""
    output_tokens: int = DEFAULT_OUTPUT_TOKENS
    n: int = 1
    stops: tuple[str, ...] = ()
    stream: bool = False
    include_usage: bool = False
    tools: tuple[str, ...] = ()
    forced_tool: str = ""
    json_schema: object = None
    """None: plain text; else a schema, {} for any object."""

    @property
    def last(self) -> tuple[str, str]:
        return self.messages[-1] if self.messages else ("", "")

    @property
    def asked(self) -> str:
        return next((text for role, text in reversed(self.messages) if role == "user"), "")


@dataclass(frozen=True, slots=True)
class _Choice:
    index: int
    text: str
    finish: str
    tool: str = ""

    @property
    def tokens(self) -> int:
        return _tokens(self.text)


def read(body: bytes, *, call_id: str, created: int) -> DemoRequest:
    """Read a request that the gateway has checked; msgspec.ValidationError if it is none."""
    parsed = msgspec.json.decode(body, type=_Body)
    limits = [most for most in (parsed.max_completion_tokens, parsed.max_tokens) if most]
    stops = [parsed.stop] if isinstance(parsed.stop, str) else parsed.stop or []
    tools = tuple(tool.function.name for tool in parsed.tools or [])
    return DemoRequest(
        id=call_id,
        created=created,
        model=parsed.model,
        messages=tuple((message.role, message.text) for message in parsed.messages),
        output_tokens=min(limits, default=DEFAULT_OUTPUT_TOKENS),
        n=parsed.n or 1,
        stops=tuple(filter(None, stops)),
        stream=bool(parsed.stream),
        include_usage=bool(parsed.stream_options and parsed.stream_options.include_usage),
        tools=() if parsed.tool_choice == "none" else tools,
        forced_tool=_forced(parsed.tool_choice, tools),
        json_schema=_schema(parsed.response_format),
    )


def answer(request: DemoRequest) -> bytes:
    """Return the whole completion as JSON."""
    choices = _choices(request)
    return msgspec.json.encode(
        {
            "id": request.id,
            "object": "chat.completion",
            "created": request.created,
            "model": request.model,
            "choices": [_whole(request, choice) for choice in choices],
            "usage": _usage(request, choices),
        }
    )


def events(request: DemoRequest) -> Iterator[bytes]:
    """Yield the completion as server-sent events, one word a chunk."""
    choices = _choices(request)
    usage: dict[str, object] = {"usage": None} if request.include_usage else {}
    for choice in choices:
        for delta, finish in _deltas(request, choice):
            part = {"index": choice.index, "delta": delta, "logprobs": None}
            yield _event(request, {"choices": [part | {"finish_reason": finish}], **usage})
    if request.include_usage:
        yield _event(request, {"choices": [], "usage": _usage(request, choices)})
    yield DONE


def _forced(choice: str | _Tool | None, tools: tuple[str, ...]) -> str:
    if isinstance(choice, _Tool):
        return choice.function.name
    return tools[0] if choice == "required" and tools else ""


def _schema(wanted: _Format | None) -> object:
    if wanted is None or wanted.type == "text":
        return None
    return (wanted.json_schema and wanted.json_schema.schema) or {}


def _choices(request: DemoRequest) -> list[_Choice]:
    called = _called_tool(request)
    if called:
        return [_cut(request, index, f"{called}{{}}", called) for index in range(request.n)]
    return [_cut(request, index, _text(request, index)) for index in range(request.n)]


def _called_tool(request: DemoRequest) -> str:
    """Return which tool to call: `call <name>` asks for it; after its result the demo speaks."""
    if not request.tools or request.last[0] == "tool":
        return ""
    first, _, name = request.asked.strip().partition(" ")
    wished = name.split()[0].rstrip(".!?()") if first.casefold() == "call" and name.split() else ""
    return wished if wished in request.tools else request.forced_tool


def _text(request: DemoRequest, index: int) -> str:
    if request.json_schema is not None:
        return json_reply(request.asked, request.json_schema)
    if request.last[0] == "tool":
        return say_after_tool(request.last[1])
    return reply(request.asked, index)


def _cut(request: DemoRequest, index: int, text: str, tool: str = "") -> _Choice:
    """Obey stops and the output limit; a tool call is short enough to be whole or not at all."""
    stops = [text.find(stop) for stop in request.stops if not tool and stop in text]
    kept = text[: min(stops, default=len(text))]
    if _tokens(kept) > request.output_tokens:
        most = kept.encode()[: request.output_tokens * BYTES_PER_TOKEN]
        return _Choice(index, most.decode(errors="ignore"), "length")
    return _Choice(index, kept, "tool_calls" if tool else "stop", tool)


def _tokens(text: str) -> int:
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)


def _usage(request: DemoRequest, choices: list[_Choice]) -> dict[str, int]:
    prompt = sum(_tokens(text) + TOKENS_PER_MESSAGE for _, text in request.messages)
    completion = sum(choice.tokens for choice in choices)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _tool_call(request: DemoRequest, choice: _Choice) -> dict[str, object]:
    return {
        "id": f"call_{request.id}_{choice.index}",
        "type": "function",
        "function": {"name": choice.tool, "arguments": "{}"},
    }


def _whole(request: DemoRequest, choice: _Choice) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": choice.text, "refusal": None}
    if choice.tool:
        message |= {"content": None, "tool_calls": [_tool_call(request, choice)]}
    return {
        "index": choice.index,
        "message": message,
        "logprobs": None,
        "finish_reason": choice.finish,
    }


def _deltas(
    request: DemoRequest, choice: _Choice
) -> Iterator[tuple[dict[str, object], str | None]]:
    if choice.tool:
        call = {"index": 0} | _tool_call(request, choice)
        yield {"role": "assistant", "content": None, "tool_calls": [call]}, None
    else:
        yield {"role": "assistant", "content": "", "refusal": None}, None
        for word in re.findall(r"\s*\S+|\s+$", choice.text):
            yield {"content": word}, None
    yield {}, choice.finish


def _event(request: DemoRequest, fields: dict[str, object]) -> bytes:
    head: dict[str, object] = {
        "id": request.id,
        "object": "chat.completion.chunk",
        "created": request.created,
        "model": request.model,
    }
    return b"data: " + msgspec.json.encode(head | fields) + b"\n\n"
