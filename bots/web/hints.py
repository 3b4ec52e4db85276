"""What can be said, as the message box suggests it: from the one registry of commands."""

from dataclasses import dataclass

from bots.commands.command import shown_to
from bots.commands.registry import COMMANDS
from core.domain.members import Person


@dataclass(frozen=True, slots=True)
class Hint:
    """One line of what can be said."""

    say: str
    more: bool
    """Whether something may follow."""
    usage: str
    summary: str


def hints(person: Person) -> tuple[Hint, ...]:
    """Return what this member can say."""
    return tuple(
        Hint(command.name, bool(command.usage), command.line, command.summary)
        for command in COMMANDS
        if shown_to(command.who, person)
    )
