"""How long a JSON schema gets once every `$ref` in it is written out.

litellm does that for dialects without `$ref`. A schema of a few hundred bytes can stand for
gigabytes that way, so its length is computed, not tried, before a call is held and sent.
"""

import msgspec

DEFINITIONS = ("$defs", "definitions")
MOST_BYTES = 1_048_576
MOST_DEPTH = 64


def grown_bytes(value: object) -> int | None:
    """Return by how many bytes written-out references lengthen a value.

    None: it refers to itself, or would be too long.
    """
    definitions: dict[str, object] = {}
    _collect(value, definitions)
    length = _Lengths(definitions).of(value, 0)
    if length is None:
        return None
    return max(0, length - len(msgspec.json.encode(value)))


def _collect(value: object, found: dict[str, object]) -> None:
    """Gather every definition by the last part of its name, wherever it stands."""
    if isinstance(value, list):
        for entry in value:
            _collect(entry, found)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key in DEFINITIONS and isinstance(entry, dict):
                found.update(entry)
            _collect(entry, found)


class _Lengths:
    def __init__(self, definitions: dict[str, object]) -> None:
        self._definitions = definitions
        self._known: dict[str, int | None] = {}

    def of(self, value: object, depth: int) -> int | None:
        """Return a value's length written out; None if that has no end, or is too much."""
        if depth > MOST_DEPTH:
            return None
        match value:
            case {"$ref": str(name)}:
                return self._named(name.rpartition("/")[2], depth)
            case dict():
                return self._sum([(len(key) + 6, entry) for key, entry in value.items()], depth)
            case list():
                return self._sum([(1, entry) for entry in value], depth)
            case _:
                return len(msgspec.json.encode(value))

    def _named(self, name: str, depth: int) -> int | None:
        if name not in self._known:
            self._known[name] = None  # as long as it is being looked at: it refers to itself
            target = self._definitions.get(name)
            self._known[name] = self.of(target, depth + 1)
        return self._known[name]

    def _sum(self, entries: list[tuple[int, object]], depth: int) -> int | None:
        length = 2
        for around, entry in entries:
            inner = self.of(entry, depth + 1)
            if inner is None or length > MOST_BYTES:
                return None
            length += around + inner
        return length
