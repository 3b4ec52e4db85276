"""Messages and tools as litellm reads them without losing or making up a word.

What OpenAI's SDKs send back of an answer (nulls, annotations, thoughts) means nothing to other
providers; what has no counterpart there is refused, since litellm would drop it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

Json = dict[str, Any]
KEPT = ("role", "content", "tool_calls", "tool_call_id")
SEES = {"user", "tool"}
"""Whose images every dialect has a place for; litellm would drop those of others."""
SAID_ANYWAY = {"n": 1, "presence_penalty": 0, "frequency_penalty": 0}
"""Left out: of a penalty of 0 litellm makes Ollama's `repeat_penalty` 0, where none is 1."""
NO_PARAMETERS: Json = {"type": "object", "properties": {}}


class Untranslatable(Exception):
    """The request cannot be said in the provider's dialect; `param` is the field, if known."""

    def __init__(self, param: str | None = None) -> None:
        super().__init__("untranslatable")
        self.param = param


def tidy(said: Json) -> None:
    """Tidy a body's messages and tools in place; Untranslatable for what has no counterpart."""
    said["messages"] = [_message(message) for message in said["messages"]]
    for name, value in SAID_ANYWAY.items():
        if said.get(name) == value:
            del said[name]
    if isinstance(said.get("stop"), str):
        said["stop"] = [said["stop"]]  # Cohere and Ollama take nothing but lists
    if not said.get("tools"):
        for name in ("tools", "tool_choice", "parallel_tool_calls"):
            said.pop(name, None)
    else:
        said["tools"] = [_tool(tool) for tool in said["tools"]]


def _message(message: Json) -> Json:
    if message["role"] == "function" or message.get("function_call"):
        raise Untranslatable("messages")
    kept = {name: message[name] for name in KEPT if message.get(name) is not None}
    if kept["role"] == "developer":
        kept["role"] = "system"
    content = kept.get("content")
    if isinstance(content, list):
        if kept["role"] not in SEES and any(part["type"] == "image_url" for part in content):
            raise Untranslatable("messages")
        kept["content"] = [_part(part) for part in content]
    elif not content:
        kept["content"] = message.get("refusal") or ""
    if kept.get("tool_calls"):
        kept["tool_calls"] = [_call(call) for call in kept["tool_calls"]]
        kept["content"] = kept["content"] or None
    return kept


def _part(part: Json) -> Json:
    match part["type"]:
        case "refusal":
            return {"type": "text", "text": part["refusal"]}
        case "image_url":
            return {"type": "image_url", "image_url": _given(part["image_url"].items())}
        case _:
            return part


def _call(call: Json) -> Json:
    """Return a call of a function; its arguments have to be the JSON of an object."""
    if call["type"] != "function":
        raise Untranslatable("messages")
    function = call["function"]
    try:
        arguments = msgspec.json.decode(function["arguments"] or "{}")
    except (msgspec.DecodeError, RecursionError):
        raise Untranslatable("messages") from None
    if not isinstance(arguments, dict):
        raise Untranslatable("messages")
    named = {"name": function["name"], "arguments": function["arguments"] or "{}"}
    return {"id": call["id"], "type": "function", "function": named}


def _tool(tool: Json) -> Json:
    function = _given(tool["function"].items())
    function.setdefault("parameters", NO_PARAMETERS)
    return {"type": "function", "function": function}


def _given(fields: Iterable[tuple[str, Any]]) -> Json:
    return {name: value for name, value in fields if value is not None}
