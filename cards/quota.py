"""Quota: own credits, what the teams' pools add, how long it lasts, and the latest calls."""

from cards import purses, rows
from cards.actions import Verb
from cards.card import (
    Button,
    Card,
    Column,
    Divider,
    Facts,
    Level,
    Node,
    Table,
    Text,
    Tone,
)
from cards.phrases import count
from core.domain.credits import spoken
from core.domain.spans import moment
from core.views import QuotaView, TeamQuotaView
from core.views.chat import LastCallView

PAID_BY = {"own": "own quota", "critical": "team pool, critical", "vacation": "vacation share"}
COLUMNS = (Column("When"), Column("Model"), Column("Credits", numeric=True), Column("Paid from"))


def quota_card(quota: QuotaView, last: tuple[LastCallView, ...], *, own: bool) -> Card:
    """Show what a member has: `own` if they ask themselves, else to whoever may look at them."""
    left, bar = purses.own_left(quota), purses.own_meter(quota)
    whose = "You have" if own else f"{quota.name} has"
    return Card(
        title=f"{whose} {left}",
        body=(
            bar,
            *forecast(quota, own=own),
            Facts(purses.figures(quota)),
            *(node for team in quota.teams for node in _team(team, own=own)),
            *_calls(last, own=own),
            *(_buttons(bar.level) if own else ()),
        ),
        summary=f"{whose} {left} until {moment(quota.period.ends_ms)}.",
    )


def forecast(quota: QuotaView, *, own: bool = True) -> tuple[Node, ...]:
    """Return how long own credits last at this pace, if it is not too early to tell."""
    until = quota.lasts_until_ms
    told = quota.forecast
    if not own:  # the sentence is written for the member
        told = "" if until is None else f"At this pace it lasts until {moment(until)}."
    short = until is not None and until < quota.period.ends_ms
    return (Text(told, Tone.WARN if short else Tone.PLAIN),) if told else ()


def _team(team: TeamQuotaView, *, own: bool) -> tuple[Node, ...]:
    return (
        Divider(),
        Text(team.name, Tone.STRONG),
        purses.meter("Team pool", team.pool),
        Facts(
            (
                purses.share("Vacation share", team.vacation, own=own),
                purses.share("Critical share", team.critical, own=own),
            )
        ),
    )


def _calls(last: tuple[LastCallView, ...], *, own: bool) -> tuple[Node, ...]:
    if not last:
        return (Divider(), Text("No calls yet.", Tone.MUTED))
    return (
        Divider(),
        Text("Latest calls", Tone.STRONG),
        Table(COLUMNS, tuple(_call(call) for call in last)),
        *(rows.actions(*(_why(call) for call in last)) if own else ()),
    )


def _call(call: LastCallView) -> tuple[str, ...]:
    if call.refused:
        times = "" if call.count == 1 else f" {count(call.count, 'time')}"
        return (moment(call.at_ms), call.model, "none", f"refused{times}")
    paid = PAID_BY.get(call.payer, call.payer)
    return (moment(call.at_ms), call.model, spoken(call.cost_micro), paid)


def _why(call: LastCallView) -> Button:
    return Button(f"Why? {moment(call.at_ms)}", Verb.WHY, ref=call.call_id)


def _buttons(level: Level) -> tuple[Node, ...]:
    ask = rows.ASK if level is Level.GOOD else rows.ASK_FIRST
    return rows.actions(ask, rows.USAGE, rows.VACATION, rows.HOME)
