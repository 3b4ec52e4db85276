"""What a member wants to be told, and when they are not to be disturbed."""

from dataclasses import dataclass

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.notifying import DAY_MINUTES, Topic, checked_thresholds
from core.service.acting import act_of
from core.service.start import Core
from core.store import preferences as store
from core.store.statements import Value
from core.views.chat import NotifyView

MOST_OFFSET = 14 * 60
"""Minutes; no place on Earth is further from UTC."""


@dataclass(frozen=True, slots=True)
class NotifyChange:
    """What changes; None stays as it is."""

    thresholds: tuple[int, ...] | None = None
    """Per cent of own quota; empty: no warnings."""
    quiet: tuple[int, int] | None = None
    """Minutes after midnight, in the member's own time; two equal ones: no quiet hours."""
    utc_offset_minutes: int | None = None
    channel: str | None = None
    """The platform to try first; empty: whichever was linked last."""
    muted: tuple[str, ...] | None = None


async def preferences(core: Core, caller: Caller) -> NotifyView:
    return await core.database.read(store.read(caller.id))


async def change(core: Core, caller: Caller, change: NotifyChange) -> NotifyView:
    """Change what I am told; Refusal for what cannot be, such as a platform I am not on."""
    act, columns = act_of(core, caller.person), _columns(change)
    if change.channel:
        linked = (await preferences(core, caller)).channels
        if change.channel not in linked:
            raise _invalid(
                "channel", f"one of {', '.join(linked)}" if linked else "link one first"
            )
    return await core.database.run(lambda: store.change(act, columns))


def _columns(change: NotifyChange) -> dict[str, Value]:
    columns: dict[str, Value] = {}
    if change.thresholds is not None:
        columns["thresholds"] = ",".join(map(str, checked_thresholds(change.thresholds)))
    if change.quiet is not None:
        columns |= _quiet(*change.quiet)
    if change.utc_offset_minutes is not None:
        if abs(change.utc_offset_minutes) > MOST_OFFSET:
            raise _invalid("utc_offset", "-14:00 to +14:00")
        columns["utc_offset"] = change.utc_offset_minutes
    if change.channel is not None:
        columns["channel"] = change.channel
    if change.muted is not None:
        columns["muted"] = _muted(change.muted)
    return columns


def _quiet(begins: int, ends: int) -> dict[str, Value]:
    if not (0 <= begins < DAY_MINUTES and 0 <= ends < DAY_MINUTES):
        raise _invalid("quiet", "times of day, from 00:00 to 23:59")
    if begins == ends:
        return {"quiet_from": None, "quiet_to": None}
    return {"quiet_from": begins, "quiet_to": ends}


def _muted(topics: tuple[str, ...]) -> str:
    if not set(topics) <= {topic.value for topic in Topic}:
        raise _invalid("muted", f"any of {', '.join(Topic)}")
    return ",".join(sorted(set(topics)))


def _invalid(param: str, allowed: str) -> Refusal:
    return Refusal(Code.INVALID_FIELD, f"{param}: {allowed}.", param=param)
