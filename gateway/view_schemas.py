"""Views as JSON schemas for the OpenAPI document, by the plan by which show.py writes them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from gateway.show import wire_name

Json = dict[str, Any]

CREDITS: Json = {"type": "number", "description": "Credits."}
TIME: Json = {"type": "string", "format": "date-time"}
PLAIN: dict[object, Json] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
    object: {},
}
_views: dict[str, type] = {}
"""The views that some route answers with; each becomes a component of the document."""


def shows(view: type, status: int = 200) -> dict[int | str, Json]:
    """Return what a route answers with, for its `responses`."""
    return answers(_of(view), status)


def lists(view: type) -> dict[int | str, Json]:
    """Return an answer with views under `data`."""
    return answers(flat(data=tuple[view, ...]))  # type: ignore[valid-type]  # read at runtime


def answers(schema: Json, status: int = 200) -> dict[int | str, Json]:
    """Return a JSON answer of this schema."""
    content = {"application/json": {"schema": schema}}
    return {status: {"description": "Done.", "content": content}}


def flat(**kinds: Any) -> Json:
    """Return the schema of a plain object with fields of these types, and maybe others."""
    properties = {name: _of(kind) for name, kind in kinds.items()}
    return {"type": "object", "required": list(kinds), "properties": properties}


def components() -> dict[str, Json]:
    """Return the schema of each view that is answered, and of those inside."""
    found: dict[str, Json] = {}
    while waiting := _views.keys() - found.keys():
        for name in sorted(waiting):
            found[name] = _schema(_views[name])
    return found


def _of(kind: Any) -> Json:
    """Return the schema of a type as it is written."""
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        _views[kind.__name__] = kind
        return {"$ref": f"#/components/schemas/{kind.__name__}"}
    if origin in {Union, UnionType}:
        return {"anyOf": [_of(one) for one in inner]}
    if origin in {tuple, list}:
        return {"type": "array", "items": _of(inner[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [one.value for one in kind]}
    return PLAIN[kind]


def _schema(view: type) -> Json:
    hints = get_type_hints(view)
    properties = {}
    for field in fields(view):
        properties[wire_name(field.name)] = _field(field.name, hints[field.name])
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _field(attribute: str, kind: Any) -> Json:
    written = {"micro": CREDITS, "pico": CREDITS, "ms": TIME}.get(attribute.rpartition("_")[2])
    if written is None or wire_name(attribute) == attribute:
        return _of(kind)
    return {"anyOf": [written, {"type": "null"}]} if NoneType in get_args(kind) else written
