"""Programs about what a member wants to be told, and when."""

from core.domain.notifying import DEFAULT_THRESHOLDS, muted_of, thresholds_of
from core.store.acts import Act, acting
from core.store.chat_tables import NotifyRow
from core.store.statements import Change, Insert, Program, Read, Value
from core.views.chat import NotifyView

READ = """
SELECT thresholds, quiet_from, quiet_to, utc_offset, channel, muted FROM notify
WHERE member_id = :1
"""
READ_PLATFORMS = (
    "SELECT DISTINCT platform FROM identity_link WHERE member_id = :1 ORDER BY platform"
)
BLANK = ("member_id", "thresholds", "quiet_from", "quiet_to", "utc_offset", "channel", "muted")
AS_DEFAULT = (",".join(map(str, DEFAULT_THRESHOLDS)), None, None, 0, "", "")


def read(member_id: str) -> Program[NotifyView]:
    """Read a member's wishes, or the defaults of whoever has not said any."""
    rows = yield Read(READ, (member_id,))
    platforms = yield Read(READ_PLATFORMS, (member_id,))
    thresholds, quiet_from, quiet_to, utc_offset, channel, muted = rows[0] if rows else AS_DEFAULT
    return NotifyView(
        thresholds=thresholds_of(thresholds),
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        utc_offset_minutes=utc_offset,
        channel=channel,
        muted=tuple(topic.value for topic in muted_of(muted)),
        channels=tuple(row[0] for row in platforms),
    )


def change(act: Act, columns: dict[str, Value]) -> Program[NotifyView]:
    """Change some of one's own wishes."""
    person = yield from acting(act)
    yield Insert(NotifyRow, BLANK, [(person.id, *AS_DEFAULT)], ignore=True)
    if columns:
        yield Change(NotifyRow, ("member_id", *columns), [(person.id, *columns.values())])
    return (yield from read(person.id))
