"""Asking for more: how much, and what for."""

from cards import purses, rows
from cards.actions import Verb
from cards.card import Button, Card, Field, Kind, Node, Style, Text, Tone
from cards.phrases import amount as amount_of
from core.domain.approvals import MOST_REASON
from core.domain.credits import MICRO, spoken, wire
from core.domain.spans import moment
from core.views import ApprovalView, QuotaView
from core.views.chat import RefusedView, RequestView

PRESETS = 3
FIRST_PRESET = 100
"""Credits to begin with where there is no quota yet to measure by."""
MOST_PRESET = 200_000_000
"""The largest first preset: the third is then the most that can be asked for."""
MOST_AMOUNT = 20
"""Characters of an amount."""
SHARE = 10
"""The first preset is about a tenth of own quota, and no less than what a refused call lacked."""


def request_form(
    quota: QuotaView,
    *,
    amount: str = "",
    reason: str = "",
    refused: RefusedView | None = None,
    mine: RequestView | None = None,
) -> Card:
    """Ask how much more somebody needs; while a request of theirs waits, this changes it."""
    pending = mine.approval if mine else refused.pending if refused else None
    offers = presets(quota.own.granted_micro, refused.missing_micro if refused else 0)
    return Card(
        title="Change your request" if pending else "Ask for more credits",
        body=(
            *_refused(refused),
            purses.own_meter(quota),
            *_pending(pending),
            *rows.actions(*(_preset(offer) for offer in offers)),
            *rows.form(
                Button(
                    "Change request" if pending else "Send request",
                    Verb.REQUEST_SEND,
                    style=Style.PRIMARY,
                ),
                _amount(amount or (wire(pending.amount_micro) if pending else str(offers[0]))),
                _reason(reason or (pending.reason if pending else "")),
            ),
            Text(
                "Whoever can approve it is told at once. Then the same key works again.",
                Tone.MUTED,
            ),
        ),
        summary="Say how many credits you need, and what for.",
    )


def presets(granted_micro: int, missing_micro: int) -> tuple[int, ...]:
    """Return three round amounts in credits to choose from, the smallest first."""
    wanted = max(-(-missing_micro // MICRO), granted_micro // SHARE // MICRO)
    least = min(wanted or FIRST_PRESET, MOST_PRESET)
    found: list[int] = []
    unit = 1
    while len(found) < PRESETS:
        found += [unit * step for step in (1, 2, 5) if unit * step >= least]
        unit *= 10
    return tuple(found[:PRESETS])


def _preset(offer: int) -> Button:
    """Return the button that asks for this much at once."""
    return Button(f"Ask for {spoken(offer * MICRO)}", Verb.REQUEST, literal=str(offer))


def _refused(refused: RefusedView | None) -> tuple[Node, ...]:
    if refused is None:
        return ()
    lacked = f"at least {_rounded_up(refused.missing_micro)} more"
    return (
        Text(f"A call of {moment(refused.at_ms)} was refused; it needs {lacked}.", Tone.WARN),
        Text(refused.model, Tone.MUTED),
    )


def _rounded_up(amount_micro: int) -> str:
    """Return an amount that is no less than this: what is asked for must suffice."""
    hundredth = MICRO // 100
    if amount_micro < MICRO:
        return amount_of(amount_micro)
    unit = hundredth if amount_micro < 100 * MICRO else MICRO
    return amount_of(-(-amount_micro // unit) * unit)


def _pending(pending: ApprovalView | None) -> tuple[Node, ...]:
    if pending is None:
        return ()
    return (
        Text(
            f"Your request for {amount_of(pending.amount_micro)} waits since"
            f" {moment(pending.created_ms)}. What you send now takes its place."
        ),
        *rows.actions(
            Button("Withdraw it", Verb.REQUEST_WITHDRAW, ref=pending.id, rev=pending.rev)
        ),
    )


def _amount(value: str) -> Field:
    return Field(
        "amount",
        "How many credits",
        Kind.AMOUNT,
        value=value,
        hint="For example 500, 5k or 1.5",
        most=MOST_AMOUNT,
    )


def _reason(value: str) -> Field:
    return Field(
        "reason",
        "What for",
        Kind.TEXT,
        value=value,
        hint="One sentence helps whoever decides",
        required=False,
        most=MOST_REASON,
    )
