"""`quota`: what is left, in detail."""

from bots.commands.people import find_person
from bots.context import Answer, Context
from bots.parsing.words import Words
from cards.actions import Action
from cards.quota import quota_card
from core.service import last_calls, quota


async def say(ctx: Context, words: Words) -> Answer:
    """Show one's own quota, or that of somebody one may look at."""
    if not words:
        return await _of(ctx, ctx.caller.id)
    return await _of(ctx, (await find_person(ctx, words.rest())).id)


async def show(ctx: Context, _action: Action) -> Answer:
    return await _of(ctx, ctx.caller.id)


async def _of(ctx: Context, member_id: str) -> Answer:
    own = member_id == ctx.caller.id
    card = quota_card(
        await quota.quota(ctx.core, member_id),
        await last_calls.last_calls(ctx.core, member_id),
        own=own,
    )
    return Answer(card)
