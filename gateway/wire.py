"""`POST /v1/chat/completions` from bytes to a frozen body, and on to the bytes for an upstream.

The body is parsed once into slices; each known slice is decoded for its type, and the slices
themselves go upstream. So nothing is encoded again, and what was accepted arrives untouched but
for the model, the output limit, `stream_options` and `store`.
"""

import re

import msgspec

from core.domain.errors import Code, Refusal
from gateway.chat_fields import CHAT, FREE_FORM, NESTED, OURS, PROMPT, REFUSED
from gateway.chat_shapes import (
    CustomTool,
    Function,
    FunctionTool,
    ImagePart,
    Message,
    SchemaFormat,
)
from gateway.json_limits import (
    NOT_JSON,
    malformed,
    refuse_any_duplicate,
    refuse_crowded,
    refuse_crowded_body,
    refuse_duplicates,
    refuse_excess,
    refuse_many_messages,
    refuse_too_many_keys,
    slices,
)

Values = dict[str, object]

SCHEMA_DEPTH = 5
"""How deep a schema lies in a body: body, tools, tool, function, parameters."""

_MODEL = re.compile(r"(?!.*(?:\.\.|//))[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}")
_IMAGE = re.compile(r"data:image/(?:png|jpeg|jpg|gif|webp);base64,[A-Za-z0-9+/=]")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_KEYS = {name: b',"%s":' % name.encode() for name in CHAT}
_WORDS = {
    "str": "a string",
    "array": "a list",
    "object": "an object",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
}


class ChatBody(msgspec.Struct, frozen=True):
    """A chat request that may be priced and sent."""

    model: str
    stream: bool
    include_usage: bool
    """Whether the client asked for the usage chunk of a stream."""
    n: int
    output_limit: int | None
    prompt_bytes: int
    """UTF-8 bytes, at most, of all that becomes prompt; images are counted, not measured."""
    messages_count: int
    images: int
    has_tools: bool
    has_response_format: bool
    stop: tuple[str, ...]
    fields: dict[str, msgspec.Raw]
    """Every field that was sent, as the bytes it came in."""

    def upstream_body(self, *, model: str, output_tokens: int, output_field: str) -> bytes:
        """Return the body for an upstream: its model, its output limit, the rest as it came."""
        parts: list[bytes] = [b'{"model":', msgspec.json.encode(model)]
        for name, raw in self.fields.items():
            if name not in OURS:
                parts += (_KEYS[name], raw)
        parts.append(b',"%s":%d' % (output_field.encode(), output_tokens))
        if self.stream:
            parts.append(b',"stream_options":{"include_usage":true}')
        if "store" in self.fields:
            parts.append(b',"store":false')
        parts.append(b"}")
        return b"".join(parts)


def parse_chat(body: bytes) -> ChatBody:
    """Return a body that holds nothing but what is allowed; a Refusal names the field at fault."""
    refuse_crowded_body(body)
    fields = slices(body)
    values = _values(fields)
    refuse_duplicates(body, fields)
    refuse_too_many_keys(body)
    _refuse_deep_schemas(values)
    messages: list[Message] = values["messages"]  # type: ignore[assignment]  # as CHAT decodes it
    images, image_bytes = _images(messages)
    if images:
        refuse_any_duplicate(fields["messages"])
    options, stop = values.get("stream_options"), values.get("stop")
    return ChatBody(
        model=_model(values["model"]),
        stream=values.get("stream") is True,
        include_usage=getattr(options, "include_usage", None) is True,
        n=values.get("n") or 1,  # type: ignore[arg-type]  # as CHAT decodes it
        output_limit=_output_limit(values),
        prompt_bytes=sum(len(fields[name]) for name in PROMPT if name in fields) - image_bytes,
        messages_count=len(messages),
        images=images,
        has_tools=bool(values.get("tools") or values.get("functions")),
        has_response_format=values.get("response_format") is not None,
        stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),  # type: ignore[arg-type]
        fields=fields,
    )


def _values(fields: dict[str, msgspec.Raw]) -> Values:
    """Decode every field; so every byte of the body is checked by somebody."""
    values: Values = {}
    name = ""
    for free in fields.keys() & FREE_FORM:
        refuse_crowded(fields[free])
    refuse_many_messages(fields.get("messages", b""))
    try:
        for name, raw in fields.items():
            values[name] = CHAT[name].decode(raw)
    except KeyError:
        raise _unknown(name, fields) from None
    except msgspec.ValidationError as error:
        raise _wrong(name, str(error)) from None
    except NOT_JSON:
        raise malformed("this is not valid JSON") from None
    for name in ("model", "messages"):
        if name not in values:
            raise _invalid(name, f"{name} is required: {CHAT[name].allowed}.")
    return values


