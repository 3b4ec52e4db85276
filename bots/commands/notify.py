"""`notify`: what one is told, when, and where."""

import re
from dataclasses import replace

from bots.commands.command import corrected, problem_of
from bots.context import Answer, Context
from bots.parsing.hours import EXAMPLES, quiet_hours
from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.notify import ANY, CHANNELS, FORM, QUIET_OFF, notify_card
from core.domain.errors import Refusal
from core.domain.notifying import Topic
from core.service import notifying
from core.service.notifying import NotifyChange

NEVER = {"", "off", "none", "never", "no"}
NO_HOURS = (0, 0)
TOPICS = {topic.value for topic in Topic}
_PERCENT = re.compile(r"\d{1,3}(?: ?%)?(?:(?: ?[,;/] ?| )\d{1,3}(?: ?%)?)*", re.ASCII)


async def show(ctx: Context, _said: Words | Action) -> Answer:
    return Answer(notify_card(await notifying.preferences(ctx.core, ctx.caller)))


async def at(ctx: Context, words: Words) -> Answer:
    """Set at how much of own quota the member is warned."""
    if not words:
        raise Unclear("At how many per cent? Write some such as 80, 100, or off.")
    return await _changed(ctx, NotifyChange(thresholds=thresholds(words.rest())))


async def quiet(ctx: Context, words: Words) -> Answer:
    """Set the hours in which nothing is sent, with the member's own time; or end them."""
    if not words:
        raise Unclear(f"Which hours? Write them {EXAMPLES}, or off.")
    return await _changed(ctx, quiet_change(words.rest()))


async def via(ctx: Context, words: Words) -> Answer:
    """Set the platform to try first."""
    return await _changed(ctx, NotifyChange(channel=channel(plain(words.rest()))))


async def mute(ctx: Context, words: Words) -> Answer:
    return await _switched(ctx, plain(words.rest()), muted=True)


async def unmute(ctx: Context, words: Words) -> Answer:
    return await _switched(ctx, plain(words.rest()), muted=False)


async def put(ctx: Context, action: Action) -> Answer:
    """Do what the literal of a button or the form of the card says."""
    literal = action.literal
    switch, _, rest = literal.partition("-")
    if literal == FORM:
        return await _form(ctx)
    if literal == QUIET_OFF:
        return await _changed(ctx, NotifyChange(quiet=NO_HOURS))
    if switch == "to":
        return await _changed(ctx, NotifyChange(channel="" if literal == ANY else channel(rest)))
    if switch in {"no", "on"}:
        return await _switched(ctx, rest, muted=switch == "no")
    raise Unclear("This button is not known any more. Say notify for a new one.")


def thresholds(text: str) -> tuple[int, ...]:
    """Read per cents: `80, 100`, `50% 80% 100%`; none for `off`."""
    said = plain(text).strip()
    if said in NEVER:
        return ()
    if not _PERCENT.fullmatch(said):
        raise Unclear("Write per cents of your quota such as 80, 100, or off for no warnings.")
    return tuple(int(each) for each in re.findall(r"\d+", said))


def quiet_change(text: str) -> NotifyChange:
    """Read quiet hours, with the offset that may stand behind them; none for `off`."""
    if plain(text).strip() in NEVER:
        return NotifyChange(quiet=NO_HOURS)
    read = quiet_hours(text)
    return NotifyChange(quiet=(read.begins, read.ends), utc_offset_minutes=read.utc_offset_minutes)


def channel(name: str) -> str:
    if name in {"any", "last"}:
        return ""
    if name not in CHANNELS:
        raise Unclear(f"Via which? There is {', '.join(CHANNELS)}, and any.")
    return name


async def _form(ctx: Context) -> Answer:
    field = "quiet"
    try:
        hours = quiet_change(ctx.values.get("quiet", ""))
        field = "thresholds"
        percents = thresholds(ctx.values.get("thresholds", ""))
        return await _changed(ctx, replace(hours, thresholds=percents))
    except (Unclear, Refusal) as error:
        problem = problem_of(error)
        card = notify_card(await notifying.preferences(ctx.core, ctx.caller))
        return corrected(card, problem, field)


async def _switched(ctx: Context, kind: str, *, muted: bool) -> Answer:
    topic = kind.removesuffix("s")
    if topic not in TOPICS:
        raise Unclear(f"Which notices? There are {', '.join(sorted(TOPICS))}.")
    before = set((await notifying.preferences(ctx.core, ctx.caller)).muted)
    after = before | {topic} if muted else before - {topic}
    return await _changed(ctx, NotifyChange(muted=tuple(sorted(after))))


async def _changed(ctx: Context, change: NotifyChange) -> Answer:
    view = await notifying.change(ctx.core, ctx.caller, change)
    return Answer(notify_card(view), "Your notices are set.", replaces=True)
