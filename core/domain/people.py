"""Finding somebody by what they are called: a name, a part of it, or an e-mail address."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as others call them."""

    id: str
    name: str
    email: str


def called(people: Sequence[Named], text: str) -> tuple[Named, ...]:
    """Return those who are best called `text`; several if it fits several equally well.

    An id, an address or a whole name is better than one word of a name or the part of an address
    before its @, and that is better than how a word begins.
    """
    wanted = _plain(text)
    if not wanted:
        return ()
    ranked = [(rank, one) for one in people if (rank := _rank(one, text, wanted)) is not None]
    best = min((rank for rank, _ in ranked), default=0)
    return tuple(one for rank, one in ranked if rank == best)


def _rank(one: Named, text: str, wanted: str) -> int | None:
    name, email = _plain(one.name), one.email.casefold()
    if text == one.id or wanted in (name, email):
        return 0
    words = name.split()
    if wanted in words or wanted == email.partition("@")[0]:
        return 1
    begins = any(word.startswith(wanted) for word in (name, *words))
    return 2 if begins else None


def _plain(text: str) -> str:
    """Return text without case, accents, a leading @ and needless blanks."""
    split = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in split if not unicodedata.combining(letter))
    return " ".join(letters.split()).removeprefix("@").strip()