def _refuse_deep_schemas(values: Values) -> None:
    for name in FREE_FORM:
        value = values.get(name)
        if value is not None:
            refuse_excess(_schemas(value), depth=SCHEMA_DEPTH)


def _schemas(value: object) -> list[object]:
    """Return the free-form objects inside tools, functions or a response format."""
    found: list[object] = []
    for item in value if isinstance(value, list) else [value]:
        match item:
            case FunctionTool(function=Function(parameters=schema)) | Function(parameters=schema):
                found.append(schema)
            case CustomTool(custom=custom):
                found.append(custom.format)
            case SchemaFormat(json_schema=named):
                found.append(named.schema)
            case _:  # a format or a choice without a schema
                continue
    return found


def _images(messages: list[Message]) -> tuple[int, int]:
    """Return how many images there are and how many bytes their data takes in the body."""
    count = data_bytes = 0
    for at, message in enumerate(messages):
        if not isinstance(message.content, list):
            continue
        for place, part in enumerate(message.content):
            if isinstance(part, ImagePart):
                param = f"messages[{at}].content[{place}].image_url.url"
                count, data_bytes = count + 1, data_bytes + _image_bytes(part.image_url.url, param)
    return count, data_bytes


def _image_bytes(url: str, param: str) -> int:
    if _IMAGE.match(url):
        return len(url)
    raise _invalid(
        param,
        f"{param} must be a data: URL of a PNG, JPEG, GIF or WebP image in base64. Images are not "
        "fetched from addresses, because nobody could check beforehand what is there.",
    )


def _model(name: object) -> str:
    if isinstance(name, str) and _MODEL.fullmatch(name):
        return name
    raise _invalid("model", f"model must be {CHAT['model'].allowed}.")


def _output_limit(values: Values) -> int | None:
    older, newer = values.get("max_tokens"), values.get("max_completion_tokens")
    if older is not None and newer is not None:
        raise _invalid(
            "max_completion_tokens",
            "max_completion_tokens and max_tokens mean the same; send one of them.",
        )
    return older if newer is None else newer  # type: ignore[return-value]  # as CHAT decodes it


def _invalid(param: str | None, message: str) -> Refusal:
    return Refusal(Code.INVALID_FIELD, message, param=param)


def _unknown(name: str, fields: dict[str, msgspec.Raw]) -> Refusal:
    """Name the field if its name is a plain one; anything else is not repeated."""
    if name == "input" and "messages" in fields:
        return _invalid(name, "input is not a field of this endpoint.")
    if name in REFUSED:
        return _invalid(name, f"{name} is not allowed: {REFUSED[name]}.")
    if _PLAIN_NAME.fullmatch(name):
        return _invalid(name, f"{name} is not a field that this endpoint passes on.")
    return _invalid(None, "The body has a field that this endpoint does not pass on.")


def _wrong(name: str, said: str) -> Refusal:
    """Turn what msgspec says about a field into our words; it may quote the value, we never do."""
    what, _, path = said.rpartition(" - at `$") if " - at `$" in said else (said, "", "")
    if what == "Number out of range":
        raise malformed("a number is too large")
    param = name + path.rstrip("`").replace("[...]", "")
    if what.startswith("Object contains unknown field `"):
        return _stranger(param, what.removeprefix("Object contains unknown field ")[1:-1])
    if what.startswith("Object missing required field `"):
        param = f"{param}.{what.removeprefix('Object missing required field ')[1:-1]}"
        return _invalid(param, f"{param} is required.")
    return _invalid(param, f"{param} must be {_allowed(name, param, what)}.")


def _stranger(param: str, inner: str) -> Refusal:
    if not _PLAIN_NAME.fullmatch(inner):
        return _invalid(param, f"{param} has a field that this endpoint does not pass on.")
    param = f"{param}.{inner}"
    return _invalid(param, f"{param} is not a field that this endpoint passes on.")


def _allowed(name: str, param: str, what: str) -> str:
    """Say what may be there: by the field, else by its last name, else by its type."""
    if param == name:
        return CHAT[name].allowed
    inner = param.rpartition(".")[2]
    if inner in NESTED:
        return NESTED[inner]
    kinds = re.match(r"Expected `([a-z |]+)`", what)
    if kinds is None:
        return CHAT[name].allowed
    *most, last = [_WORDS.get(kind, kind) for kind in kinds[1].split(" | ")]
    return f"{', '.join(most)} or {last}" if most else last
