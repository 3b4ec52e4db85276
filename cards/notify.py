"""Notices: what somebody wants to be told, when, and where.

What `bell.set` may carry, for whoever handles it: a literal `no-<kind>` or `on-<kind>` with a kind
of KINDS; `to-<platform>` or `to-any`; `quiet-off`; or `form` with the values `thresholds`
(`80, 100`, empty: none) and `quiet` (`22:00-07:00 +01:00`, empty: none).
"""

from cards import rows
from cards.actions import Verb
from cards.card import Button, Card, Fact, Facts, Field, Node, Style
from cards.link import PLATFORMS
from cards.phrases import listed
from core.views.chat import NotifyView

QUOTA = "quota"
KINDS = {QUOTA: "Quota warnings", "vacation": "Vacations", "critical": "Critical calls of my team"}
"""What can be turned off, each by one button."""
CHANNELS = PLATFORMS
FORM, ANY, QUIET_OFF = "form", "to-any", "quiet-off"


def notify_card(view: NotifyView) -> Card:
    """Show what a member is told, with a switch for each of it."""
    return Card(
        title="Your notices",
        body=(
            Facts(_facts(view)),
            *rows.actions(*(_switch(view, kind) for kind in KINDS)),
            *rows.actions(*_channels(view)),
            *_form(view),
            *rows.actions(rows.HOME),
        ),
        summary=f"Quota warnings: {_thresholds(view)}. Quiet hours: {_quiet(view)}.",
    )


def _facts(view: NotifyView) -> tuple[Fact, ...]:
    on = _thresholds(view)
    return (
        *(Fact(KINDS[kind], on if kind == QUOTA else _on(view, kind)) for kind in KINDS),
        Fact("Quiet hours", _quiet(view)),
        Fact("Sent to", CHANNELS.get(view.channel, "the account you linked last")),
    )


def _on(view: NotifyView, kind: str) -> str:
    return "off" if kind in view.muted else "on"


def _thresholds(view: NotifyView) -> str:
    if not view.thresholds or QUOTA in view.muted:
        return "off"
    return f"at {listed([f'{percent} %' for percent in view.thresholds])} used"


def _quiet(view: NotifyView) -> str:
    if view.quiet_from is None or view.quiet_to is None:
        return "none"
    offset = _offset(view.utc_offset_minutes)
    return f"{_clock(view.quiet_from)} to {_clock(view.quiet_to)} (UTC{offset})"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _offset(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{_clock(abs(minutes))}"


def _switch(view: NotifyView, kind: str) -> Button:
    muted = kind in view.muted
    label = f"{KINDS[kind]}: turn {'on' if muted else 'off'}"
    return Button(label, Verb.NOTIFY_SET, literal=f"{'on' if muted else 'no'}-{kind}")


def _channels(view: NotifyView) -> tuple[Button | None, ...]:
    if len(view.channels) < 2:  # noqa: PLR2004 - nothing to choose from
        return ()
    last = Button("Send to the last linked", Verb.NOTIFY_SET, literal=ANY)
    others = (
        Button(f"Send to {CHANNELS[channel]}", Verb.NOTIFY_SET, literal=f"to-{channel}")
        for channel in view.channels
        if channel in CHANNELS and channel != view.channel
    )
    return (*others, last if view.channel else None)


def _form(view: NotifyView) -> tuple[Node, ...]:
    quiet = ""
    if view.quiet_from is not None and view.quiet_to is not None:
        offset = _offset(view.utc_offset_minutes)
        quiet = f"{_clock(view.quiet_from)}-{_clock(view.quiet_to)} {offset}"
    return (
        *rows.actions(
            Button("No quiet hours", Verb.NOTIFY_SET, literal=QUIET_OFF) if quiet else None
        ),
        *rows.form(
            Button("Save", Verb.NOTIFY_SET, literal=FORM, style=Style.PRIMARY),
            Field(
                "thresholds",
                "Warn me when this much of my quota is used, in per cent",
                value=", ".join(str(percent) for percent in view.thresholds),
                hint="For example 80, 100; empty for never",
                required=False,
            ),
            Field(
                "quiet",
                "Quiet hours, with your distance from UTC",
                value=quiet,
                hint="For example 22:00-07:00 +01:00; empty for none",
                required=False,
            ),
        ),
    )
