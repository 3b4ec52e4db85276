"""Amounts of credit as people write them: `500`, `1.5`, `5k`, `2M`, `1,000`, `1 000`."""

import re
from decimal import Decimal

from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from core.domain.credits import MICRO, micro

MOST_DIGITS = 30
EXAMPLES = "such as 500, 1.5 or 5k"
THOUSANDS = {"": 0, "k": 3, "m": 6}
UNITS = r"(?:(?:org[ -]?)?cr(?:edits?|s)?\.?)"

_UNIT = re.compile(rf" *{UNITS}$")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?(?P<whole>\d{1,3}(?:([,_' ])\d{3})(?:\3\d{3})*|\d+|)"
    r"(?P<part>\.\d+)? ?(?P<thousands>[km]?)",
    re.ASCII,
)
_COMMA = re.compile(r"(\d+),(\d+) ?([km]?)", re.ASCII)
_THOUSANDS = re.compile(r"[1-9]\d{0,2},\d{3} ?[km]?", re.ASCII)
_GROUP = re.compile(r"\d{1,3}", re.ASCII)
_THREE = re.compile(r"\d{3}", re.ASCII)
_DOTS = re.compile(r"[1-9]\d{0,2}(?:\.000)+|\d{1,3}(?:\.\d{3}){2,}", re.ASCII)


def amount_micro(text: str, *, most_micro: int, least_micro: int = 1) -> int:
    """Return an amount as microcredits, rounded down; Unclear says what was wrong with it."""
    said = " ".join(plain(text).split())
    bare = _UNIT.sub("", said)
    if len(bare) > MOST_DIGITS:
        raise Unclear(f"That amount is too long to be one. Write one {EXAMPLES}.")
    _unambiguous(bare)
    found = _NUMBER.fullmatch(bare)
    if found is None or not (found["whole"] or found["part"]):
        raise Unclear(f"{_shown(said)} is no amount of credits. Write one {EXAMPLES}.")
    whole = re.sub(r"\D", "", found["whole"]) or "0"
    exact = Decimal(whole + (found["part"] or "")).scaleb(THOUSANDS[found["thousands"]])
    return _within(exact, least_micro, most_micro, negative=found["sign"] == "-")


def take_amount(words: Words, *, most_micro: int, least_micro: int = 1) -> int:
    """Take an amount off the front of a line, blanks between its thousands and unit included."""
    first = plain(words.take()).strip("\"'").rstrip(",:;")
    groups = [first]
    while _GROUP.fullmatch(groups[0]) and _THREE.fullmatch(words.peek()):
        groups.append(plain(words.take()))
    thousands = words.peek() if words.peek() in {"k", "m"} and first[-1:].isdigit() else ""
    if thousands:
        words.take()
    unit = re.fullmatch(UNITS, words.peek()) is not None
    if unit:
        words.take()
    if any(group != "000" for group in groups[1:]) and words and not (unit or thousands):
        raise Unclear(
            f"Is that {groups[0]} or {''.join(groups)} credits? Write the amount without blanks,"
            " and a reason that begins with a number in quotes."
        )
    return amount_micro(
        "".join(groups) + thousands, most_micro=most_micro, least_micro=least_micro
    )


def _within(exact: Decimal, least_micro: int, most_micro: int, *, negative: bool) -> int:
    if negative and exact:
        raise Unclear(f"An amount cannot be negative. Write one {EXAMPLES}.")
    if exact * MICRO > most_micro:
        raise Unclear(f"The most is {most_micro // MICRO:,} credits.")
    found = micro(exact)
    if found < least_micro:
        raise Unclear(f"An amount must be more than 0. Write one {EXAMPLES}.")
    return found


def _unambiguous(bare: str) -> None:
    """Refuse what is one number in one country and another elsewhere."""
    if (comma := _COMMA.fullmatch(bare)) and not _THOUSANDS.fullmatch(bare):
        whole, part, thousands = comma.groups()
        raise Unclear(
            f"Is {bare} a decimal number? Write {whole}.{part}{thousands} then,"
            f" or {whole}{part}{thousands} without the comma."
        )
    if _DOTS.fullmatch(bare):
        joined = bare.replace(".", "")
        raise Unclear(f"Does the dot in {bare} part thousands? Write {joined} then.")


def _shown(said: str) -> str:
    """Return what was typed, as short as a sentence bears it."""
    return f'"{said}"' if said else "Nothing"
