"""`vacation`: away, until when, and back."""

from bots.commands.command import corrected, problem_of
from bots.context import Answer, Context
from bots.parsing.dates import begins_ms, until_ms
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.vacation import dates_form, thanks_card, vacation_card
from core.domain.errors import Refusal
from core.domain.spans import moment
from core.service import absence, notifying
from core.views.chat import AbsenceView


async def show(ctx: Context, _action: Action) -> Answer:
    return Answer(vacation_card(await absence.absence(ctx.core, ctx.caller)))


async def say(ctx: Context, words: Words) -> Answer:
    """Show how it is; with a date, go on vacation until then."""
    if words:
        return await on(ctx, words)
    return Answer(vacation_card(await absence.absence(ctx.core, ctx.caller)))


async def on(ctx: Context, words: Words) -> Answer:
    """Go on vacation, until the end of a day or until further notice."""
    until = await _end(ctx, words.rest()) if words else None
    return await _away(ctx, until)


async def off(ctx: Context, _said: Words | Action) -> Answer:
    """Come back; whoever was away is thanked with what their absence made possible."""
    view = await absence.change(ctx.core, ctx.caller, on_vacation=False)
    if view.changed:
        return Answer(thanks_card(view), "Welcome back.", replaces=True)
    return Answer(vacation_card(view), "You are at work already.", replaces=True)


async def turn_on(ctx: Context, action: Action) -> Answer:
    """Go on vacation for as long as the button says, or until further notice."""
    until = await _end(ctx, action.literal) if action.literal else None
    return await _away(ctx, until)


async def dates(ctx: Context, _action: Action) -> Answer:
    return Answer(dates_form(await absence.absence(ctx.core, ctx.caller)), replaces=True)


async def send(ctx: Context, _action: Action) -> Answer:
    """Go on vacation until the day of return, which is the first day back at work."""
    offset = (await notifying.preferences(ctx.core, ctx.caller)).utc_offset_minutes
    try:
        back = begins_ms(ctx.values.get("until", ""), ctx.core.clock.now_ms(), offset)
        return await _away(ctx, back)
    except (Unclear, Refusal) as error:
        problem = problem_of(error)
        form = dates_form(await absence.absence(ctx.core, ctx.caller))
        return corrected(form, problem)


async def _away(ctx: Context, until: int | None) -> Answer:
    view = await absence.change(ctx.core, ctx.caller, on_vacation=True, until_ms=until)
    return Answer(vacation_card(view), _told(view), replaces=True)


async def _end(ctx: Context, text: str) -> int:
    offset = (await notifying.preferences(ctx.core, ctx.caller)).utc_offset_minutes
    return until_ms(text, ctx.core.clock.now_ms(), offset)


def _told(view: AbsenceView) -> str:
    if view.until_ms is None:
        return "You are on vacation until further notice."
    return f"You are on vacation until {moment(view.until_ms)}."
