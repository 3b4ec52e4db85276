"""Reading answers without trusting them: usage, what was produced, errors within a stream.

A provider's counts are used only if they are whole, positive and plausible (F-44, F-45, F-49).
What has no usable count is bounded by bytes: no tokenizer makes more tokens than bytes.
"""

from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from core.domain.pricing import Usage

MOST_TOKENS = 100_000_000
Count = Annotated[int, msgspec.Meta(ge=0, le=MOST_TOKENS)]
NOTHING = msgspec.Raw(b"null")
END, CR = b"\n\n", b"\r"


class _Details(msgspec.Struct):
    cached_tokens: Count | None = 0
    cache_creation_tokens: Count | None = 0
    cache_write_tokens: Count | None = 0


class _Said(msgspec.Struct):
    reasoning_tokens: Count | None = 0


class _Usage(msgspec.Struct):
    prompt_tokens: Count
    completion_tokens: Count
    total_tokens: Count | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Said | None = None
    cached_tokens: Count | None = 0
    """Where Moonshot tells it."""
    prompt_cache_hit_tokens: Count | None = 0
    """Where DeepSeek does."""

    @property
    def cached(self) -> int:
        details = self.prompt_tokens_details
        within = details.cached_tokens if details is not None else 0
        return within or self.cached_tokens or self.prompt_cache_hit_tokens or 0


class _Delta(msgspec.Struct):
    content: str | list[msgspec.Raw] | None = None
    """A list of parts from Mistral's models that think."""
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: msgspec.Raw = NOTHING
    function_call: msgspec.Raw = NOTHING


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None
    text: str | None = None
    usage: msgspec.Raw = NOTHING
    """Moonshot's place for what a stream used."""


class _Answer(msgspec.Struct):
    choices: list[_Choice]
    usage: msgspec.Raw = NOTHING
    error: msgspec.Raw = NOTHING


class InvalidUsage(Exception):
    """A provider sent counts that cannot be true."""


class Malformed(Exception):
    """A provider sent something that is not a completion."""


_answer = msgspec.json.Decoder(_Answer)
_usage = msgspec.json.Decoder(_Usage)


@dataclass(slots=True)
class Meter:
    """What one answer has shown so far. The last valid usage wins; nothing is summed."""

    usage: Usage | None = None
    invalid: bool = False
    produced_bytes: int = 0
    failed: bool = False
    finished: bool = False
    kept: list[bytes] | None = field(default=None, repr=False)
    """The answer's bytes, only where log_messages keeps them."""

    def whole(self, body: bytes) -> None:
        """Read a plain answer; Malformed if it is none."""
        answer = self._read(body)
        if answer is None or answer.error != NOTHING:
            raise Malformed
        self.finished = True
        if self.kept is not None:
            self.kept.append(body)

    def event(self, data: bytes) -> bool:
        """Read one event's data; return True if it carries nothing but usage."""
        if self.kept is not None:
            self.kept.append(data)
        if data == b"[DONE]":
            self.finished = True
            return False
        answer = self._read(data)
        if answer is None:
            self.failed = self.failed or b'"error"' in data
            self.produced_bytes += len(data)
            return False
        if answer.error is not NOTHING and answer.error != NOTHING:
            self.failed = True
        return not answer.choices and answer.usage != NOTHING

    def _read(self, data: bytes) -> _Answer | None:
        try:
            answer = _answer.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        usage = answer.usage
        for choice in answer.choices:
            self._count(choice)
            if choice.usage is not NOTHING and usage == NOTHING:
                usage = choice.usage
        if usage is not NOTHING and usage != NOTHING:
            self._take(usage)
        return answer

    def _count(self, choice: _Choice) -> None:
        said = choice.delta or choice.message
        if said is not None:
            content = said.content
            if isinstance(content, list):
                self.produced_bytes += sum(map(len, content))
                content = None
            for text in (content, said.reasoning_content, said.reasoning, said.refusal):
                if text:
                    self.produced_bytes += _bytes(text)
            for part in (said.tool_calls, said.function_call):
                if part is not NOTHING and part != NOTHING:
                    self.produced_bytes += len(part)
        if choice.text:
            self.produced_bytes += _bytes(choice.text)

    def _take(self, raw: msgspec.Raw) -> None:
        try:
            self.usage, self.invalid = read_usage(raw), False
        except InvalidUsage:
            self.usage, self.invalid = None, True


def read_usage(raw: msgspec.Raw | bytes) -> Usage:
    """Return a provider's counts; InvalidUsage if they cannot be true.

    Some providers leave hidden reasoning out of `completion_tokens` but not out of `total_tokens`:
    the larger count is the output, and the reasoning lies within it.
    """
    try:
        said = _usage.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidUsage from error
    total = said.total_tokens
    if total is not None and total < said.prompt_tokens + said.completion_tokens:
        raise InvalidUsage
    details = said.prompt_tokens_details or _Details()
    cached = said.cached
    written = (details.cache_creation_tokens or 0) + (details.cache_write_tokens or 0)
    if cached + written > said.prompt_tokens:
        raise InvalidUsage
    completion = said.completion_tokens if total is None else total - said.prompt_tokens
    thought = (said.completion_tokens_details or _Said()).reasoning_tokens or 0
    if thought > completion:
        completion += thought
    return Usage(said.prompt_tokens, completion, cached, written, thought)


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


class Events:
    """Cuts server-sent events out of bytes, wherever the network cut them."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the events that are complete now, each with its closing blank line."""
        if not self._rest and 0 < chunk.find(END) == len(chunk) - 2 and CR not in chunk:
            return [chunk]  # most often one write is one event
        data = self._rest + chunk if self._rest else chunk
        if b"\r\n" in data:
            data = data.replace(b"\r\n", b"\n")
        *events, self._rest = data.split(b"\n\n")
        return [event + b"\n\n" for event in events if event]

    @property
    def rest(self) -> bytes:
        """What came after the last complete event."""
        return self._rest


def event_data(event: bytes) -> bytes:
    """Return an event's data; empty for a comment."""
    if event.startswith(b"data:"):
        end = event.find(b"\n")
        if end == len(event) - 2:
            return event[5:end].strip()
    lines = [line[5:].strip() for line in event.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines)
