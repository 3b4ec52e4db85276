"""Texts as HTML shows them: without what cannot be seen, shortened, escaped."""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from cards.render import words
from cards.render.limits import shorten
from cards.render.rooms import Room

ROOM = Room(nodes=60, text=8_000, short=400, rows=200, buttons=100)
"""A page has no limit; a card has: this keeps one on a few screens."""


class Page(NamedTuple):
    """What a fragment needs to know of the page that it stands in."""

    uid: str = "card"
    """An id that nothing else on the page has."""
    action: str = "/chat/act"
    """Where its forms go."""
    hidden: Mapping[str, str] = {}
    """Fields that each form carries besides."""


def escaped(text: str) -> str:
    return escape(text, quote=True)


def line(text: str) -> str:
    return escaped(shorten(words.line(text), ROOM.short))


def lines(text: str) -> str:
    return escaped(shorten(words.lines(text), ROOM.text)).replace("\n", "<br>")
