"""Usage: what was spent on what, and how it went day by day."""

from cards import rows
from cards.actions import Verb
from cards.card import (
    Bar,
    Button,
    Card,
    Chart,
    Column,
    Fact,
    Facts,
    Node,
    Table,
    Text,
    Tone,
)
from cards.phrases import amount, count, date
from core.domain.credits import spoken
from core.domain.spans import DAY_MS, day_of, moment
from core.views import UsageLine, UsageView

MOST_LINES = 10
MOST_BARS = 31
GROUPS = {"day": "Day", "model": "Model", "team": "Team", "member": "Member", "payer": "Paid from"}
SPANS = (("Last 7 days", "7d"), ("Last 30 days", "30d"))


def usage_card(view: UsageView, chart: UsageView) -> Card:
    """Show the sums of `view`, and those of `chart`, which is by day, as bars."""
    spent = f"{amount(view.cost_micro)} in {count(view.calls, 'call')}"
    since = f"{moment(view.starts_ms)} to {moment(view.ends_ms)}"
    return Card(
        title=f"Usage: {spent}" if view.calls else "Usage: no calls",
        body=(
            Text(since, Tone.MUTED),
            *(_figures(view) if view.calls else (Text("No calls in this time."),)),
            *_chart(chart),
            *rows.actions(*(_span(*span) for span in SPANS), rows.QUOTA),
        ),
        summary=f"{spent}, {since}.",
    )


def _figures(view: UsageView) -> tuple[Node, ...]:
    columns = (
        Column(GROUPS.get(view.by, view.by)),
        Column("Calls", numeric=True),
        Column("Credits", numeric=True),
    )
    hidden = len(view.lines) - MOST_LINES
    return (
        Facts(
            (
                Fact("Prompt", count(view.prompt_tokens, "token")),
                Fact("Answers", count(view.completion_tokens, "token")),
            )
        ),
        Table(columns, tuple(_line(line) for line in view.lines[:MOST_LINES])),
        *((Text(f"And {hidden:,} more.", Tone.MUTED),) if hidden > 0 else ()),
    )


def _line(line: UsageLine) -> tuple[str, ...]:
    return (line.name, f"{line.calls:,}", spoken(line.cost_micro))


def _chart(chart: UsageView) -> tuple[Node, ...]:
    """Return a bar for each of the last days, also for those without a call."""
    if not chart.calls:
        return ()
    found = {line.group: line.cost_micro for line in chart.lines}
    last = (chart.ends_ms - 1) // DAY_MS
    first = max(chart.starts_ms // DAY_MS, last - MOST_BARS + 1)
    bars = (_bar(day * DAY_MS, found) for day in range(first, last + 1))
    return (Chart("Credits by day", tuple(bars)),)


def _bar(day_ms: int, found: dict[str, int]) -> Bar:
    spent = found.get(day_of(day_ms), 0)
    return Bar(date(day_ms), spent, amount(spent))


def _span(label: str, literal: str) -> Button:
    return Button(label, Verb.USAGE, literal=literal)
