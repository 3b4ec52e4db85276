"""The closed list of `POST /v1/chat/completions`: each field, its type, and what may be in it.

A field that is not here is refused by name (F-107, F-108); why, if there is more to say than that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from gateway.chat_shapes import (
    Function,
    Messages,
    Named,
    ResponseFormat,
    StreamOptions,
    ToolChoice,
    Tools,
)

Penalty: TypeAlias = Annotated[float, Meta(ge=-2, le=2)]
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=2**31)]
Bias: TypeAlias = dict[
    Annotated[str, Meta(pattern=r"^[0-9]{1,10}$")], Annotated[float, Meta(ge=-100, le=100)]
]
Stop: TypeAlias = str | Annotated[list[str], Meta(max_length=16)]

A_LIMIT = "a whole number from 1 to 2,147,483,648"
A_PENALTY = "a number from -2 to 2"
A_SWITCH = "true or false"


@dataclass(frozen=True, slots=True)
class Field:
    """How a field is decoded from its bytes, and what is allowed, in words."""

    kind: Any
    decode: Callable[[bytes], Any]
    allowed: str


def field(kind: Any, allowed: str) -> Field:
    return Field(kind, msgspec.json.Decoder(kind).decode, allowed)


CHAT: dict[str, Field] = {
    "model": field(str, "the name of a model, as GET /v1/models lists them"),
    "messages": field(Messages, "a list of at least one message"),
    "stream": field(bool | None, A_SWITCH),
    "stream_options": field(StreamOptions | None, "an object with include_usage"),
    "max_tokens": field(Limit | None, A_LIMIT),
    "max_completion_tokens": field(Limit | None, A_LIMIT),
    "n": field(Annotated[int, Meta(ge=1, le=8)] | None, "a whole number from 1 to 8"),
    "temperature": field(Annotated[float, Meta(ge=0, le=2)] | None, "a number from 0 to 2"),
    "top_p": field(Annotated[float, Meta(ge=0, le=1)] | None, "a number from 0 to 1"),
    "stop": field(Stop | None, "a string or a list of at most 16 strings"),
    "presence_penalty": field(Penalty | None, A_PENALTY),
    "frequency_penalty": field(Penalty | None, A_PENALTY),
    "logit_bias": field(
        Annotated[Bias, Meta(max_length=1_024)] | None,
        "an object of at most 1,024 token ids, each with a number from -100 to 100",
    ),
    "logprobs": field(bool | None, A_SWITCH),
    "top_logprobs": field(Annotated[int, Meta(ge=0, le=20)] | None, "a whole number from 0 to 20"),
    "seed": field(
        Annotated[int, Meta(ge=-(2**53), le=2**53)] | None, "a whole number of at most 53 bits"
    ),
    "user": field(
        Annotated[str, Meta(max_length=1_024)] | None, "a string of at most 1,024 characters"
    ),
    "tools": field(Tools | None, "a list of at most 1,024 tools"),
    "tool_choice": field(ToolChoice | None, "none, auto, required or an object naming a tool"),
    "parallel_tool_calls": field(bool | None, A_SWITCH),
    "functions": field(
        Annotated[list[Function], Meta(max_length=1_024)] | None,
        "a list of at most 1,024 functions",
    ),
    "function_call": field(
        Literal["none", "auto"] | Named | None, "none, auto or an object naming a function"
    ),
    "response_format": field(
        ResponseFormat | None, "an object of type text, json_object or json_schema"
    ),
    "reasoning_effort": field(
        Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None,
        "none, minimal, low, medium, high or xhigh",
    ),
    "verbosity": field(Literal["low", "medium", "high"] | None, "low, medium or high"),
    "modalities": field(
        Annotated[list[Literal["text"]], Meta(min_length=1, max_length=1)] | None,
        '["text"]: other output has no upper bound of cost',
    ),
    "store": field(bool | None, A_SWITCH),
}

FREE_FORM = ("tools", "functions", "response_format")
"""Fields with room for JSON schemas, which have limits of their own."""

PROMPT = ("messages", *FREE_FORM, "tool_choice", "function_call")
"""Fields that a provider can turn into prompt tokens."""

OURS = frozenset({"model", "max_tokens", "max_completion_tokens", "stream_options", "store"})
"""Fields that the body for the upstream sets anew; all others go on as they came."""

REFUSED: dict[str, str] = {
    "audio": "audio has no upper bound of cost",
    "prediction": "rejected predictions are billed beyond the output limit",
    "service_tier": "tiers have other prices",
    "web_search_options": "searches are billed per request",
    "metadata": "the provider would keep it",
    "best_of": "choices nobody sees are billed; use n",
    "input": "this body has the shape of /v1/responses; send messages to /v1/chat/completions",
}
"""Fields people do send, and why they are not passed on."""

NESTED: dict[str, str] = {
    "role": "developer, system, user, assistant, tool or function",
    "type": "a type that has an upper bound of cost: text, image_url or refusal in a message, "
    "function or custom in tools; audio, files and hosted tools have none",
    "detail": "auto, low or high",
    "audio": "left out: audio has no upper bound of cost",
    "mode": "auto or required",
}
"""What is allowed in a field inside another, by its last name."""
