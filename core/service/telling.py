"""A call's story in plain sentences: who was asked to pay, what was held, what it came to."""

from core.calls import LookView
from core.domain.credits import PICO_PER_MICRO, ceil_micro, spoken, told
from core.domain.errors import Code
from core.domain.spans import moment
from core.store.story import CallStory, Ending, RefusalStory

PAYERS = {
    "own": "own quota",
    "critical": "the team pool, as a critical call",
    "vacation": "the team pool, within its vacation share",
}
HAD = {
    "personal_exhausted": "Own quota had {left} credits left",
    "key_cap": "The key's cap left {left} credits",
    "team_pool_exhausted": "The team pool had {left} credits left",
    "critical_cap": "The member's critical share of the team pool had {left} credits left",
    "vacation_cap": "The team's vacation share had {left} credits left",
}
"""By the reason for which a payer could not pay: the one that was the tightest."""
PER_MILLION = 1_000_000
KINDS = {
    "input": "tokens of prompt",
    "cache_read": "tokens of prompt, read from the cache,",
    "cache_write": "tokens of prompt, written to the cache,",
    "output": "tokens of answer",
    "reasoning": "tokens of reasoning",
}
"""What a line of a bill counts."""
ASK = "ask a manager for more (/tokenpool request in chat, or POST /v1/approvals)"


def tell_call(story: CallStory) -> tuple[str, ...]:
    """Tell how a granted call was paid, line by line."""
    lines = [_granted(story), *(_too_little(look, story.held) for look in story.looks)]
    asked = story.priority == "critical" and story.payer == "vacation"
    if asked and all(look.payer != "critical" for look in story.looks):
        lines.append("Critical priority was asked for, but the team did not allow it.")
    if story.ending is None:
        lines.append(
            f"{spoken(story.held)} credits are held while it runs: the most it can cost."
            " What it does not use goes back when it ends."
        )
    else:
        lines += _ended(story, story.ending)
    lines += [
        f"Attempt {one.no} at {one.upstream}: {one.outcome}"
        f"{f' with status {one.status}' if one.status else ''} after {one.ms:,} ms."
        for one in story.tries
    ]
    return tuple(lines)


def tell_refusal(story: RefusalStory, period_ends_ms: int) -> tuple[str, ...]:
    """Tell why a call was refused, what each payer had, and what would have helped."""
    need = spoken(story.required)
    lines = [f"The call to {story.model} of {moment(story.last_ms)} was refused: {story.code}."]
    if story.count > 1:
        lines.append(
            f"This happened {story.count:,} times since {moment(story.first_ms)};"
            " the figures are those of the last time."
        )
    if story.code != Code.INSUFFICIENT_QUOTA.value:
        return tuple(lines)
    lines.append(
        f"It could have cost up to {need} credits, and nothing is sent before that is held."
    )
    lines += [_too_little(look, story.required) for look in story.looks]
    lines += _not_asked(story)
    lines.append(_what_helps(story, period_ends_ms))
    return tuple(lines)


def _granted(story: CallStory) -> str:
    team = f" of {story.team_name}" if story.payer != "own" and story.team_name else ""
    payer = PAYERS[story.payer].replace("the team pool", f"the team pool{team}")
    when = moment(story.started_ms)
    if story.ending is None:
        return f"The call to {story.model} of {when} is still running; {payer} pays."
    cost = spoken(story.ending.cost)
    return f"The call to {story.model} of {when} cost {cost} credits, paid from {payer}."


def _too_little(look: LookView, needed: int) -> str:
    had = HAD.get(look.reason, look.payer + " had {left} credits").format(
        left=spoken(look.available_micro)
    )
    return f"{had}; the call needed {spoken(needed)}."


def _ended(story: CallStory, ending: Ending) -> list[str]:
    held, back = spoken(story.held), spoken(story.held - ending.cost)
    if ending.outcome == "voided":
        return [f"Nothing was produced, so the {held} credits that were held went back in full."]
    lines = [f"Before it was sent, {held} credits were held: the most it could cost."]
    if ending.charges:
        lines += _bill(ending)
    elif ending.prompt_tokens or ending.completion_tokens:
        lines.append(_sum(ending))
    if ending.cost > story.held:
        debt = spoken(ending.cost - story.held)
        lines.append(
            f"That is more than was held. The missing {debt} credits are a debt,"
            " taken from the next period's grant."
        )
    elif ending.outcome == "captured" and ending.estimated and ending.cost == story.held:
        lines.append(
            "How it ended is unknown, and the provider may bill it: the whole hold was charged."
        )
    elif ending.outcome == "captured":
        lines.append(
            "The whole hold was charged at first; when the outcome was known,"
            f" {back} credits went back."
        )
    else:
        lines.append(f"The other {back} credits went back when it ended.")
    return lines


def _bill(ending: Ending) -> list[str]:
    """Tell the arithmetic, token kind by token kind, at the prices of then."""
    lines = [
        f"{one.tokens:,} {KINDS[one.kind]} at {_credits(told(one.rate_pico * PER_MILLION))} per"
        f" million: {_credits(told(one.amount_pico))}."
        for one in ending.charges
    ]
    total_pico = sum(one.amount_pico for one in ending.charges)
    if ceil_micro(total_pico) > ending.cost:
        return [*lines, f"The charge ends at what was held: {_credits(spoken(ending.cost))}."]
    rounded = "" if total_pico == ending.cost * PICO_PER_MICRO else ", rounded up once"
    return [*lines, f"Together that is {_credits(spoken(ending.cost))}{rounded}."]


def _credits(figure: str) -> str:
    return f"{figure} credit" if figure == "1" else f"{figure} credits"


def _sum(ending: Ending) -> str:
    cached = f" ({ending.cached_tokens:,} of them from the cache)" if ending.cached_tokens else ""
    return (
        f"{ending.prompt_tokens:,} prompt tokens{cached} and {ending.completion_tokens:,} tokens"
        f" of answer, at the model's price, come to {spoken(ending.cost)} credits."
    )


def _not_asked(story: RefusalStory) -> list[str]:
    """Say why a payer of the team does not appear among those that were looked at."""
    if story.team_id is None:
        return ["There was no team whose pool could have paid."]
    asked = {look.payer for look in story.looks}
    reasons = {
        "critical": "The pool's critical share was not asked: the call was not critical,"
        " or the team did not allow it.",
        "vacation": "The pool's vacation share was not asked: nobody else in the team was on"
        " vacation.",
    }
    return [text for payer, text in reasons.items() if payer not in asked]


def _what_helps(story: RefusalStory, period_ends_ms: int) -> str:
    own = next((look for look in story.looks if look.payer == "own"), None)
    if own is not None and own.reason == "key_cap":
        return "What helps: another key or a higher cap for this one, or a shorter answer."
    short = story.required - (own.available_micro if own else 0)
    return (
        f"What helps: {spoken(short)} credits more in own quota: {ASK}; a lower max_tokens; or"
        f" waiting for {moment(period_ends_ms)}, when the next period begins."
    )
