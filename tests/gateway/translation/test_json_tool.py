"""A format that is asked for by a tool keeps its place among the client's own tools."""

from typing import Any

import pytest

from gateway.translation.litellm_port import Translated, translate

BEDROCK = ("bedrock", "bedrock", "amazon.nova-pro-v1:0")
VERTEX = ("anthropic", "vertex_ai", "claude-sonnet-4-5@20250929")
both = pytest.mark.parametrize("model", [BEDROCK, VERTEX], ids=["bedrock", "vertex"])
FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "x", "schema": {"type": "object", "properties": {}}},
}


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def said(model: tuple[str, str, str], *, format_first: bool = True, **more: object) -> Translated:
    fields: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 2_000}
    tools: dict[str, Any] = {"tools": [tool("look.up"), tool("delete")]}
    wanted: dict[str, Any] = {"response_format": FORMAT}
    fields |= (wanted | tools if format_first else tools | wanted) | more
    return translate(*model, fields)


def choice(sent: Translated) -> Any:
    return sent.body.get("tool_choice") or sent.body["toolConfig"]["toolChoice"]


@both
@pytest.mark.parametrize("format_first", [True, False])
def test_no_tool_is_taken_for_another(model: tuple[str, str, str], *, format_first: bool) -> None:
    sent = said(model, format_first=format_first)

    assert sent.json_tool
    assert sent.names == {"look_up": "look.up"}


@both
@pytest.mark.parametrize("more", [{}, {"tool_choice": "auto"}])
def test_a_tool_can_still_be_called(model: tuple[str, str, str], more: dict[str, Any]) -> None:
    assert choice(said(model, **more)) in ({"type": "any"}, {"any": {}})


@both
def test_what_a_client_chose_stays_chosen(model: tuple[str, str, str]) -> None:
    sent = said(model, tool_choice=tool("delete"))

    assert "delete" in str(choice(sent))


@both
def test_a_format_alone_is_forced(model: tuple[str, str, str]) -> None:
    sent = said(model, tools=None)

    assert sent.json_tool in str(choice(sent))
