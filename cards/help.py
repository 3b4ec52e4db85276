"""Help: what can be said, and what somebody may have meant."""

from msgspec import Struct

from cards import rows
from cards.card import Card, Fact, Facts, Node, Text, Tone


class HelpLine(Struct, frozen=True):
    """One command: how it is said, and what it does."""

    usage: str
    summary: str


def help_card(lines: tuple[HelpLine, ...], did_you_mean: str = "", said: str = "") -> Card:
    """List the commands; after something that was none, with the one it was closest to."""
    return Card(
        title="I did not understand that" if said else "What I can do",
        body=(
            *_misunderstood(did_you_mean, said),
            Facts(tuple(Fact(line.usage, line.summary) for line in lines)),
            *rows.actions(rows.QUOTA, rows.ASK, rows.VACATION, rows.HOME),
            *rows.actions(rows.NOTIFY, rows.PRIVACY, rows.ACCOUNTS),
        ),
        summary=_summary(did_you_mean, said),
    )


def usage_card_of(line: HelpLine, problem: str) -> Card:
    """Say what was wrong with a command, and how it is said."""
    return Card(
        title=f"How to say it: {line.usage}",
        body=(Text(problem, Tone.WARN), Facts((Fact(line.usage, line.summary),))),
        summary=problem,
    )


def _misunderstood(did_you_mean: str, said: str) -> tuple[Node, ...]:
    if not said:
        return ()
    meant = (Text(f"Did you mean {did_you_mean}?", Tone.STRONG),) if did_you_mean else ()
    return (Text(said, Tone.QUOTE), *meant)


def _summary(did_you_mean: str, said: str) -> str:
    if not said:
        return "The commands, and what each one does."
    if did_you_mean:
        return f"I did not understand that. Did you mean {did_you_mean}?"
    return "I did not understand that. These are the commands."
