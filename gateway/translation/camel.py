"""Gemini's names of fields, in a request that litellm wrote with underscores."""

from typing import Any

Json = dict[str, Any]


def camel(body: Json) -> Json:
    """Return Gemini's body with its fields called as Google documents them.

    Google takes litellm's `function_declarations` too; not everybody who speaks its dialect does.
    Schemas, arguments and results are the client's and stay as they are.
    """
    renamed = {_name(name): value for name, value in body.items()}
    renamed["generationConfig"] = {
        _name(name): value for name, value in body["generationConfig"].items()
    }
    for key in ("tools", "contents"):
        if key in renamed:
            renamed[key] = [_entry(entry) for entry in renamed[key]]
    return renamed


def _entry(entry: Json) -> Json:
    """Rename the fields of a tool or a message, and of the parts and images within."""
    renamed = {_name(name): value for name, value in entry.items()}
    if "parts" in renamed:
        renamed["parts"] = [_entry(part) for part in renamed["parts"]]
    if "inlineData" in renamed:
        renamed["inlineData"] = _entry(renamed["inlineData"])
    return renamed


def _name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
