"""`help` and the bare command: what can be said, and where one stands."""

from collections.abc import Callable, Sequence

from bots.commands.command import Command, Done, Said, shown_to
from bots.context import Answer, Context
from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words, without_lead
from cards.actions import Action
from cards.help import HelpLine, help_card
from cards.home import home_card
from core.service import absence, approving, quota

Commands = Callable[[], Sequence[Command]]
"""The registry, which has this command in it too, and so is asked for only when it is needed."""


async def home(ctx: Context, _said: Words | Action) -> Answer:
    """Show where the caller stands, and what waits."""
    waiting = await approving.waiting(ctx.core, ctx.caller)
    card = home_card(
        await quota.quota(ctx.core, ctx.caller.id),
        await absence.absence(ctx.core, ctx.caller),
        next((view for view in waiting if view.mine), None),
        sum(1 for view in waiting if view.may_decide),
    )
    return Answer(card)


def helping(commands: Commands) -> Said:
    """Return what lists the commands, or spells out those of the one that is named."""

    async def run(ctx: Context, words: Words) -> Answer:
        topic = " ".join(plain(without_lead(words.rest())).split())
        seen = [one for one in commands() if shown_to(one.who, ctx.caller.person)]
        if not topic:
            return Answer(help_card(overview(seen)))
        names = {one.name for one in seen if topic in (one.name, *one.aliases)}
        family = [one for one in seen if one.name in names or one.name.split()[0] in names]
        if not family:
            raise Unclear("There is no such command. Say help for all of them.")
        return Answer(help_card(lines(family)))

    return run


def listing(commands: Sequence[Command]) -> Done:
    """Return what lists the commands at a click."""
    run = helping(lambda: commands)
    return lambda ctx, _action: run(ctx, Words(""))


def overview(commands: Sequence[Command]) -> tuple[HelpLine, ...]:
    """Return a line for each command of one word, with the second words that it takes."""
    return tuple(HelpLine(_in_short(one, commands), one.summary) for one in commands if one.listed)


def lines(commands: Sequence[Command]) -> tuple[HelpLine, ...]:
    """Return a line for each command, as it is said in full."""
    return tuple(HelpLine(command.line, command.summary) for command in commands)


def _in_short(command: Command, commands: Sequence[Command]) -> str:
    family = f"{command.name} "
    seconds = [one.name.removeprefix(family) for one in commands if one.name.startswith(family)]
    return f"{family}[{'|'.join(seconds)}]" if seconds else command.line
