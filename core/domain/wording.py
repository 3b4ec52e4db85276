"""Words that people give us, made fit to be kept and shown: names, addresses, reasons."""

import re
import unicodedata

from core.domain.errors import Code, Refusal

MOST_NAME = 100
MOST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,189}")
_BLANKS = re.compile(r"\s+")
_DROPPED = {"Cc", "Cs", "Cn", "Co"}
_TURNING = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A)), "\u200e", "\u200f"}
"""Marks that turn the direction of text around them: with them a text can pose as another."""
_UNSEEN = {"Cf", "Mn", "Me"}
_BLANK_LETTERS = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}
"""Marks and letters that show nothing by themselves."""


def line(text: str, most: int) -> str:
    """Return `text` as one line of at most `most` characters, without control characters."""
    kept = "".join(
        " " if c.isspace() else c
        for c in text
        if c.isspace() or (unicodedata.category(c) not in _DROPPED and c not in _TURNING)
    )
    return _BLANKS.sub(" ", kept).strip()[:most].rstrip()


def name(text: str, param: str = "name") -> str:
    """Return a name of 1 to 100 characters; Refusal if nothing is left of it."""
    found = line(text, MOST_NAME + 1)
    if not any(map(_is_seen, found)) or len(found) > MOST_NAME:
        raise Refusal(
            Code.INVALID_FIELD, f"{param}: 1 to {MOST_NAME} readable characters.", param=param
        )
    return found


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNSEEN and letter not in _BLANK_LETTERS


def email(text: str) -> str:
    """Return an e-mail address in small letters; Refusal if it cannot be one."""
    found = unicodedata.normalize("NFC", text.strip()).lower()
    plain = line(found, MOST_EMAIL) == found
    if not plain or not _EMAIL.fullmatch(found):
        raise Refusal(Code.INVALID_FIELD, "email: an address like ana@example.com.", param="email")
    return found


def slug(text: str) -> str:
    """Return a name as it can stand in a header or a model's suffix; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
