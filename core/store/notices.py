"""Programs that tell people something: outbox rows, in the transaction that gives rise to them.

A notice is an event and a recipient; its id is derived from both, so that whatever runs twice
tells once. What it says is rendered when it is sent, from the rows as they are then.

The web chat gets a row of its own beside the one for all other accounts: it keeps a copy of
everything, and does not wait for a platform that is down.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from core.domain.accounts import WEB
from core.domain.notifying import TOPICS, Kind, muted_of
from core.store.acts import Act
from core.store.chat_tables import OutboxRow
from core.store.statements import Announce, Insert, Program, Read, Value

OUTBOX = "outbox"
"""The topic: something is to be sent, or a copy of a card is to be edited."""
COLUMNS = (
    "id", "queue", "member_id", "kind", "ref", "payload", "state", "attempts", "next_ms",
    "lease_holder", "lease_until", "channel", "fault", "created_ms",
)  # fmt: skip
READ_MANAGERS = """
SELECT DISTINCT m.id FROM membership s JOIN member m ON m.id = s.member_id
WHERE s.team_id IN :1 AND s.role = 'manager' AND m.status = 'active' AND m.id <> :2 ORDER BY m.id
"""
READ_ADMINS = """
SELECT id FROM member WHERE role = 'admin' AND status = 'active' AND id <> :1 ORDER BY id
"""
READ_HOMES = """
SELECT member_id, max(CASE WHEN platform = 'web' THEN 1 ELSE 0 END),
  max(CASE WHEN platform = 'web' THEN 0 ELSE 1 END)
FROM identity_link WHERE member_id IN :1 GROUP BY member_id
"""
READ_ROWS = "SELECT id FROM outbox WHERE id IN :1"
READ_SAID = READ_ROWS + " AND (state <> 'moot' OR fault <> '')"
REVIVE = """
UPDATE outbox SET state = 'pending', next_ms = :2, payload = :3, attempts = 0, lease_until = 0,
  ended_ms = NULL
WHERE id IN :1 AND state = 'moot' AND fault = '' RETURNING id
"""
"""What came to nothing when its turn came was never told. With a fault it was, by other rows, or
there is no place to tell it."""
READ_MUTED = "SELECT member_id, muted FROM notify WHERE member_id IN :1 AND muted <> ''"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell. `payload` is ids and figures, never words of a call, nor a secret."""

    kind: Kind
    event: str
    """What happened, once: `asked:<approval>`."""
    ref: str = ""
    """The row it is about."""
    payload: Mapping[str, str | int | bool | None] = field(default_factory=dict)


def tell(act: Act, notice: Notice, recipients: Iterable[str]) -> Program[None]:
    """Write a notice to each of these members who was not told of this event before.

    To whom it came to nothing, as it was over by then, it goes out again.
    """
    wanting = yield from willing(notice.kind, sorted(set(recipients)))
    if wanting:
        homes = yield from _homes(wanting)
        rows = [_row(act, notice, member_id, home) for member_id, home in homes]
        yield Insert(OutboxRow, COLUMNS, rows, ignore=True)
        yield Read(REVIVE, ([str(row[0]) for row in rows], act.now_ms, _payload(notice)))
        yield Announce(OUTBOX)


def tell_admins(act: Act, notice: Notice) -> Program[None]:
    yield from tell(act, notice, (yield from admins()))


def willing(kind: Kind, recipients: list[str]) -> Program[list[str]]:
    """Return those who have not muted this kind."""
    topic = TOPICS.get(kind)
    if topic is None or not recipients:
        return recipients
    rows = yield Read(READ_MUTED, (recipients,))
    muted = {row[0] for row in rows if topic in muted_of(row[1])}
    return [member_id for member_id in recipients if member_id not in muted]


def _homes(member_ids: list[str]) -> Program[list[tuple[str, str]]]:
    """Return the members with the channels that each has a row for: the web chat, the others.

    Who has no account at all has one too, which ends as a dead letter.
    """
    rows = yield Read(READ_HOMES, (member_ids,))
    at_web = {row[0] for row in rows if row[1]}
    beyond = {row[0] for row in rows if row[2]} | (set(member_ids) - at_web)
    return [(m, "") for m in member_ids if m in beyond] + [
        (m, WEB) for m in member_ids if m in at_web
    ]


def told(
    pairs: Iterable[tuple[str, str]], *, but_moot: bool = False
) -> Program[set[tuple[str, str]]]:
    """Return those of these events and recipients that have a row, on whatever channel.

    `but_moot`: without those that came to nothing.
    """
    by_id = {row_id: pair for pair in pairs for row_id in row_ids(*pair)}
    if not by_id:
        return set()
    sql = READ_SAID if but_moot else READ_ROWS
    return {by_id[row[0]] for row in (yield Read(sql, (sorted(by_id),)))}


def managers(team_ids: Iterable[str], but: str) -> Program[list[str]]:
    """Read the active managers of any of these teams, without `but`."""
    return [str(row[0]) for row in (yield Read(READ_MANAGERS, (sorted(set(team_ids)), but)))]


def admins(but: str = "") -> Program[list[str]]:
    """Read the active administrators, without `but`."""
    return [str(row[0]) for row in (yield Read(READ_ADMINS, (but,)))]


def answerable(team_id: str | None, member_id: str) -> Program[list[str]]:
    """Read who answers for a member in a team: its managers, or else the administrators."""
    found = (yield from managers([team_id], member_id)) if team_id else []
    return found or (yield from admins(member_id))


def row_ids(event: str, member_id: str) -> tuple[str, str]:
    return f"{event}:{member_id}", f"{event}:{member_id}/{WEB}"


def _row(act: Act, notice: Notice, member_id: str, channel: str) -> tuple[Value, ...]:
    home = f"{member_id}/{channel}" if channel else member_id
    return (
        f"{notice.event}:{home}", home, member_id, notice.kind.value, notice.ref,
        _payload(notice), "pending", 0, act.now_ms, "", 0, channel, "", act.now_ms,
    )  # fmt: skip


def _payload(notice: Notice) -> str:
    return msgspec.json.encode(notice.payload).decode()
