"""Cohere's chat, version 2. What it bills are its `billed_units`, without hidden tokens."""

from gateway.translation.spoken import (
    Broken,
    Call,
    Json,
    Said,
    index_of,
    object_of,
    objects_of,
    text_of,
    usage_of,
)

FINISH = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
    "ERROR_LIMIT": "length",
}
FAILED = frozenset({"ERROR", "TIMEOUT", "USER_CANCEL"})


class CohereReader:
    def __init__(self) -> None:
        self.usage: Json | None = None
        self.ended = False
        self._calls: dict[int, int] = {}

    def event(self, event: Json) -> list[Said]:
        delta = object_of(event.get("delta"))
        match event.get("type"):
            case "message-end":
                self.ended = True
                return self._end(delta)
            case "content-start" | "content-delta":
                return _content(object_of(object_of(delta.get("message")).get("content")))
            case "tool-plan-delta":
                plan = object_of(delta.get("message")).get("tool_plan")
                return [Said(thought=text_of(plan))]
            case "tool-call-start":
                call = object_of(object_of(delta.get("message")).get("tool_calls"))
                index = index_of(event.get("index"))
                self._calls[index] = len(self._calls)
                return [self._call(index, call)]
            case "tool-call-delta":
                call = object_of(object_of(delta.get("message")).get("tool_calls"))
                return [self._call(index_of(event.get("index")), call)]
            case _:
                return []

    def whole(self, answer: Json) -> list[Said]:
        message = object_of(answer.get("message"))
        if not message:
            raise Broken
        said = [Said(thought=text_of(message.get("tool_plan")))]
        for part in objects_of(message.get("content")):
            said += _content(part)
        for place, call in enumerate(objects_of(message.get("tool_calls"))):
            self._calls[place] = place
            said.append(self._call(place, call))
        return said + self._end(answer)

    def _call(self, index: int, call: Json) -> Said:
        if index not in self._calls:
            raise Broken
        function = object_of(call.get("function"))
        name, arguments = text_of(function.get("name")), text_of(function.get("arguments"))
        return Said(call=Call(self._calls[index], text_of(call.get("id")), name, arguments))

    def _end(self, said: Json) -> list[Said]:
        reason = text_of(said.get("finish_reason"))
        if said.get("usage") is not None:
            counted = object_of(said["usage"])
            units = object_of(counted.get("billed_units") or counted.get("tokens"))
            self.usage = usage_of(units.get("input_tokens"), units.get("output_tokens"), {})
        if reason in FAILED:
            raise Broken
        return [Said(finish=FINISH.get(reason, "stop"))]


def _content(part: Json) -> list[Said]:
    if thought := text_of(part.get("thinking")):
        return [Said(thought=thought)]
    text = text_of(part.get("text"))
    return [Said(text=text)] if text else []
