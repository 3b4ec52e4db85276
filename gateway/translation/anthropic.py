"""Anthropic's messages, as its own API, Azure and Vertex AI answer."""

from collections.abc import Mapping

from gateway.translation.spoken import (
    Broken,
    Call,
    Json,
    Said,
    index_of,
    json_text,
    object_of,
    objects_of,
    text_of,
    total,
    usage_of,
)

FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class AnthropicReader:
    """Reads one answer.

    `json_tool` is the tool by which a response format was asked for: its input is the text.
    `names` gives tools their own names back where Anthropic does not take them.
    """

    def __init__(self, names: Mapping[str, str], json_tool: str = "") -> None:
        self._names = names
        self._json_tool = json_tool
        self._json_blocks: set[int] = set()
        self._calls: dict[int, int] = {}
        self._empty: set[int] = set()
        self._counts: Json = {}
        self._counted = False
        self.ended = False

    @property
    def usage(self) -> Json | None:
        if not self._counted:
            return None
        counts = self._counts
        read = counts.get("cache_read_input_tokens") or 0
        written = counts.get("cache_creation_input_tokens") or 0
        details = counts.get("output_tokens_details")
        thought = details.get("thinking_tokens", 0) if isinstance(details, dict) else 0
        return usage_of(
            total(counts.get("input_tokens"), read, written),
            counts.get("output_tokens"),
            {"cached_tokens": read, "cache_creation_tokens": written},
            thought,
        )

    def event(self, event: Json) -> list[Said]:
        match event.get("type"):
            case "message_start":
                self._counts |= _given(object_of(event.get("message")).get("usage"))
            case "content_block_start":
                return self._start(
                    index_of(event.get("index")), object_of(event.get("content_block"))
                )
            case "content_block_delta":
                return self._delta(index_of(event.get("index")), object_of(event.get("delta")))
            case "content_block_stop":
                return self._stop(index_of(event.get("index")))
            case "message_delta":
                self._count(event.get("usage"))
                return self._finish(object_of(event.get("delta")).get("stop_reason"))
            case "message_stop":
                self.ended = True
            case "error":
                raise Broken
            case _:  # a ping, or something newer
                pass
        return []

    def whole(self, answer: Json) -> list[Said]:
        if answer.get("type") != "message":
            raise Broken
        said: list[Said] = []
        for number, block in enumerate(objects_of(answer.get("content"))):
            match block.get("type"):
                case "text":
                    said.append(Said(text=text_of(block.get("text"))))
                case "thinking":
                    said.append(Said(thought=text_of(block.get("thinking"))))
                case "tool_use" if block.get("name") == self._json_tool:
                    self._json_blocks.add(number)
                    said.append(Said(text=json_text(block.get("input"))))
                case "tool_use":
                    said.append(self._call(number, block, json_text(block.get("input"))))
                case _:  # nothing that this gateway asks for
                    pass
        self._count(answer.get("usage"))
        return said + self._finish(answer.get("stop_reason") or "end_turn")

    def _call(self, block: int, start: Json, arguments: str) -> Said:
        number = self._calls[block] = len(self._calls)
        name = text_of(start.get("name"))
        name = self._names.get(name, name)
        return Said(call=Call(number, text_of(start.get("id")), name, arguments))

    def _start(self, index: int, block: Json) -> list[Said]:
        match block.get("type"):
            case "text":
                return [Said(text=text_of(block.get("text")))] if block.get("text") else []
            case "tool_use" if block.get("name") == self._json_tool:
                self._json_blocks.add(index)
            case "tool_use":
                self._empty.add(index)
                return [self._call(index, block, "")]
            case _:
                pass
        return []

    def _stop(self, index: int) -> list[Said]:
        """End a block; a tool that was called without arguments is given none as JSON."""
        if index not in self._empty:
            return []
        return [Said(call=Call(self._calls[index], arguments="{}"))]

    def _delta(self, index: int, delta: Json) -> list[Said]:
        match delta.get("type"):
            case "text_delta":
                return [Said(text=text_of(delta.get("text")))]
            case "thinking_delta":
                return [Said(thought=text_of(delta.get("thinking")))]
            case "input_json_delta":
                part = text_of(delta.get("partial_json"))
                if index in self._json_blocks:
                    return [Said(text=part)]
                if not part:
                    return []
                if index not in self._calls:
                    raise Broken
                self._empty.discard(index)
                return [Said(call=Call(self._calls[index], arguments=part))]
            case _:  # a signature
                return []

    def _count(self, usage: object) -> None:
        if usage is not None:
            self._counts |= _given(usage)
            self._counted = True

    def _finish(self, reason: object) -> list[Said]:
        finish = FINISH.get(text_of(reason), "stop") if reason else ""
        if finish == "tool_calls" and self._json_blocks and not self._calls:
            finish = "stop"
        return [Said(finish=finish)] if finish else []


def _given(usage: object) -> Json:
    """Return counts: a null says nothing of the prompt's, which were told at the start.

    The output was not, so nobody believes a null for that.
    """
    counts = object_of(usage).items()
    return {name: n for name, n in counts if n is not None or name == "output_tokens"}
