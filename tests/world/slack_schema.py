"""Whether Slack would take what it was sent: by the limits it documents, and by its own types.

The types are the schema made of @slack/types, which is kept beside the tree, where it is kept.
"""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft7Validator

Json = dict[str, Any]
PATH = Path(__file__).parents[3] / "shared" / "data" / "slack-blocks.schema.json"
MOST_BLOCKS = {"message": 50, "view": 100}
MOST = {
    ("header", "text"): 150, ("button", "text"): 75, ("button", "value"): 2000,
    ("button", "action_id"): 255, ("confirm", "text"): 300, ("view", "title"): 24,
    ("view", "submit"): 24, ("view", "close"): 24, ("view", "private_metadata"): 3000,
}  # fmt: skip
"""Characters, by docs.slack.dev/reference/block-kit."""


def assert_valid(sent: Iterable[tuple[str, Json]]) -> None:
    """Fail if anything that was sent breaks a limit, or Slack's own types."""
    seen = 0
    for method, said in sent:
        seen += 1
        faults = [*limits(said), *typed(said["blocks"])]
        assert not faults, (method, faults, said)
    assert seen, "nothing was sent"


def limits(said: Json) -> Iterator[str]:
    kind = "view" if "type" in said else "message"
    if len(said["blocks"]) > MOST_BLOCKS[kind]:
        yield f"{len(said['blocks'])} blocks"
    if kind == "view":
        yield from _long("view", said)
    ids = [block["block_id"] for block in said["blocks"] if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield f"block ids twice: {ids}"
    for block in said["blocks"]:
        yield from _long(block["type"], block)
        elements = block.get("elements", []) if block["type"] == "actions" else []
        if block["type"] == "actions" and not 1 <= len(elements) <= 25:
            yield f"{len(elements)} elements"
        names = [element["action_id"] for element in elements]
        if len(names) != len(set(names)):
            yield f"action ids twice: {names}"
        for element in elements:
            yield from _long("button", element)
            yield from _long("confirm", element.get("confirm", {}))


def typed(blocks: list[Json]) -> list[str]:
    """Return what Slack's types have against these blocks; nothing where they are not kept."""
    judge = validator()
    return [] if judge is None else [f for b in blocks for f in _faults(judge, b)]


@cache
def validator() -> Draft7Validator | None:
    return Draft7Validator(json.loads(PATH.read_text())) if PATH.exists() else None


def _faults(judge: Draft7Validator, block: Json) -> list[str]:
    return [error.message[:300] for error in judge.iter_errors(block)]


def _long(kind: str, part: Json) -> Iterator[str]:
    for (wanted, name), most in MOST.items():
        value = part.get(name) if wanted == kind else None
        text = value.get("text", "") if isinstance(value, dict) else value or ""
        if len(text) > most:
            yield f"{kind}.{name} has {len(text)} characters"
