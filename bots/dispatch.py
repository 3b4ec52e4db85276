"""One line or one click of somebody, from whichever platform: who it is, what it does, the answer.

Nothing that a person can send makes it raise. Whatever was not understood has changed nothing.
"""

from collections.abc import Awaitable, Mapping
from itertools import islice
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType

import structlog

from bots.commands import strangers
from bots.commands.actions import ACTIONS
from bots.commands.command import Command, privately, refused, shown_to
from bots.commands.finding import find, like, nearest
from bots.commands.help import lines, overview
from bots.commands.registry import COMMANDS
from bots.context import Answer, Context
from bots.parsing.unclear import Unclear
from bots.parsing.words import without_lead
from cards.actions import Action, decode
from cards.help import help_card, usage_card_of
from core.domain import wording
from core.domain.accounts import Account
from core.domain.errors import Code, Refusal
from core.domain.members import Person
from core.service import linking
from core.service.clock import base62
from core.service.start import Core

MOST_TEXT = 500
MOST_VALUES = 20
MOST_VALUE = 600
"""More than any field takes, so that whoever judges it can say that it is too long."""
SUPPORT_LETTERS = 8
NO_VALUES: Mapping[str, str] = MappingProxyType({})
TOO_LONG = f"That is too long for me: at most {MOST_TEXT} characters."
NO_BUTTON = "I do not know this button any more. Say help for new ones."
NOT_ACTIVE = "Your account is not active. Ask an administrator."
FAILED = "Something went wrong here; it is not your doing."

log = structlog.get_logger("tokenpool.chat")


async def say(core: Core, account: Account, text: str, *, private: bool = True) -> Answer:
    """Answer what somebody typed. `private`: nobody else reads the answer."""
    if len(text) > MOST_TEXT:
        return refused(TOO_LONG)
    line = without_lead(wording.line(text, MOST_TEXT))
    found = find(line)
    work = _said(core, account, line, private=private)
    return await _kindly(work, found[0].name if found else "")


async def act(
    core: Core,
    account: Account,
    token: str,
    values: Mapping[str, str] = NO_VALUES,
    *,
    private: bool = True,
) -> Answer:
    """Do what a button says, with what its form sent. `private`: nobody else reads the answer."""
    action = decode(token)
    if action is None:
        return refused(NO_BUTTON, Code.NOT_FOUND)
    work = _done(core, account, action, cleaned(values), private=private)
    return await _kindly(work, action.verb.value)


def cleaned(values: Mapping[str, str]) -> dict[str, str]:
    """Return what a form sent as single lines without control characters, none of them long."""
    few = islice(values.items(), MOST_VALUES)
    return {name[:MOST_VALUE]: wording.line(text[:MOST_VALUE], MOST_VALUE) for name, text in few}


async def _said(core: Core, account: Account, line: str, *, private: bool) -> Answer:
    caller = await linking.resolve(core, account)
    if caller is None:
        return await strangers.say(core, account, line)
    found = find(line)
    if found is None:
        return _not_understood(caller.person, line)
    command, words = found
    if not (private or command.anywhere):
        return privately()
    if words and not command.usage:
        return _misused(caller.person, command, line, f"{command.name} takes nothing more.")
    try:
        return await command.run(Context(core, caller, account, private), words)
    except Unclear as unclear:
        return _misused(caller.person, command, line, str(unclear))


async def _done(
    core: Core, account: Account, action: Action, values: Mapping[str, str], *, private: bool
) -> Answer:
    caller = await linking.resolve(core, account)
    if caller is None:
        return await strangers.act(core, account, action, values)
    click = ACTIONS[action.verb]
    if not (private or click.anywhere):
        return privately()
    return await click.run(Context(core, caller, account, private, values), action)


def _not_understood(person: Person, line: str) -> Answer:
    """Return the commands, with the one that was probably meant first."""
    seen = _seen(person)
    near = nearest(line, seen)
    card = help_card(overview(seen), near.name if near else "", line)
    return Answer(card, toast=card.said, done=False)


def _misused(person: Person, command: Command, line: str, problem: str) -> Answer:
    """Return how a command is said; for `key nwe` also that there is a `key new`."""
    family = [one for one in _seen(person) if one.name.startswith(f"{command.name} ")]
    near = like(line.split()[:2], family)
    told = f"{problem} Did you mean {near.name}?" if near else problem
    card = usage_card_of(lines([command])[0], told)
    return Answer(card, toast=told, done=False)


def _seen(person: Person) -> list[Command]:
    return [command for command in COMMANDS if shown_to(command.who, person)]


async def _kindly(work: Awaitable[Answer], kind: str) -> Answer:
    """Return the answer, or a card that says what happened; this door lets nothing else out."""
    try:
        return await work
    except Unclear as unclear:
        return refused(str(unclear))
    except Refusal as refusal:
        if refusal.code is Code.INVALID_API_KEY:  # disabled between two statements of this click
            return refused(NOT_ACTIVE, Code.ACCOUNT_DISABLED)
        return refused(refusal.message, refusal.code)
    except Exception as error:  # noqa: BLE001 - the outermost door of chat
        support_id = base62(SUPPORT_LETTERS)
        name, at = type(error).__name__, _place(error)
        log.warning("chat_failed", error=name, at=at, kind=kind, request_id=support_id)
        return refused(FAILED, Code.INTERNAL, support_id=support_id)


def _place(error: Exception) -> str:
    """Return where it happened, by file and line; the text of an error may hold anything."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
