"""`why`: what a call was charged, or why it was refused."""

from bots.context import Answer, Context
from bots.parsing.words import Words
from cards.actions import Action
from cards.why import nothing_card, why_card
from core.domain.errors import Code, Refusal
from core.service.explaining import LAST, explain


async def say(ctx: Context, words: Words) -> Answer:
    """Explain a call by its id, or the caller's last one."""
    return await _explained(ctx, words.rest() or LAST)


async def show(ctx: Context, action: Action) -> Answer:
    return await _explained(ctx, action.ref or LAST)


async def _explained(ctx: Context, call_id: str) -> Answer:
    try:
        return Answer(why_card(await explain(ctx.core, ctx.caller.person, call_id)))
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND or call_id != LAST:
            raise
        card = nothing_card()
        return Answer(card, card.said, done=False)
