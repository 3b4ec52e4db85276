"""What can be said in each dialect: looked at before any hold, so that nobody pays to be refused.

What a dialect has no word for is refused by name; nothing is dropped in silence but what changes
no answer (`user`, `store`, `stream_options`).
"""

from collections.abc import Callable, Mapping

import msgspec

from core.domain.errors import Code, Refusal
from gateway.model import Model
from gateway.provider import ANTHROPIC, BEDROCK, COHERE, ELSEWHERE, GEMINI, OLLAMA, OPENAI, REST
from gateway.translation.schemas import grown_bytes
from gateway.wire import ChatBody

ALWAYS = frozenset(
    {"model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens"}
    | {"temperature", "top_p", "stop", "tools", "tool_choice", "response_format", "user", "store"}
    | {"modalities"}
)
MORE: Mapping[str, frozenset[str]] = {
    ANTHROPIC: frozenset({"parallel_tool_calls", "reasoning_effort"}),
    BEDROCK: frozenset({"reasoning_effort"}),
    COHERE: frozenset({"presence_penalty", "frequency_penalty", "seed"}),
    GEMINI: frozenset({"n", "presence_penalty", "frequency_penalty", "seed", "reasoning_effort"}),
    OLLAMA: frozenset({"seed", "reasoning_effort"}),
    REST: frozenset({"seed", "presence_penalty", "frequency_penalty"}),
}
NEUTRAL: Mapping[str, object] = {
    "n": 1, "presence_penalty": 0, "frequency_penalty": 0, "logit_bias": {}, "logprobs": False,
    "parallel_tool_calls": True, "verbosity": "medium", "function_call": "auto", "functions": [],
}  # fmt: skip
"""Values that say what is so anyway."""
AS_THEY_ARE = frozenset({OPENAI, ELSEWHERE})
MOST_ANTHROPIC_TEMPERATURE = 1
LEAST_THINKING = 1_025
"""Anthropic takes no thinking budget below 1,024 tokens, and it has to be below the limit."""


def fits(body: ChatBody, model: Model) -> bool:
    """Return whether a fallback can take this call."""
    if body.images and not model.price.per_image_tokens:
        return False
    try:
        check(body, model)
    except Refusal:
        return False
    return True


def check(body: ChatBody, model: Model) -> int:
    """Return by how many bytes translation may lengthen the prompt; Refusal for what it cannot."""
    if model.dialect in AS_THEY_ARE:
        return 0
    allowed = ALWAYS | MORE[model.dialect]
    for name in body.fields.keys() - allowed:
        value = _value(body, name)
        if value is not None and value != NEUTRAL.get(name, name):
            raise _refused(name, model)
    if look := _LOOKS.get(model.dialect):
        look(body, model)
    _anywhere(body, model)
    grown = 0
    for name in ("tools", "response_format"):
        if name in body.fields and b'"$ref"' in bytes(body.fields[name]):
            grown += _grown(body, name, model)
    return grown


def _anywhere(body: ChatBody, model: Model) -> None:
    """Refuse what no other dialect has; of some of it litellm would make something else."""
    if body.has_tools and any(tool.get("type") != "function" for tool in _tools(body)):
        raise _refused("tools", model, "custom tools")
    choice, wanted = _value(body, "tool_choice"), _value(body, "response_format")
    if isinstance(choice, dict) and choice.get("type") != "function":
        raise _refused("tool_choice", model, "some of the tools, or a custom one")
    match wanted:
        case {"json_schema": dict(named)} if named.get("schema") is None:
            raise _refused("response_format", model, "a json_schema without a schema")
        case _:
            pass


def _value(body: ChatBody, name: str) -> object:
    return msgspec.json.decode(body.fields[name]) if name in body.fields else None


def _tools(body: ChatBody) -> list[Mapping[str, object]]:
    tools = _value(body, "tools")
    return tools if isinstance(tools, list) else []


def _grown(body: ChatBody, name: str, model: Model) -> int:
    """Return how much longer a field gets once its `$ref`s are written out, as dialects want."""
    grown = grown_bytes(_value(body, name))
    if grown is None:
        raise _refused(name, model, "a schema that refers to itself, or to very much")
    return grown


def _refused(name: str, model: Model, what: str = "") -> Refusal:
    text = f"{name} is not something that {model.name} takes" + (f": {what}." if what else ".")
    return Refusal(Code.INVALID_FIELD, text, param=name)


def _format(body: ChatBody) -> object:
    said = _value(body, "response_format")
    return said.get("type") if isinstance(said, dict) else None


def _anthropic(body: ChatBody, model: Model) -> None:
    temperature = _value(body, "temperature")
    if isinstance(temperature, int | float) and temperature > MOST_ANTHROPIC_TEMPERATURE:
        raise _refused("temperature", model, "it goes from 0 to 1 there")
    if _format(body) == "json_object":
        raise _refused("response_format", model, "json_object; json_schema is taken")
    thinks = _value(body, "reasoning_effort") not in {None, "none"}
    limit = body.output_limit
    if thinks and limit is not None and limit < LEAST_THINKING:
        raise _refused("reasoning_effort", model, "thinking needs max_tokens above 1,024")


def _bedrock(body: ChatBody, model: Model) -> None:
    _anthropic(body, model)
    thinks = _value(body, "reasoning_effort") not in {None, "none"}
    if thinks and "claude" not in model.upstream_model:
        raise _refused("reasoning_effort", model)
    if body.has_tools and _value(body, "tool_choice") == "none":
        raise _refused("tool_choice", model, "none; leave the tools out")


def _cohere(body: ChatBody, model: Model) -> None:
    if _format(body) not in {None, "text"}:
        raise _refused("response_format", model, "another than text")
    if isinstance(_value(body, "tool_choice"), dict):
        raise _refused("tool_choice", model, "one tool by name")


def _ollama(body: ChatBody, model: Model) -> None:
    choice = _value(body, "tool_choice")
    if isinstance(choice, dict) or choice not in {None, "auto"}:
        raise _refused("tool_choice", model, "another than auto")


_LOOKS: Mapping[str, Callable[[ChatBody, Model], None]] = {
    ANTHROPIC: _anthropic,
    BEDROCK: _bedrock,
    COHERE: _cohere,
    OLLAMA: _ollama,
}
