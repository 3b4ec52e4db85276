"""The schemas that others publish of cards and blocks, kept beside the tree."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
Json = Any  # parsed JSON, judged by the schema


@cache
def _schema(name: str) -> dict[str, Any]:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"../shared/data/{name} is not beside this checkout")
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


@cache
def _judge(name: str, definition: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(_schema(name) | {"$ref": f"#/definitions/{definition}"})


def adaptive_card(card: Json) -> None:
    """Judge a card; `msteams` is an extension by Teams that the format's schema does not know."""
    plain = {key: value for key, value in card.items() if key != "msteams"}
    _judge("adaptive-card-1.5.0.json", "AdaptiveCard").validate(plain)


def slack_blocks(blocks: list[Json]) -> None:
    """Judge each block by the definition of its type; the message of a union says nothing."""
    for block in blocks:
        name = "".join(part.title() for part in block["type"].split("_")) + "Block"
        _judge("slack-blocks.schema.json", name).validate(block)
