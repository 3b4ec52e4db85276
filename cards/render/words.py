"""Texts made fit to be shown anywhere: what cannot be seen or turns other text around is gone.

Cards carry what people typed. Escaping is the renderer's; here goes what escaping does not catch:
control characters, marks that reverse the line, lone halves of a surrogate pair, piles of accents
that cover the lines above, and letters that a client would take for a link or a mention.
"""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

NOTHING = "\u2013"
"""Stands where a platform demands a text and there is none."""
JOINER = "\u2060"
"""Invisible, no space, and part of no address: between two letters it makes them two words."""
_KEPT_FORMATS = {"\u200c", "\u200d"}
"""The joiners that Persian, Indic scripts and emoji are spelled with; all others go."""
_DROPPED = {"Cc", "Cf"}
_BLANK_LETTERS = set("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by their category, and nothing to see."""
_MARKS = {"Mn", "Me"}
_MOST_MARKS = 5
"""Upon one letter: more than any language writes."""
_BLANKS = re.compile(r"\s+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_NONCHARACTER = 0xFFFE
_LINKLIKE = re.compile(
    r"(?<=:)(?=//)"  # https://
    r"|(?<=[^\W_])(?=\.[^\W\d_])"  # example.com
    r"|(?<=\d)(?=\.\d+\.\d+\.\d)"  # 127.0.0.1
    r"|(?<=[@#$+/])(?=\w)"  # @here, #channel, $CASH, +49170, /command
    r"|(?<=<)(?=[@!#])|(?<=\])(?=\()"  # <!here>, [name](address)
)


def line(text: str) -> str:
    """Return `text` as one line without anything invisible."""
    return _BLANKS.sub(" ", _visible(text)).strip()


def lines(text: str) -> str:
    """Return `text` with its line breaks, at most one empty line in a row, none at either end."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    each = (_BLANKS.sub(" ", _visible(one)).strip() for one in plain.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(each)).strip("\n")


def code(text: str) -> str:
    """Return `text` with every blank it has, for copying."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "\n".join(_visible(one) for one in plain.split("\n")).strip("\n")


def inert(text: str) -> str:
    """Break what clients make a link, mention, tag or command of, without a visible change."""
    return _LINKLIKE.sub(JOINER, text)


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def web_address(url: str) -> str | None:
    """Return `url` if it is a plain http address; None if a client could read it otherwise."""
    if not url.isascii() or not url.isprintable() or set(url) & set(" <>\"'`|\\^{}"):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and host and "@" not in parts.netloc else None


def site_path(url: str) -> str | None:
    """Return `url` if it is a path on the server that shows the card."""
    inside = url.startswith("/") and not url.startswith("//")
    return url if inside and web_address(f"https://host{url}") else None


def _visible(text: str) -> str:
    return text if text.isascii() and text.isprintable() else "".join(_seen(text))


def _seen(text: str) -> Iterator[str]:
    marks = 0
    for each in text:
        kind = unicodedata.category(each)
        if each.isspace() or each in _BLANK_LETTERS:
            marks = 0
            yield " "
        elif kind in _MARKS:
            marks += 1
            if marks <= _MOST_MARKS:
                yield each
        elif _is_shown(each, kind):
            marks = 0
            yield "\ufffd" if kind == "Cs" else each


def _is_shown(each: str, kind: str) -> bool:
    noncharacter = ord(each) & _NONCHARACTER == _NONCHARACTER or "\ufdd0" <= each <= "\ufdef"
    return each in _KEPT_FORMATS or (kind not in _DROPPED and not noncharacter)


def _columns(each: str) -> int:
    if unicodedata.category(each) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    return 2 if unicodedata.east_asian_width(each) in {"W", "F"} else 1
