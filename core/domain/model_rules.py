"""Rules for models that nobody has priced: what an administrator makes of one, and what is odd."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from core.domain.errors import Code, Refusal

MOST_NAMES_A_DAY = 3
"""New names that one member can have asked for within a day; more are refused without a card."""
MOST_OPEN = 50
"""Names that wait for a decision at once."""
MOST_NAME = 200
MOST_USD = 1_000_000
FAR = 100
"""A price so many times that of similar models, or such a part of it, is asked about twice."""
ALLOWED = f"US$ per million tokens, above 0 and at most {MOST_USD:,}, such as 0.15"
_AMOUNT = re.compile(r"(?:US?\$|\$)?\s*(\d{1,7}(?:\.\d{1,8})?)", re.ASCII)


class State(StrEnum):
    ASKED = "asked"
    """Somebody called it; it waits for a decision."""
    PRICED = "priced"
    MAPPED = "mapped"
    """Calls of it go to another model."""
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Dollars:
    """What a model costs, in US$ per million tokens."""

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    """For input that is read from the provider's cache; None: as other input."""

    def mark(self, upstream: str) -> str:
        """Return letters that stand for exactly this price: what a second click confirms."""
        return sha256(f"{self.input}/{self.output}/{self.cached}/{upstream}".encode()).hexdigest()[
            :12
        ]


@dataclass(frozen=True, slots=True)
class Sample:
    """The published price of a model to compare with."""

    name: str
    dollars: Dollars


def rule_id(name: str) -> str:
    """Return the id of a name's rule, which a button can carry."""
    return f"mdl_{sha256(name.encode()).hexdigest()[:24]}"


def is_name(name: str) -> bool:
    """Return whether a model may be called this."""
    return 0 < len(name) <= MOST_NAME and name.isprintable() and ".." not in name


def dollars(given_input: str, given_output: str, given_cached: str = "") -> Dollars:
    """Read a price as people write it; Refusal names the field that is none."""
    return Dollars(
        _read("input", given_input),
        _read("output", given_output),
        _read("cached", given_cached) if given_cached.strip() else None,
    )


def far_off(price: Dollars, samples: Sequence[Sample]) -> str:
    """Return in one sentence how far a price is from all of these; empty if it is not."""
    if not samples:
        return ""
    for what in ("input", "output"):
        given = Decimal(getattr(price, what))
        dearest = max(samples, key=lambda one: Decimal(getattr(one.dollars, what)))
        cheapest = min(samples, key=lambda one: Decimal(getattr(one.dollars, what)))
        most, least = getattr(dearest.dollars, what), getattr(cheapest.dollars, what)
        if given >= FAR * most:
            return _told(what, f"{FAR} times that of {dearest.name} or more", most)
        if given * FAR <= least:
            return _told(what, f"a hundredth of that of {cheapest.name} or less", least)
    return ""


def _told(what: str, how: str, theirs: Decimal) -> str:
    return f"This price of {what} is {how}, which is US$ {theirs:f} per million tokens."


def _read(field: str, given: str) -> Decimal:
    found = _AMOUNT.fullmatch(given.strip().replace(",", ""))
    amount = Decimal(found[1]) if found else Decimal(0)
    if not 0 < amount <= MOST_USD:
        raise Refusal(Code.INVALID_FIELD, f"{field}: {ALLOWED}.", param=field)
    return amount.normalize()
