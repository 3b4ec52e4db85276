"""A line somebody typed, read word by word; and what platforms put in front of it."""

import re

from bots.parsing.letters import plain

_TOKEN = re.compile(r"\S+")
_OPENING = "\"'\u201c\u201e\u00ab\u2018\u201a\u2039"
_CLOSING = "\"'\u201d\u201c\u00bb\u2019\u2018\u203a"
_MENTION = re.compile(r"\s*(?:<@[^<>\s]{1,60}>|<at[^<>]{0,60}>[^<>]{0,80}</at>)[\s,:]*")
_NAME = re.compile(r"\s*[/@!]?tokenpool\w{0,24}(?=$|[\s,:])[\s,:]*", re.IGNORECASE)
_SLASH = re.compile(r"\s*/+\s*")
_AT_BOT = re.compile(r"^(\w{1,32})@\w{1,40}(?=\s|$)")
MOST_LEADS = 4
TRAILING = ".,!?:;"


def without_lead(text: str) -> str:
    """Return a line without mention, slash and our own name in front; `/quota@bot` is `quota`."""
    for _ in range(MOST_LEADS):
        before = text
        for lead in (_MENTION, _NAME, _SLASH):
            if found := lead.match(text):
                text = text[found.end() :]
        if text == before:
            break
    return _AT_BOT.sub(r"\1", text).strip()


class Words:
    """What is left of a line; reading takes it from the front.

    Words are read in plain letters (`plain`); what is kept, such as a reason, stays as typed.
    """

    def __init__(self, text: str) -> None:
        self._text = text.strip()

    def __bool__(self) -> bool:
        return bool(self._text)

    @property
    def left(self) -> str:
        """Everything that is left, as typed."""
        return self._text

    def peek(self) -> str:
        """Return the next word as it is read; empty if there is none."""
        found = _TOKEN.match(self._text)
        return plain(found[0]).strip().rstrip(TRAILING) if found else ""

    def take(self) -> str:
        """Take the next word, as typed."""
        found = _TOKEN.match(self._text)
        if found is None:
            return ""
        self._text = self._text[found.end() :].lstrip()
        return found[0]

    def took(self, *wanted: str) -> bool:
        """Take the next word if it is one of these; say whether it was."""
        if self.peek() not in wanted:
            return False
        self.take()
        return True

    def rest(self) -> str:
        """Take everything that is left, out of the quotes around it."""
        text, self._text = self._text, ""
        return unquoted(text)


def unquoted(text: str) -> str:
    """Return text without the one pair of quotes, of any kind, that may be around all of it."""
    inner = text.strip()
    if len(inner) > 1 and inner[0] in _OPENING and inner[-1] in _CLOSING:
        middle = inner[1:-1]
        if not any(c in _OPENING + _CLOSING.replace("'", "") for c in middle.replace("'", "")):
            return middle.strip()
    return inner
