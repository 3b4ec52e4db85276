"""`privacy`: whether words of one's own calls may ever be kept."""

from bots.context import Answer, Context
from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.privacy import privacy_card
from core.domain.members import Privacy
from core.service import membership


async def say(ctx: Context, words: Words) -> Answer:
    """Show the mode, or set it."""
    if not words:
        return await _shown(ctx)
    return await _set(ctx, plain(words.rest()))


async def show(ctx: Context, _action: Action) -> Answer:
    return await _shown(ctx)


async def put(ctx: Context, action: Action) -> Answer:
    return await _set(ctx, action.literal)


async def _shown(ctx: Context) -> Answer:
    return Answer(privacy_card((await membership.me(ctx.core, ctx.caller)).privacy))


async def _set(ctx: Context, mode: str) -> Answer:
    if mode not in {each.value for each in Privacy}:
        raise Unclear("Privacy is strict or standard.")
    person = ctx.caller.person
    view = await membership.set_privacy(ctx.core, person, person.id, Privacy(mode))
    return Answer(privacy_card(view.privacy), f"Your calls are {mode} now.", replaces=True)
