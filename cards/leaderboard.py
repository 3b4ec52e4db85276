"""The leaderboard: who gets the most answer out of a token of prompt."""

from cards import rows
from cards.actions import Verb
from cards.card import Bar, Button, Card, Chart, Column, Node, Style, Table, Text, Tone
from core.domain.credits import spoken
from core.domain.spans import moment
from core.views import LeaderboardView, RankView

MEANING = "Efficiency is tokens of answer for each token of prompt."
COLUMNS = (
    Column("Place", numeric=True),
    Column("Name"),
    Column("Efficiency", numeric=True),
    Column("Calls", numeric=True),
    Column("Credits per 1,000 tokens", numeric=True),
)


def leaderboard_card(view: LeaderboardView, *, week: bool) -> Card:
    """Show the top of the board and the asker's own place, which nobody else may see."""
    title = f"Leaderboard of the {'week' if week else 'month'}"
    return Card(
        title=title,
        body=(
            Text(f"{moment(view.period.starts_ms)} to {moment(view.period.ends_ms)}", Tone.MUTED),
            Text(MEANING, Tone.MUTED),
            *_ranks(view.ranks),
            *_mine(view.mine),
            *((Text(view.message, Tone.MUTED),) if view.message else ()),
            *_buttons(view, week=week),
        ),
        summary=f"{title}. {_place(view.mine)}",
    )


def weekly_card(view: LeaderboardView) -> Card:
    """Show a week that is over to many people: nobody's own place, and nothing to click."""
    title = f"Leaderboard of week {view.period.name}"
    own = f"From {view.minimum_calls} calls on, `leaderboard` shows you your own place"
    return Card(
        title=title,
        body=(
            Text(f"{moment(view.period.starts_ms)} to {moment(view.period.ends_ms)}", Tone.MUTED),
            Text(MEANING, Tone.MUTED),
            *_ranks(view.ranks),
            Text(f"{own}, and leaves you out if you like.", Tone.MUTED),
        ),
        summary=f"{title}. {_first(view.ranks)}",
    )


def board_chart(card: Card) -> Chart | None:
    """Return the ranks on a card as bars, for a picture; None if it shows none."""
    for node in card.body:
        if isinstance(node, Table) and node.columns == COLUMNS:
            return Chart("Tokens of answer for each token of prompt", _bars(node))
    return None


def _bars(table: Table) -> tuple[Bar, ...]:
    return tuple(
        Bar(f"{place}. {name}", round(float(efficiency) * 100), efficiency)
        for place, name, efficiency, *_ in table.rows
    )


def _first(ranks: tuple[RankView, ...]) -> str:
    if not ranks:
        return "Nobody is shown."
    return f"{ranks[0].name} is first, with an efficiency of {ranks[0].efficiency:.2f}."


def _ranks(ranks: tuple[RankView, ...]) -> tuple[Node, ...]:
    if not ranks:
        return (Text("Nobody is shown yet."),)
    return (Table(COLUMNS, tuple(_row(rank) for rank in ranks)),)


def _row(rank: RankView) -> tuple[str, ...]:
    return (
        str(rank.rank),
        rank.name,
        f"{rank.efficiency:.2f}",
        f"{rank.calls:,}",
        spoken(rank.cost_per_1k_completion_micro),
    )


def _mine(mine: RankView | None) -> tuple[Node, ...]:
    return () if mine is None else (Text(_place(mine), Tone.STRONG),)


def _place(mine: RankView | None) -> str:
    if mine is None:
        return "You have no place yet."
    return f"Your place: {mine.rank}, with an efficiency of {mine.efficiency:.2f}."


def _buttons(view: LeaderboardView, *, week: bool) -> tuple[Node, ...]:
    other = ("This month", "month") if week else ("This week", "week")
    hide = Button("Leave me out", Verb.LEADERBOARD_HIDE)
    join = Button("Show me", Verb.LEADERBOARD_JOIN, style=Style.PRIMARY)
    return rows.actions(
        Button(other[0], Verb.LEADERBOARD, literal=other[1]),
        join if view.hidden else hide,
        rows.HOME,
    )
