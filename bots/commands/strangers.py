"""What an account may say and click that is not linked to a member: bring a code, read help."""

from collections.abc import Mapping

from bots.commands.command import Who
from bots.commands.finding import find
from bots.commands.help import overview
from bots.commands.registry import COMMANDS
from bots.context import Answer
from bots.parsing.words import Words
from cards.actions import Action, Verb
from cards.help import help_card
from cards.link import claimed_card, link_card
from core.domain.accounts import Account, read_code
from core.domain.errors import Refusal
from core.service import linking
from core.service.start import Core

LINK, HELP, HOME = "link", "help", "home"
TOO_EARLY = "Link this account first; then do it again."


async def say(core: Core, account: Account, line: str) -> Answer:
    """Answer a line of somebody we do not know. A code may come without the word `link`."""
    command, words = find(line) or (None, Words(line))
    brings = command is None and read_code(words.left) is not None
    if words and (brings or (command and command.name == LINK)):
        return await claim(core, account, words.rest())
    if command and command.name == HELP:
        known = [one for one in COMMANDS if one.who is Who.EVERYBODY]
        return Answer(help_card(overview(known)))
    greets = command is None or command.who is Who.EVERYBODY or command.name == HOME
    return asked("" if greets else TOO_EARLY)


async def act(core: Core, account: Account, action: Action, values: Mapping[str, str]) -> Answer:
    """Answer a click of somebody we do not know."""
    if action.verb is Verb.LINK_SEND:
        return await claim(core, account, values.get("code", ""))
    return asked("" if action.verb is Verb.LINK else TOO_EARLY)


async def claim(core: Core, account: Account, code: str) -> Answer:
    """Take a code; the account is linked when its issuer has confirmed it."""
    try:
        return Answer(claimed_card(await linking.claim(core, account, code)), replaces=True)
    except Refusal as refusal:
        return Answer(link_card(problem=refusal.message), refusal.message, done=False)


def asked(problem: str = "") -> Answer:
    return Answer(link_card(problem=problem), problem, done=not problem)
