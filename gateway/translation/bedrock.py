"""Amazon Bedrock's Converse, one dialect for all its models."""

from collections.abc import Mapping
from types import MappingProxyType

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

NO_NAMES: Mapping[str, str] = MappingProxyType({})
FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}
FAILED = frozenset({"malformed_model_output", "malformed_tool_use"})


class BedrockReader:
    """Reads one answer; `names` and `json_tool` as with Anthropic's."""

    def __init__(self, names: Mapping[str, str] = NO_NAMES, json_tool: str = "") -> None:
        self._names = names
        self.usage: Json | None = None
        self.ended = False
        self._json_tool = json_tool
        self._json_blocks: set[int] = set()
        self._calls: dict[int, int] = {}
        self._empty: set[int] = set()

    def event(self, event: Json) -> list[Said]:
        for kind, value in event.items():
            payload = object_of(value)
            index = index_of(payload.get("contentBlockIndex", 0))
            match kind:
                case "contentBlockStart":
                    return self._start(index, object_of(payload.get("start")))
                case "contentBlockDelta":
                    return self._delta(index, object_of(payload.get("delta")))
                case "contentBlockStop" if index in self._empty:
                    return [Said(call=Call(self._calls[index], arguments="{}"))]
                case "messageStop":
                    self.ended = True
                    return self._finish(payload.get("stopReason"))
                case "metadata":
                    self._count(payload.get("usage"))
                case _ if kind.endswith("Exception"):
                    raise Broken
                case _:
                    pass
        return []

    def whole(self, answer: Json) -> list[Said]:
        message = object_of(object_of(answer.get("output")).get("message"))
        if not message:
            raise Broken
        said: list[Said] = []
        for place, block in enumerate(objects_of(message.get("content"))):
            if "toolUse" in block:
                use = object_of(block["toolUse"])
                said += self._start(place, block)
                text = json_text(use.get("input"))
                said += self._delta(place, {"toolUse": {"input": text}})
            else:
                said += self._delta(place, _flat(block))
        self._count(answer.get("usage"))
        return _joined(said) + self._finish(answer.get("stopReason"))

    def _start(self, index: int, start: Json) -> list[Said]:
        if "toolUse" not in start:
            return []
        use = object_of(start["toolUse"])
        name = text_of(use.get("name"))
        if self._json_tool and name == self._json_tool:
            self._json_blocks.add(index)
            return []
        self._empty.add(index)
        number = self._calls[index] = len(self._calls)
        name = self._names.get(name, name)
        return [Said(call=Call(number, text_of(use.get("toolUseId")), name))]

    def _delta(self, index: int, delta: Json) -> list[Said]:
        if "text" in delta:
            return [Said(text=text_of(delta["text"]))]
        if "reasoningContent" in delta:
            thought = text_of(object_of(delta["reasoningContent"]).get("text"))
            return [Said(thought=thought)] if thought else []
        part = text_of(object_of(delta.get("toolUse")).get("input"))
        if not part:
            return []
        if index in self._json_blocks:
            return [Said(text=part)]
        if index not in self._calls:
            raise Broken
        self._empty.discard(index)
        return [Said(call=Call(self._calls[index], arguments=part))]

    def _count(self, usage: object) -> None:
        if usage is None:
            return
        counts = object_of(usage)
        read = counts.get("cacheReadInputTokens") or 0
        written = counts.get("cacheWriteInputTokens") or 0
        self.usage = usage_of(
            total(counts.get("inputTokens"), read, written),
            counts.get("outputTokens"),
            {"cached_tokens": read, "cache_creation_tokens": written},
        )

    def _finish(self, reason: object) -> list[Said]:
        word = text_of(reason)
        if word in FAILED:
            raise Broken
        finish = FINISH.get(word, "stop")
        if finish == "tool_calls" and self._json_blocks and not self._calls:
            finish = "stop"
        return [Said(finish=finish)]


def _flat(block: Json) -> Json:
    """Return a block of a plain answer in the shape of a stream's delta."""
    if "reasoningContent" not in block:
        return block
    thought = object_of(block["reasoningContent"])
    return {"reasoningContent": object_of(thought.get("reasoningText"))}


def _joined(said: list[Said]) -> list[Said]:
    """Join the parts of each tool call."""
    joined: dict[int, Call] = {}
    others: list[Said] = []
    for one in said:
        if one.call is None:
            others.append(one)
        elif one.call.number in joined:
            known = joined[one.call.number]
            joined[known.number] = Call(known.number, known.id, known.name, one.call.arguments)
        else:
            joined[one.call.number] = one.call
    return others + [Said(call=call) for call in joined.values()]
