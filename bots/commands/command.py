"""What a command is, what a click does, and the few answers that all of them share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from bots.context import Answer, Context
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.card import Card, Text, Tone
from cards.refusal import private_card, refusal_card
from core.domain.errors import Code, Refusal
from core.domain.members import Person, TeamRole

Said = Callable[[Context, Words], Awaitable[Answer]]
"""What runs a command: it reads the words behind the command's name to their end."""
Done = Callable[[Context, Action], Awaitable[Answer]]
"""What runs a click."""


class Who(StrEnum):
    """Whom help shows a command to. Whether they may do it is decided when they do."""

    EVERYBODY = "everybody"
    """Also an account that is not linked yet."""
    MEMBERS = "members"
    MANAGERS = "managers"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be said: a name of one word or two, and what may follow it."""

    name: str
    summary: str
    run: Said
    usage: str = ""
    """What follows the name; nothing may follow if it is empty."""
    aliases: tuple[str, ...] = ()
    who: Who = Who.MEMBERS
    hint: str = ""
    """An example of what may follow, for menus."""
    anywhere: bool = False
    """Nothing in its answers is for the asker's eyes only."""

    @property
    def line(self) -> str:
        """How it is said."""
        return f"{self.name} {self.usage}".strip()

    @property
    def listed(self) -> bool:
        """Whether menus of platforms, which know single words only, can offer it."""
        return " " not in self.name


@dataclass(frozen=True, slots=True)
class Click:
    """What a button does."""

    run: Done
    anywhere: bool = False
    """Its card may stand where others read along, and so may the answer."""


def shown_to(who: Who, person: Person) -> bool:
    """Return whether help lists a command of `who` to this member."""
    if who is Who.ADMINS:
        return person.is_admin
    manages = person.is_admin or any(seat.role is TeamRole.MANAGER for seat in person.seats)
    return who is not Who.MANAGERS or manages


def refused(message: str, code: str = Code.INVALID_FIELD, *, support_id: str = "") -> Answer:
    """Return a no: nothing has happened, and the card says what to do next."""
    card = refusal_card(message, code, support_id=support_id)
    return Answer(card, toast=message or card.said, done=False)


def problem_of(error: Unclear | Refusal) -> str:
    """Return what was wrong with what a form sent; a refusal that no other words mend goes on."""
    if isinstance(error, Refusal) and error.code is not Code.INVALID_FIELD:
        raise error
    return str(error)


def corrected(form: Card, problem: str, field: str = "") -> Answer:
    """Return a form again, with what was wrong with what was sent."""
    told = replace(form, body=(Text(problem, Tone.WARN), *form.body))
    return Answer(told, toast=problem, done=False, replaces=True, field=field)


def privately() -> Answer:
    """Return the answer to what is for the asker's eyes only, where others read along."""
    card = private_card()
    return Answer(card, toast=card.said, done=False)


def address(ctx: Context) -> str:
    """Return where this server is reached: its public address, or the one it listens on."""
    return ctx.core.settings.reached_at
