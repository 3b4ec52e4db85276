"""Views as JSON: `cost_micro` is written as `cost` in credits, `ends_ms` as `ends` in ISO 8601.

Credits are written as decimal text from whole microcredits, so no float comes between.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from time import gmtime, strftime

import msgspec

from core.domain.credits import exact, wire

Shower = Callable[[object], object]


def show(view: object) -> bytes:
    """Return a frozen view, or a tuple or mapping of views, as JSON."""
    return msgspec.json.encode(shown(view))


def shown(value: object) -> object:
    """Return a view as what JSON knows; credits as raw numbers."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: show_one(getattr(value, attribute))
            for attribute, name, show_one in _plan(type(value))
        }
    if isinstance(value, Mapping):
        return dict(_entry(str(name), entry) for name, entry in value.items())
    if isinstance(value, list | tuple):
        return [shown(item) for item in value]
    return value


@lru_cache(1_024)  # each answer of a period tells its end
def iso(at_ms: object) -> str | None:
    """Return a time in milliseconds as ISO 8601 in UTC, to the second."""
    assert at_ms is None or isinstance(at_ms, int), at_ms
    return None if at_ms is None else strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(at_ms // 1000))


def credit(amount_micro: object) -> msgspec.Raw | None:
    assert amount_micro is None or isinstance(amount_micro, int), amount_micro
    return None if amount_micro is None else msgspec.Raw(wire(amount_micro).encode())


def fine(amount_pico: object) -> msgspec.Raw:
    """Return what is finer than a microcredit, as a decimal number of credits."""
    assert isinstance(amount_pico, int), amount_pico
    return msgspec.Raw(exact(amount_pico).encode())


@cache
def _plan(view: type) -> tuple[tuple[str, str, Shower], ...]:
    """Return each attribute of a view with its name on the wire and how it is shown."""
    return tuple((field.name, *_named(field.name)) for field in fields(view))


def wire_name(attribute: str) -> str:
    """Return how an attribute of a view is called on the wire."""
    return _named(attribute)[0]


def _named(attribute: str) -> tuple[str, Shower]:
    for suffix, show_one in (("_micro", credit), ("_ms", iso), ("_pico", fine)):
        if attribute.endswith(suffix):
            return attribute.removesuffix(suffix), show_one
    return attribute, shown


def _entry(attribute: str, value: object) -> tuple[str, object]:
    name, show_one = _named(attribute)
    return name, show_one(value)
