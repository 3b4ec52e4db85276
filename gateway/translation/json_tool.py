"""A response format that litellm asks for by a tool, where a model has none of its own.

Its tool stands among the client's: it must not be taken for one of them, nor keep the model from
calling them.
"""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
JSON_TOOL = "json_tool_call"
FREE_CHOICES = {None, "auto"}


def names(sent: Iterable[str], own: Iterable[str], json_tool: str) -> dict[str, str]:
    """Return tools' names as sent → as the client calls them, where they differ."""
    clients = (name for name in sent if name != json_tool)
    return {theirs: ours for theirs, ours in zip(clients, own, strict=False) if theirs != ours}


def free_anthropic(body: Json, params: Json) -> None:
    """Let Claude answer in the format or call a tool, unless its client chose for it."""
    tools = [tool["name"] for tool in body.get("tools") or []]
    if JSON_TOOL in tools and _free(params) and not body.get("thinking"):
        choice = {name: v for name, v in (body.get("tool_choice") or {}).items() if name != "name"}
        body["tool_choice"] = choice | {"type": "any"}


def free_bedrock(body: Json, params: Json) -> None:
    """As with Claude, where the model takes a choice at all."""
    tools = body.get("toolConfig") or {}
    sent = [tool["toolSpec"]["name"] for tool in tools.get("tools", [])]
    if JSON_TOOL in sent and _free(params) and tools.get("toolChoice"):
        tools["toolChoice"] = {"any": {}}


def _free(params: Json) -> bool:
    choice = params.get("tool_choice")
    return bool(params.get("tools")) and not isinstance(choice, dict) and choice in FREE_CHOICES
