"""Vacation: on, off, until when, what colleagues may use meanwhile, and thanks for it."""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Card, Fact, Facts, Field, Kind, Node, Style, Text, Tone
from cards.phrases import amount, count
from core.domain.credits import spoken
from core.domain.spans import moment
from core.views.chat import AbsenceTeamView, AbsenceView

PRESETS = (("1 day", "1d"), ("3 days", "3d"), ("1 week", "7d"), ("2 weeks", "14d"))


def vacation_card(view: AbsenceView) -> Card:
    """Show whether a member is away, what their teams lend meanwhile, and how to change it."""
    return _away(view) if view.away else _here(view)


def dates_form(view: AbsenceView) -> Card:
    """Ask for the day of return."""
    return Card(
        title="When are you back?",
        body=(
            *_current(view),
            *rows.form(
                Button("Set vacation", Verb.VACATION_SEND, style=Style.PRIMARY),
                Field(
                    "until",
                    "First day back",
                    Kind.DATE,
                    hint="For example friday, 1 dec or 2w",
                ),
            ),
            *rows.actions(rows.VACATION),
        ),
        summary="Say which day is your first one back.",
    )


def thanks_card(view: AbsenceView) -> Card:
    """Welcome a member back with what their absence made possible."""
    used = _used_in_all(view)
    return Card(
        title=f"Welcome back, {view.name}",
        body=(
            *((Text(used, Tone.GOOD if view.calls else Tone.PLAIN),) if view.teams else ()),
            *_per_team(view),
            Text(_thanks(view)),
            *rows.actions(rows.QUOTA, rows.HOME),
        ),
        summary=f"Welcome back. {used if view.teams else _thanks(view)}",
    )


def _thanks(view: AbsenceView) -> str:
    if not view.teams:
        return "It is good to have you back."
    return "Thank you for sharing." if view.calls else "Thank you for offering it."


def colleague_card(name: str, until_ms: int | None, team_name: str) -> Card:
    """Tell a manager that somebody of their team is on vacation."""
    until = _until(until_ms)
    return Card(
        title=f"{name} is on vacation",
        body=(
            Text(f"{name} is on vacation {until}."),
            Facts((Fact("Team", team_name),)),
            Text(
                "Meanwhile the pool's vacation share is open to the others of the team.",
                Tone.MUTED,
            ),
            *rows.actions(rows.TEAMS, rows.NOTIFY),
        ),
        summary=f"{name} is on vacation {until}.",
    )


def _away(view: AbsenceView) -> Card:
    until = _until(view.until_ms)
    return Card(
        title="You are on vacation",
        body=(
            Text(f"You are on vacation {until}. Enjoy it!", Tone.GOOD),
            *_lent(view),
            *((Text(_used_in_all(view)),) if view.teams else ()),
            *rows.actions(rows.BACK, Button("Other dates", Verb.VACATION_DATES)),
        ),
        summary=f"You are on vacation {until}.",
    )


def _here(view: AbsenceView) -> Card:
    return Card(
        title="You are not on vacation",
        body=(
            Text("Going away? Your colleagues can use a share of the team pool meanwhile."),
            *_lent(view),
            *rows.actions(*(_preset(label, literal) for label, literal in PRESETS)),
            *rows.actions(
                Button("Until a date", Verb.VACATION_DATES),
                Button("Until further notice", Verb.VACATION_ON),
                rows.HOME,
            ),
        ),
        summary="You are not on vacation. Going away? Say for how long.",
    )


def _preset(label: str, literal: str) -> Button:
    return Button(label, Verb.VACATION_ON, literal=literal)


def _until(until_ms: int | None) -> str:
    return "until further notice" if until_ms is None else f"until {moment(until_ms)}"


def _current(view: AbsenceView) -> tuple[Node, ...]:
    return (Text(f"You are on vacation {_until(view.until_ms)}."),) if view.away else ()


def _lent(view: AbsenceView) -> tuple[Node, ...]:
    if not view.teams:
        return (Text("You are in no team, so there is nothing to lend.", Tone.MUTED),)
    return (Facts(tuple(Fact(team.name, _lends(team)) for team in view.teams)),)


def _lends(team: AbsenceTeamView) -> str:
    if not team.cap_micro:
        return "lends nothing of its pool"
    return f"lends up to {amount(team.cap_micro)}, {spoken(team.available_micro)} free now"


def _used_in_all(view: AbsenceView) -> str:
    if not view.calls:
        return (
            "So far nobody needed your share."
            if view.away
            else "Nobody needed your share this time."
        )
    calls = count(view.calls, "call")
    if view.away:
        return f"Colleagues have used {amount(view.used_micro)} in {calls} so far."
    return f"While you were away, colleagues used {amount(view.used_micro)} in {calls}."


def _per_team(view: AbsenceView) -> tuple[Node, ...]:
    used = tuple(Fact(team.name, _drew(team)) for team in view.teams if team.calls)
    return (Facts(used),) if used else ()


def _drew(team: AbsenceTeamView) -> str:
    people = count(team.people, "colleague")
    return f"{amount(team.used_micro)} for {people} in {count(team.calls, 'call')}"
