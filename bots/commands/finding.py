"""Which command a line begins with, and which one it may have meant."""

from collections.abc import Sequence
from difflib import get_close_matches

from bots.commands.command import Command
from bots.commands.registry import COMMANDS
from bots.parsing.letters import plain
from bots.parsing.words import Words

LIKENESSES = (0.8, 0.6)


def named(commands: Sequence[Command]) -> dict[str, Command]:
    """Return commands by everything that they are called."""
    return {name: one for one in commands for name in (one.name, *one.aliases)}


_BY_NAME = named(COMMANDS)
_MOST_WORDS = max(len(name.split()) for name in _BY_NAME)


def find(line: str) -> tuple[Command, Words] | None:
    """Return what a line begins with, by its longest name, and the words behind it.

    Telegram sends `start` and a code when somebody opens a link that carries one.
    """
    words = line.split()
    if not words:
        return _BY_NAME[""], Words("")
    if len(words) > 1 and plain(words[0]) == "start":
        return _BY_NAME["link"], Words(" ".join(words[1:]))
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        name = " ".join(plain(word).strip(" .,!:;") for word in words[:count])
        if name and name in _BY_NAME:
            rest = line.split(maxsplit=count)[count:]
            return _BY_NAME[name], Words(" ".join(rest))
    return None


def nearest(line: str, seen: Sequence[Command]) -> Command | None:
    """Return the command of these that a line most probably meant; None if it is like none."""
    words = line.split()
    return like(words[:2], seen) or like(words[:1], seen)


def like(words: Sequence[str], seen: Sequence[Command]) -> Command | None:
    """Return the command of these whose name of as many words is most like these.

    A name comes before another command's alias that is a letter closer.
    """
    said, count = plain(" ".join(words)), len(words)
    names = {one.name: one for one in seen}
    for likeness in LIKENESSES:
        for by_name in (names, named(seen)):
            known = [name for name in by_name if len(name.split()) == count]
            if found := get_close_matches(said, known, n=1, cutoff=likeness):
                return by_name[found[0]]
    return None
