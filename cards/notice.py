"""News that nobody asked for: they come when something happens, and say what can be done."""

from cards import purses, rows
from cards.actions import Verb
from cards.approval import approval_card
from cards.card import Button, Card, Fact, Facts, Text, Tone
from cards.link import LINK_ANOTHER, PLATFORMS
from cards.phrases import amount, count, date_named
from cards.quota import forecast
from cards.team import allow, stop
from core.domain.credits import spoken
from core.domain.notifying import Trouble
from core.domain.spans import moment
from core.views import QuotaView
from core.views.chat import CriticalUseView, RequestView

TROUBLES = {
    Trouble.KEY: (
        "{provider} refuses TokenPool's key",
        "Calls to its models fail for everybody, and cost nothing. Give TokenPool a valid key.",
    ),
    Trouble.CREDIT: (
        "The account at {provider} is empty",
        "Calls to its models fail for everybody, and cost nothing. Pay in at the provider.",
    ),
    Trouble.USAGE: (
        "{provider} bills what cannot be true",
        "Its counts of tokens are no counts. The most that such a call can cost was charged.",
    ),
    Trouble.ABOVE: (
        "{provider} bills more than a call can cost",
        "It counts more tokens than were allowed. What was not held is a debt of who pays.",
    ),
}


def provider_card(provider: str, trouble: Trouble) -> Card:
    """Tell administrators what a provider does; neither key nor account is named."""
    title, text = (part.format(provider=provider) for part in TROUBLES[trouble])
    return Card(
        title=title,
        body=(Text(text, Tone.WARN), *rows.actions(rows.USAGE)),
        summary=f"{title}. {text}",
    )


def quota_warning_card(quota: QuotaView, percent: int) -> Card:
    """Warn a member that this much of their own quota is used."""
    out = not quota.own.available_micro
    title = "Your credits are used up" if out else f"{percent} % of your credits are used"
    comes = moment(quota.period.ends_ms)
    return Card(
        title=title,
        body=(
            purses.own_meter(quota),
            *forecast(quota),
            *(() if out else (Text(f"New credits come on {comes}."),)),
            *rows.actions(rows.ASK_FIRST, rows.QUOTA, rows.NOTIFY),
        ),
        summary=f"{title}. New credits come on {comes}.",
    )


def critical_card(use: CriticalUseView) -> Card:
    """Tell a manager of a member's critical calls of one day, with the button that stops them."""
    calls = count(use.calls, "critical call")
    day = date_named(use.day)
    spent = f"{calls} for {amount(use.cost_micro)}"
    switch = allow if use.stopped else stop
    return Card(
        title=f"{use.member_name}: {spent}",
        body=(
            Text(f"The pool of {use.team_name} paid {spent} on {day}."),
            Facts(
                (
                    Fact("Used in this period", amount(use.used_micro)),
                    Fact("Most in this period", amount(use.cap_micro)),
                )
            ),
            *((Text("Their critical calls are stopped.", Tone.WARN),) if use.stopped else ()),
            *rows.actions(
                switch(use.team_id, use.member_id, use.member_name),
                Button("Team", Verb.TEAM, ref=use.team_id),
                rows.NOTIFY,
            ),
        ),
        summary=f"{use.member_name} made {calls} on {day}: {spoken(use.cost_micro)} credits"
        f" from the pool of {use.team_name}.",
    )


def account_linked_card(platform: str, account_name: str) -> Card:
    """Tell a member at their other accounts that one more stands for them now."""
    where = PLATFORMS.get(platform, platform)
    return Card(
        title=f"An account on {where} now acts for you",
        body=(
            Facts((Fact(where, account_name or "without a name"),)),
            Text("Was it not you? Unlink it now, and tell an administrator.", Tone.WARN),
            *rows.actions(rows.ACCOUNTS),
        ),
        summary=f"An account on {where} now acts for you.",
    )


def account_unlinked_card(platform: str, account_name: str) -> Card:
    """Tell a member at their other accounts that one does not stand for them any more."""
    where = PLATFORMS.get(platform, platform)
    return Card(
        title=f"An account on {where} no longer acts for you",
        body=(
            *((Facts((Fact(where, account_name),)),) if account_name else ()),
            Text("Nothing that is done there counts as yours any more."),
            *rows.actions(rows.ACCOUNTS, LINK_ANOTHER),
        ),
        summary=f"An account on {where} no longer acts for you.",
    )


def nobody_card(view: RequestView) -> Card:
    """Show administrators a request whose approvers cannot be reached in chat."""
    card = approval_card(view)
    why = Text("Nobody who manages this team can be reached in chat: please decide.", Tone.WARN)
    return Card(
        title=card.title,
        body=(why, *card.body),
        summary=f"Nobody else can be reached: {card.said}",
        ref=card.ref,
        rev=card.rev,
    )
