"""Gemini's generateContent, as AI Studio and Vertex AI answer."""

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
    total,
    usage_of,
)

LENGTH = "MAX_TOKENS"
FILTERED = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"}
    | {"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"}
)
BROKEN = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
SIGNATURE = "__thought__"
"""Between a call's id and its thought signature, where litellm looks for it in the next turn."""


class GeminiReader:
    def __init__(self) -> None:
        self._counts: Json | None = None
        self._calls: dict[int, int] = {}
        self._open: set[int] = set()
        self._finished: set[int] = set()
        self._blocked = False

    @property
    def ended(self) -> bool:
        return self._blocked or (bool(self._finished) and not self._open)

    @property
    def usage(self) -> Json | None:
        """Thoughts are billed as output; what tools brought in is prompt."""
        counts = self._counts
        if counts is None:
            return None
        prompt = total(counts.get("promptTokenCount"), counts.get("toolUsePromptTokenCount") or 0)
        spoken, thought = (
            counts.get("candidatesTokenCount", 0),
            counts.get("thoughtsTokenCount", 0),
        )
        all_tokens = counts.get("totalTokenCount")
        completion = total(spoken, thought)
        if all_tokens is not None and total(prompt, spoken) == all_tokens:
            completion = spoken  # Vertex AI counts thoughts among the candidates for some models
        cached = {"cached_tokens": counts.get("cachedContentTokenCount", 0)}
        usage = usage_of(prompt, completion, cached, thought)
        if all_tokens is not None:
            usage["total_tokens"] = all_tokens
        return usage

    def event(self, event: Json) -> list[Said]:
        if "error" in event:
            raise Broken
        if "usageMetadata" in event:
            self._counts = object_of(event["usageMetadata"])
        said: list[Said] = []
        for place, candidate in enumerate(objects_of(event.get("candidates"))):
            index = candidate.get("index", place)
            if not isinstance(index, int):
                raise Broken
            said += self._candidate(index, candidate)
        if object_of(event.get("promptFeedback")).get("blockReason"):
            self._blocked = True
            said.append(Said(finish="content_filter"))
        return said

    def whole(self, answer: Json) -> list[Said]:
        said = self.event(answer)
        if not self._blocked and not self._finished and not self._open:
            raise Broken
        return said

    def _candidate(self, index: int, candidate: Json) -> list[Said]:
        if index not in self._finished:
            self._open.add(index)
        said = [
            one
            for part in objects_of(object_of(candidate.get("content")).get("parts"))
            if (one := self._part(index, part)) is not None
        ]
        if reason := text_of(candidate.get("finishReason")):
            said.append(Said(choice=index, finish=self._finish(index, reason)))
        return said

    def _part(self, index: int, part: Json) -> Said | None:
        if "functionCall" in part:
            return Said(choice=index, call=self._call(index, part))
        text = text_of(part.get("text"))
        if not text:
            return None
        thought = part.get("thought") is True
        return Said(choice=index, thought=text) if thought else Said(choice=index, text=text)

    def _call(self, index: int, part: Json) -> Call:
        called = object_of(part["functionCall"])
        number = self._calls.get(index, 0)
        self._calls[index] = number + 1
        call_id = text_of(called.get("id")) or f"call_{secrets.token_hex(12)}"
        if signature := text_of(part.get("thoughtSignature")):
            call_id += SIGNATURE + signature
        return Call(number, call_id, text_of(called.get("name")), json_text(called.get("args")))

    def _finish(self, index: int, reason: str) -> str:
        if reason in BROKEN:
            raise Broken
        self._open.discard(index)
        self._finished.add(index)
        if reason == LENGTH:
            return "length"
        if reason in FILTERED:
            return "content_filter"
        return "tool_calls" if self._calls.get(index) else "stop"
