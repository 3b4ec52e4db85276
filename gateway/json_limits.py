"""What any JSON body must obey before a field of it means anything (F-108, faults §2.8).

msgspec refuses NaN, Infinity, numbers beyond a double, lone surrogates and bad UTF-8 wherever it
decodes a value. A `Raw` slice is only skipped over, so every slice must still be decoded by
somebody. What is said about a body never repeats a word of it.
"""

import json
import re
from collections.abc import Iterable

import msgspec

from core.domain.errors import Code, Refusal

MOST_DEPTH = 32
MOST_KEYS = 10_000
MOST_VALUES = 100_000
"""In free-form values: each becomes an object in memory, and looking at it blocks everybody."""
MOST_STRINGS = MOST_VALUES + 2 * MOST_KEYS
QUICK_BYTES = 256 * 2**10
"""Whatever is in a body of this size, it is decoded in a moment."""
MOST_SPACE_BYTES = 64 * 2**10
"""Between the fields of a body: nobody pays for it, and it is kept as long as the call lasts."""
MOST_INTEGER = 2**53
"""Beyond it, readers of JSON disagree about the number."""

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for text that is no JSON at all; `ValidationError` is a DecodeError too."""

_SLICES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SKELETON = re.compile(rb'[ \t\r\n]*"([^"\\]*)"[ \t\r\n]*:[ \t\r\n]*')
_BETWEEN = re.compile(rb"[ \t\r\n]*([,}])")
_STRINGS = re.compile(rb'"[^"]*+(?:"([ \t\r\n]*+:)?|\Z)')
"""A string without escaped quotes, or one without an end; with a colon behind it, it is a name."""


def malformed(because: str) -> Refusal:
    return Refusal(Code.INVALID_JSON, f"The body must be one JSON object: {because}.")


def slices(body: bytes) -> dict[str, msgspec.Raw]:
    """Return each top-level field of a JSON object as the bytes it came in."""
    try:
        return _SLICES.decode(body)
    except msgspec.ValidationError:
        raise malformed("this is another JSON value") from None
    except RecursionError:
        raise malformed(f"it is nested more than {MOST_DEPTH} deep") from None
    except NOT_JSON:
        raise malformed("this is not valid JSON") from None


def refuse_crowded_body(body: bytes) -> None:
    """Refuse a large body with too many names or strings before any of them becomes an object.

    Decoding 20 MiB of the smallest fields takes seconds, in which nobody else is served.
    """
    if len(body) <= QUICK_BYTES:
        return
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if plain.count(b'"') <= 2 * MOST_KEYS:
        return
    names = 0
    for count, found in enumerate(_STRINGS.finditer(plain)):
        names += found.lastindex is not None
        if names > MOST_KEYS:
            raise malformed(f"it has more than {MOST_KEYS:,} fields in all")
        if count >= MOST_STRINGS:
            raise malformed(f"it has more than {MOST_VALUES:,} values")


def refuse_duplicates(body: bytes, fields: dict[str, msgspec.Raw]) -> None:
    """Refuse a body that names a top-level field twice; its names are known to be plain ASCII.

    A body without white space cannot hold anything beside `fields` if it is exactly as long as
    they are. Any other is walked from field to field.
    """
    compact = 1 + sum(4 + len(name) + len(raw) for name, raw in fields.items())
    if len(body) == compact:
        return
    if len(body) - compact > MOST_SPACE_BYTES:
        raise malformed("there is too much white space between its fields")
    if _walks(body, fields):
        return
    raise malformed("a field is there twice")


def _walks(body: bytes, fields: dict[str, msgspec.Raw]) -> bool:
    """Return whether the body is just `fields`, each once.

    The decoder kept the last of equal names, so at the first of two its value is not the one that
    follows, or the second makes one name too many.
    """
    position, seen = body.index(b"{") + 1, 0
    while name := _SKELETON.match(body, position):
        raw = fields.get(name[1].decode("ascii", "replace"))
        if raw is None or not body.startswith(bytes(raw), name.end()):
            return False
        end = _BETWEEN.match(body, name.end() + len(raw))
        if end is None:
            return False
        position, seen = end.end(), seen + 1
        if end[1] == b"}" or seen > len(fields):
            break
    return seen == len(fields)


def refuse_unsound(body: bytes) -> None:
    """Refuse a body of any other route that is no JSON, or JSON that readers disagree about."""
    try:
        value = msgspec.json.decode(body)
    except NOT_JSON:
        raise malformed("this is not valid JSON") from None
    refuse_excess([value])
    refuse_any_duplicate(body)


def refuse_any_duplicate(raw: bytes) -> None:
    """Refuse a value in which any object, however deep, names a field twice."""
    try:
        json.loads(bytes(raw), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise malformed("a field is there twice") from None


def _each_once(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError


def refuse_too_many_keys(body: bytes) -> None:
    """Count the names of a body that is known to decode; only if it has colons for too many."""
    if body.count(b":") > MOST_KEYS:
        refuse_excess([msgspec.json.decode(body)])


def refuse_crowded(raw: bytes | msgspec.Raw) -> None:
    """Refuse a free-form value with too many entries before it is decoded, by its commas."""
    if len(raw) > MOST_VALUES and bytes(raw).count(b",") > MOST_VALUES:
        raise malformed(f"it has more than {MOST_VALUES:,} values in tools or formats")


def refuse_many_messages(raw: bytes | msgspec.Raw) -> None:
    """Refuse more messages than fields are allowed, before each becomes an object.

    Within a text the quotes are escaped, so these bytes are a name or a whole value.
    """
    if len(raw) > MOST_KEYS and bytes(raw).count(b'"role"') > MOST_KEYS:
        raise malformed(f"it has more than {MOST_KEYS:,} fields in all")


def refuse_excess(values: Iterable[object], *, depth: int = 1) -> None:
    """Refuse free-form values that are too deep, have too many keys or too large an integer.

    `depth` is that of the values themselves within the body. Level by level, without recursion.
    """
    level, keys = list(values), 0
    while level:
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                keys += len(value)
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif isinstance(value, int) and abs(value) > MOST_INTEGER:
                raise malformed("a whole number is beyond 2^53")
        if keys > MOST_KEYS:
            raise malformed(f"it has more than {MOST_KEYS:,} fields in all")
        if depth > MOST_DEPTH and any(isinstance(value, dict | list) for value in level):
            raise malformed(f"it is nested more than {MOST_DEPTH} deep")
        level, depth = below, depth + 1
