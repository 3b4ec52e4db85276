"""What a model said, whatever dialect it came in, and how OpenAI's dialect says it.

litellm invents usage where there is none and ends a cut stream with `stop` (faults.md 1.5), so
answers are read here: a reader of each dialect turns the provider's own events into `Said`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

Json = dict[str, object]
DONE = b"data: [DONE]\n\n"
BROKEN = (
    b'data: {"error":{"message":"The provider broke off its answer.","type":"server_error",'
    b'"code":"upstream_error"}}\n\n'
)


class Broken(Exception):
    """The provider said within its answer that it failed, or said what nobody understands."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call, or a further part of one; `number` is its place in the message."""

    number: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one event adds to an answer."""

    choice: int = 0
    text: str = ""
    thought: str = ""
    call: Call | None = None
    finish: str = ""
    """OpenAI's word for why it ended."""


class Reader(Protocol):
    """Reads one answer. What the provider counted is passed on as it is, true or not."""

    @property
    def usage(self) -> Json | None:
        """What was counted, in OpenAI's shape; None: nothing was."""

    @property
    def ended(self) -> bool:
        """Whether the provider's own sign of a whole answer was there."""

    def event(self, event: Json) -> list[Said]: ...

    def whole(self, answer: Json) -> list[Said]: ...


def total(*counts: object) -> object:
    """Return the sum of counts; the first that is none as it is, so that nobody believes it."""
    added = 0
    for count in counts:
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            return count
        added += count
    return added


def usage_of(
    prompt: object, completion: object, details: Mapping[str, object], thought: object = 0
) -> Json:
    """Return counts in OpenAI's shape: cached and written within prompt, thought in completion."""
    counted: Json = {"prompt_tokens": prompt, "completion_tokens": completion}
    counted["total_tokens"] = total(prompt, completion)
    counted["prompt_tokens_details"] = dict(details)
    if thought:
        counted["completion_tokens_details"] = {"reasoning_tokens": thought}
    return counted


@dataclass(frozen=True, slots=True)
class Frame:
    """What every chunk of one answer carries."""

    call_id: str
    model: str
    created: int

    def event(self, said: Said, *, first: bool) -> bytes:
        """Return one chunk of a stream."""
        delta: Json = {"role": "assistant", "content": ""} if first else {}
        if said.text:
            delta["content"] = said.text
        if said.thought:
            delta["reasoning_content"] = said.thought
        if said.call is not None:
            delta["tool_calls"] = [_call_delta(said.call)]
        choice = {
            "index": said.choice,
            "delta": delta,
            "finish_reason": said.finish or None,
            "logprobs": None,
        }
        return self._event("choices", [choice])

    def counted(self, usage: Json) -> bytes:
        """Return the chunk that carries nothing but usage."""
        return self._event("choices", [], usage)

    def answer(self, said: Iterable[Said], usage: Json | None) -> bytes:
        """Return a plain answer."""
        messages: dict[int, _Message] = {}
        for one in said:
            messages.setdefault(one.choice, _Message()).add(one)
        choices = [messages[index].choice(index) for index in sorted(messages)]
        body = self._head("chat.completion") | {"choices": choices}
        if usage is not None:
            body["usage"] = usage
        return msgspec.json.encode(body)

    def failed(self, usage: Json | None) -> bytes:
        """Return an answer that is none, with what was counted for it; nothing if nothing was."""
        if usage is None:
            return b""
        return msgspec.json.encode({"error": {}, "choices": [], "usage": usage})

    def _event(self, key: str, choices: list[Json], usage: Json | None = None) -> bytes:
        body = self._head("chat.completion.chunk") | {key: choices}
        if usage is not None:
            body["usage"] = usage
        return b"data: " + msgspec.json.encode(body) + b"\n\n"

    def _head(self, kind: str) -> Json:
        return {
            "id": f"chatcmpl-{self.call_id}",
            "object": kind,
            "created": self.created,
            "model": self.model,
        }


@dataclass(slots=True)
class _Message:
    text: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    calls: dict[int, Call] = field(default_factory=dict)
    finish: str = "stop"

    def add(self, said: Said) -> None:
        self.text.append(said.text)
        self.thought.append(said.thought)
        if said.call is not None:
            self.calls[said.call.number] = said.call
        self.finish = said.finish or self.finish

    def choice(self, index: int) -> Json:
        text = "".join(self.text)
        calls = [_whole_call(call) for _, call in sorted(self.calls.items())]
        message: Json = {"role": "assistant", "content": text or (None if calls else "")}
        message["refusal"] = None
        if thought := "".join(self.thought):
            message["reasoning_content"] = thought
        if calls:
            message["tool_calls"] = calls
        return {
            "index": index,
            "message": message,
            "finish_reason": self.finish,
            "logprobs": None,
        }


def _call_delta(call: Call) -> Json:
    function: Json = {"arguments": call.arguments}
    if not call.id:
        return {"index": call.number, "function": function}
    function = {"name": call.name, **function}
    return {"index": call.number, "id": call.id, "type": "function", "function": function}


def _whole_call(call: Call) -> Json:
    function = {"name": call.name, "arguments": call.arguments or "{}"}
    return {"id": call.id, "type": "function", "function": function}


def text_of(value: object) -> str:
    """Return a field that should be text; Broken if it is something else."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Broken
    return value


def index_of(value: object) -> int:
    """Return a field that should be a place in a list; Broken if it is something else."""
    if not isinstance(value, int):
        raise Broken
    return value


def object_of(value: object) -> Json:
    """Return a field that should be an object; Broken if it is something else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Broken
    return value


def objects_of(value: object) -> list[Json]:
    """Return a field that should be a list of objects; Broken if it is something else."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Broken
    return value


def json_text(value: object) -> str:
    """Return a value as the JSON text that OpenAI's tool arguments are."""
    return msgspec.json.encode({} if value is None else value).decode()
