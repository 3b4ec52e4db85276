"""Cards on their way into the web chat's memory and out of it; what is shown once stays out."""

import re

import msgspec

from bots.commands.finding import find
from bots.parsing.words import without_lead
from cards.card import Card, Text, Tone
from core.domain import wording

MOST_LINE = 2_000
"""Characters of one typed line."""
CODE_LINE = re.compile(r"/?(tokenpool\s+)?link\b.+", re.IGNORECASE)
"""A line with a code in it; what else is typed says no secret."""
KEY = re.compile(r"(tp_[0-9A-Za-z]{12})_[0-9A-Za-z]{20,}")
ONCE = Text("This was shown once. It is kept nowhere.", Tone.MUTED)
LOST = Card("This message cannot be shown any more", (ONCE,))


def encode(card: Card) -> str:
    """Return a card as it is kept; of a card with a secret, only that there was one."""
    return msgspec.json.encode(without_secret(card)).decode()


def decode(kept: str) -> Card:
    """Return a kept card; another version may have kept one that this one does not know."""
    try:
        return msgspec.json.decode(kept, type=Card)
    except msgspec.DecodeError:
        return LOST


def without_secret(card: Card) -> Card:
    if not card.secret:
        return card
    return Card(card.title, (ONCE,), card.summary)


def line_of(text: str) -> str:
    """Return what somebody typed as one line; of a whole API key only the part that names it."""
    return KEY.sub(r"\1", wording.line(text, MOST_LINE))


def kept_line(line: str) -> str:
    """Return a line as it is kept: none if it holds a code."""
    found = find(without_lead(line))
    linking = found is not None and found[0].name == "link" and bool(found[1])
    return "" if linking or CODE_LINE.fullmatch(line) else line
