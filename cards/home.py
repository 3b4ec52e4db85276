"""Home: where somebody stands, what waits for them, and the way to everything else."""

from cards import purses, rows
from cards.actions import Verb
from cards.card import Button, Card, Divider, Level, Node, Style, Text, Tone
from cards.phrases import amount, count, listed
from cards.quota import forecast
from core.domain.spans import moment
from core.views import QuotaView, TeamQuotaView
from core.views.chat import AbsenceView, RequestView

BACK = Button("I am back", Verb.VACATION_OFF)


def home_card(
    quota: QuotaView, absence: AbsenceView, mine: RequestView | None, waiting: int
) -> Card:
    """Show a member's standing; `mine` waits for others, `waiting` requests wait for them."""
    left, bar = purses.own_left(quota), purses.own_meter(quota)
    return Card(
        title=f"You have {left}",
        body=(
            bar,
            *forecast(quota),
            *(node for team in quota.teams for node in _team(team)),
            *_vacation(absence),
            *_mine(mine),
            *_waiting(waiting),
            *_buttons(bar.level, absence),
        ),
        summary=f"You have {left} until {moment(quota.period.ends_ms)}.",
    )


def _team(team: TeamQuotaView) -> tuple[Node, ...]:
    bar = purses.meter(f"Pool of {team.name}", team.pool)
    if not team.vacation.open:
        return (bar,)
    lends = f"Vacation share: {amount(team.vacation.available_micro)} free for you."
    return (bar, Text(lends, Tone.GOOD))


def _vacation(absence: AbsenceView) -> tuple[Node, ...]:
    if not absence.away:
        return ()
    until = (
        "until further notice" if absence.until_ms is None else f"until {moment(absence.until_ms)}"
    )
    return (Text(f"You are on vacation {until}.", Tone.GOOD),)


def _mine(mine: RequestView | None) -> tuple[Node, ...]:
    if mine is None:
        return ()
    approval = mine.approval
    asked = f"You asked for {amount(approval.amount_micro)} on {moment(approval.created_ms)}."
    return (
        Divider(),
        Text(f"{asked} It waits for a decision."),
        *((Text(f"Told: {listed(mine.asked)}.", Tone.MUTED),) if mine.asked else ()),
        *rows.actions(Button("My request", Verb.APPROVAL, ref=approval.id)),
    )


def _waiting(waiting: int) -> tuple[Node, ...]:
    if not waiting:
        return ()
    wait = f"{count(waiting, 'request waits', 'requests wait')} for you."
    decide = Button("Decide", Verb.APPROVALS, style=Style.PRIMARY)
    return (Divider(), Text(wait, Tone.STRONG), *rows.actions(decide))


def _buttons(level: Level, absence: AbsenceView) -> tuple[Node, ...]:
    ask = rows.ASK if level is Level.GOOD else rows.ASK_FIRST
    vacation = BACK if absence.away else rows.VACATION
    return (
        Divider(),
        *rows.actions(ask, rows.QUOTA, vacation, rows.KEYS),
        *rows.actions(rows.WHY, rows.USAGE, rows.LEADERBOARD, rows.TEAMS, rows.HELP),
    )
