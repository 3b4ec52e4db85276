"""`usage`: what was spent on what, and how it went day by day."""

from bots.context import Answer, Context
from bots.parsing.spans import span_name
from bots.parsing.words import Words
from cards.actions import Action
from cards.usage import usage_card
from core.service import analytics
from core.service.analytics import By, Question

USUAL = "7d"


async def say(ctx: Context, words: Words) -> Answer:
    return await _over(ctx, words.rest() or USUAL)


async def show(ctx: Context, action: Action) -> Answer:
    return await _over(ctx, action.literal or USUAL)


async def _over(ctx: Context, text: str) -> Answer:
    """Show the caller's own calls of a span, by model and by day."""
    span = analytics.find_span(ctx.core, span_name(text))
    by_model, by_day = [
        await analytics.usage(ctx.core, ctx.caller.person, Question(by, span, mine=True))
        for by in (By.MODEL, By.DAY)
    ]
    return Answer(usage_card(by_model, by_day))
