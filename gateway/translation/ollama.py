"""Ollama's own chat: JSON lines, each with a part of the message."""

import secrets

from gateway.translation.spoken import (
    Broken,
    Call,
    Json,
    Said,
    json_text,
    object_of,
    objects_of,
    text_of,
    usage_of,
)


class OllamaReader:
    def __init__(self) -> None:
        self.usage: Json | None = None
        self.ended = False
        self._calls = 0

    def event(self, event: Json) -> list[Said]:
        if "error" in event or "message" not in event:
            raise Broken
        message = object_of(event["message"])
        said: list[Said] = []
        if thought := text_of(message.get("thinking")):
            said.append(Said(thought=thought))
        if text := text_of(message.get("content")):
            said.append(Said(text=text))
        calls = objects_of(message.get("tool_calls"))
        said += [self._call(object_of(call.get("function"))) for call in calls]
        if event.get("done") is True:
            said.append(self._end(event))
        return said

    def whole(self, answer: Json) -> list[Said]:
        said = self.event(answer)
        if not self.ended:
            raise Broken
        return said

    def _call(self, function: Json) -> Said:
        number, self._calls = self._calls, self._calls + 1
        made = f"call_{secrets.token_hex(12)}"
        arguments = json_text(function.get("arguments"))
        return Said(call=Call(number, made, text_of(function.get("name")), arguments))

    def _end(self, event: Json) -> Said:
        """Note the end; a prompt from Ollama's cache is not counted, so then nothing counts."""
        self.ended = True
        prompt, spoken = event.get("prompt_eval_count"), event.get("eval_count")
        if (prompt or spoken) and {"prompt_eval_count", "eval_count"} <= event.keys():
            self.usage = usage_of(prompt, spoken, {})
        finish = "length" if event.get("done_reason") == "length" else "stop"
        return Said(finish="tool_calls" if self._calls else finish)
