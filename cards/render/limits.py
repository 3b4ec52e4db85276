"""How texts and lists are shortened to what a platform takes: no error, and no half letter."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from cards.render.words import inert, line, lines

ELLIPSIS = "…"
_ZWJ = "\u200d"
_SKIN = ("\U0001f3fb", "\U0001f3ff")
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
_LONGEST_WORD = 24
"""A cut looks this far back for a blank; a longer word is cut through."""

Item = TypeVar("Item")
Measure = Callable[[str], int]


def utf16(text: str) -> int:
    """Return the length of `text` as JavaScript, Java and Telegram count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, most: int, measure: Measure = utf16) -> str:
    """Return `text`, cut at a word or letter and ended by an ellipsis if it is over `most`."""
    if measure(text) <= most:
        return text
    if most < measure(ELLIPSIS):
        return ""
    cut = _longest_start(text, most - measure(ELLIPSIS), measure)
    return text[: _word_end(text, _letter_end(text, cut))].rstrip() + ELLIPSIS


def begin(text: str, most: int) -> str:
    """Return the start of `text` without a sign that it was cut: for what people go on typing."""
    return text[: _longest_start(text, most, utf16)]


def said(text: str, most: int, measure: Measure = utf16) -> str:
    """Return `text` as one line that no chat client makes more of, at most so long."""
    return shorten(inert(line(text)), most, measure)


def told(text: str, most: int) -> str:
    """Return `text` with its line breaks, as `said` does."""
    return shorten(inert(lines(text)), most)


def listed(items: Sequence[Item], most: int) -> tuple[Sequence[Item], str]:
    """Return what is shown of a list, and what to say of the rest; empty if that is nothing."""
    if len(items) <= most:
        return items, ""
    shown = max(most - 1, 0)
    return items[:shown], f"and {len(items) - shown:,} more"


def _longest_start(text: str, most: int, measure: Measure) -> int:
    """Return how many characters of `text` fit into `most`, by halving."""
    low, high = 0, min(len(text), max(most, 0))
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _letter_end(text: str, cut: int) -> int:
    """Return the last place up to `cut` that is not within what people see as one letter."""
    found = cut
    while found > 0 and _continues(text, found):
        found -= 1
    return found


def _continues(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or _ZWJ in {before, after}:
        return True
    if _SKIN[0] <= after <= _SKIN[1]:
        return True
    return _is_flag(after) and _flags_before(text, at) % 2 == 1


def _is_flag(each: str) -> bool:
    return _FLAGS[0] <= each <= _FLAGS[1]


def _flags_before(text: str, at: int) -> int:
    start = at
    while start and _is_flag(text[start - 1]):
        start -= 1
    return at - start


def _word_end(text: str, cut: int) -> int:
    """Return where the last whole word up to `cut` ends, if that is not far back."""
    if text[cut : cut + 1].isspace():
        return cut
    blank = max(text.rfind(" ", 0, cut), text.rfind("\n", 0, cut))
    return blank if blank > 0 and cut - blank <= _LONGEST_WORD else cut
