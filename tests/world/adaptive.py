"""A card in all four forms that Teams gets, and what is in an Adaptive Card."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from cards.actions import Verb, encode
from cards.card import Card
from cards.render import teams

Json = Any  # an element, judged by the assertions
VIEWERS = [f"29:1{'x' * 80}{number:02}" for number in range(70)]
"""Ids as long as they are in Teams, and more of them than it takes."""
TOKEN = encode(Verb.APPROVAL, ref="apr_0123456789abcdef")


PLACES: dict[str, Callable[[Card], Json]] = {
    "card": teams.card,
    "dialog": teams.dialog,
    "shared": lambda card: teams.shared(card, VIEWERS, TOKEN),
    "viewed": lambda card: teams.viewed(card, VIEWERS, TOKEN),
}


def typed(part: Json) -> list[Json]:
    """Every object of the format, wherever it is; not what actions carry."""
    if isinstance(part, list):
        return [found for each in part for found in typed(each)]
    if not isinstance(part, dict):
        return []
    inner = [value for key, value in part.items() if key != "data"]
    return [part] * ("type" in part) + typed(inner)


def words(part: Json) -> list[str]:
    return [each["text"] for each in typed(part) if each["type"] == "TextRun"]


def actions(shown: Json) -> list[Json]:
    """What somebody can click in the body of a card, without what old clients get instead."""
    found = [each for each in typed(shown["body"]) if each["type"].startswith("Action.")]
    instead = [id(each["fallback"]) for each in found if "fallback" in each]
    return [each for each in found if id(each) not in instead]


def tokens(shown: Json) -> Counter[str]:
    return Counter(each["data"]["t"] for each in actions(shown) if "data" in each)
