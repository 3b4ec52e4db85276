"""The shapes inside a chat body: messages, tools, response formats. Nothing else is let through.

Structs of msgspec, because they are decoded and checked in one pass without Python in between.
Only what has an upper bound of cost is here: no audio, no files, no hosted tools.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Name: TypeAlias = Annotated[str, Meta(max_length=256)]
FreeForm: TypeAlias = dict[str, object]


class Shape(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A closed object: a field that is not listed is refused by name."""


class ImageUrl(Shape, frozen=True):
    url: str
    detail: Literal["auto", "low", "high"] | None = None


class TextPart(Shape, frozen=True, tag="text", tag_field="type"):
    text: str


class ImagePart(Shape, frozen=True, tag="image_url", tag_field="type"):
    image_url: ImageUrl


class RefusalPart(Shape, frozen=True, tag="refusal", tag_field="type"):
    refusal: str


Part: TypeAlias = TextPart | ImagePart | RefusalPart


class CalledFunction(Shape, frozen=True):
    name: Name
    arguments: str


class CalledCustom(Shape, frozen=True):
    name: Name
    input: str


class FunctionCall(Shape, frozen=True, tag="function", tag_field="type"):
    id: str
    function: CalledFunction
    index: int | None = None


class CustomCall(Shape, frozen=True, tag="custom", tag_field="type"):
    id: str
    custom: CalledCustom


class UrlCitation(Shape, frozen=True):
    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(Shape, frozen=True):
    type: Literal["url_citation"]
    url_citation: UrlCitation


class Message(Shape, frozen=True):
    """One message. What an answer's message carries may come back, as SDKs send it."""

    role: Literal["developer", "system", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None
    name: Name | None = None
    tool_calls: list[FunctionCall | CustomCall] | None = None
    tool_call_id: str | None = None
    function_call: CalledFunction | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    annotations: list[Annotation] | None = None
    audio: None = None


Messages: TypeAlias = Annotated[list[Message], Meta(min_length=1)]


class Function(Shape, frozen=True):
    name: Name
    description: str | None = None
    parameters: FreeForm | None = None
    strict: bool | None = None


class FunctionTool(Shape, frozen=True, tag="function", tag_field="type"):
    function: Function


class Custom(Shape, frozen=True):
    name: Name
    description: str | None = None
    format: FreeForm | None = None


class CustomTool(Shape, frozen=True, tag="custom", tag_field="type"):
    custom: Custom


Tools: TypeAlias = Annotated[list[FunctionTool | CustomTool], Meta(max_length=1_024)]


class Named(Shape, frozen=True):
    name: Name


class ChooseFunction(Shape, frozen=True, tag="function", tag_field="type"):
    function: Named


class ChooseCustom(Shape, frozen=True, tag="custom", tag_field="type"):
    custom: Named


class AllowedTools(Shape, frozen=True):
    mode: Literal["auto", "required"]
    tools: list[ChooseFunction | ChooseCustom]


class ChooseAllowed(Shape, frozen=True, tag="allowed_tools", tag_field="type"):
    allowed_tools: AllowedTools


ToolChoice: TypeAlias = (
    Literal["none", "auto", "required"] | ChooseFunction | ChooseCustom | ChooseAllowed
)


class JsonSchema(Shape, frozen=True):
    name: Name
    description: str | None = None
    schema: FreeForm | None = None
    strict: bool | None = None


class TextFormat(Shape, frozen=True, tag="text", tag_field="type"):
    pass


class ObjectFormat(Shape, frozen=True, tag="json_object", tag_field="type"):
    pass


class SchemaFormat(Shape, frozen=True, tag="json_schema", tag_field="type"):
    json_schema: JsonSchema


ResponseFormat: TypeAlias = TextFormat | ObjectFormat | SchemaFormat


class StreamOptions(Shape, frozen=True):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None
