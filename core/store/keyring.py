"""Programs about API keys: find one, make, rotate and revoke them. No program sees a secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.calls import Caller, TeamPace
from core.domain import keys
from core.domain.allowance import FREE, Allowance, checked
from core.domain.caps import Cap, Caps, inherited, own_cap
from core.domain.errors import Code, Refusal, missing
from core.domain.members import Person, Priority, Privacy, Role, Seat, Status, TeamRole, strictest
from core.store.acts import Act, acting
from core.store.allowances import (
    AllowanceChange,
    allowance_of,
    caps_of,
    caps_text,
    models_text,
    too_wide,
    within_own,
)
from core.store.statements import Change, Program, Read, Row, insert
from core.store.tables import ApiKeyRow
from core.views import KeyView

READ_CALLER = """
SELECT k.mac, k.expires_ms, k.revoked_ms, k.team_id, k.priority, k.privacy,
  m.id, m.email, m.name, m.role, m.status, m.privacy, s.team_id, s.role,
  k.models, k.rpm, k.tpm, k.concurrency, t.slug, t.rpm, t.tpm, k.caps
FROM api_key k JOIN member m ON m.id = k.member_id
LEFT JOIN membership s ON s.member_id = m.id LEFT JOIN team t ON t.id = s.team_id
WHERE k.id = :1 ORDER BY s.joined_ms, s.team_id
"""
KEY = """
SELECT id, label, team_id, priority, privacy, caps, created_ms, expires_ms, revoked_ms,
  last_used_ms, member_id, models, rpm, tpm, concurrency FROM api_key
"""
READ_KEYS = KEY + "WHERE member_id = :1 ORDER BY created_ms, id"
LOCK_KEY = KEY + "WHERE id = :1 FOR UPDATE"
COUNT_LIVE = """
SELECT count(*) FROM api_key
WHERE member_id = :1 AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > :2)
"""
REVOKE_ALL = """
UPDATE api_key SET revoked_ms = :2 WHERE member_id = :1 AND revoked_ms IS NULL RETURNING id
"""
MOST_KEYS = 100
"""Live keys of one member."""
SOON_MS = 7 * 86_400_000
LAST_USED = ("id", "last_used_ms")
ALLOWANCE = ("models", "rpm", "tpm", "concurrency")


@dataclass(frozen=True, slots=True)
class Known:
    """A key as the database knows it, with whoever holds it."""

    caller: Caller
    mac: bytes = field(repr=False)
    expires_ms: int | None
    dead: bool
    """Revoked, or its member is disabled."""

    def valid(self, now_ms: int) -> bool:
        return not self.dead and (self.expires_ms is None or now_ms < self.expires_ms)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A key about to be made: its public id and what is kept of it."""

    id: str
    mac: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What a key is for. None as expiry or cap: none."""

    label: str
    team_id: str | None = None
    priority: Priority = Priority.STANDARD
    privacy: Privacy = Privacy.STANDARD
    cap_micro: int | None = None
    expires_ms: int | None = None
    allowance: Allowance = FREE


def find(key_id: str) -> Program[Known | None]:
    """Read a key with its member and their seats; whether it is valid is the caller's question."""
    rows = yield Read(READ_CALLER, (key_id,))
    if not rows:
        return None
    row = rows[0]
    seats = tuple(Seat(r[12], TeamRole(r[13])) for r in rows if r[12] is not None)
    caller = Caller(
        person=Person(row[6], Role(row[9]), seats),
        email=row[7],
        name=row[8],
        key_id=key_id,
        key_team=row[3],
        priority=Priority(row[4]),
        privacy=strictest(Privacy(row[5]), Privacy(row[11])),
        allowance=allowance_of(row[14:18]),
        narrow=row[1] is not None or row[21] != "" or allowance_of(row[14:18]) != FREE,
        team_paces=tuple(
            TeamPace(r[12], *r[18:21]) for r in rows if (r[19], r[20]) != (None, None)
        ),
    )
    dead = row[2] is not None or row[10] != Status.ACTIVE.value
    return Known(caller, bytes(row[0]), row[1], dead)


def first_key(act: Act, member_id: str, fresh: Fresh, label: str) -> Program[None]:
    """Make the key that a new member starts with, in the transaction that adds them."""
    yield insert(_row(member_id, fresh, KeyTerms(label), (), act.now_ms))
    yield act.note("key.new", fresh.id, member=member_id)


def new_key(
    act: Act, member_id: str, fresh: Fresh, terms: KeyTerms, by_key: str = ""
) -> Program[None]:
    """Make a key for oneself, or as an administrator for anybody; no wider than the asking key."""
    rows = yield Read("SELECT status FROM member WHERE id = :1 FOR UPDATE", (member_id,))
    yield from _as_holder(act, member_id)  # as of now: the row may have been waited for
    maker = yield from within_own(by_key, terms.allowance, terms.cap_micro, act.now_ms)
    ends = maker.ends_ms
    if ends is not None and (terms.expires_ms is None or terms.expires_ms > ends):
        raise too_wide(by_key, "expires")
    if not rows:
        raise missing("user", member_id)
    if rows[0][0] != Status.ACTIVE.value:
        raise Refusal(Code.CONFLICT, "This member is disabled: enable them before they get a key.")
    if terms.team_id is not None:
        yield from _seated(member_id, terms.team_id)
    yield from _has_room(member_id, act.now_ms)
    own = () if terms.cap_micro is None else (Cap(fresh.id, terms.cap_micro),)
    caps = inherited(maker.binds(member_id), own)
    yield insert(_row(member_id, fresh, terms, caps, act.now_ms))
    yield act.note("key.new", fresh.id, member=member_id)


def list_keys(act: Act, member_id: str) -> Program[tuple[KeyView, ...]]:
    yield from _as_holder(act, member_id)
    if not (yield Read("SELECT id FROM member WHERE id = :1", (member_id,))):
        raise missing("user", member_id)
    return tuple(_view(row, act.now_ms) for row in (yield Read(READ_KEYS, (member_id,))))


def rotate_key(
    act: Act, key_id: str, fresh: Fresh, old_until_ms: int, by_key: str = ""
) -> Program[str]:
    """Make a key like this one, which ends at `old_until_ms`; return its label.

    The new one has no expiry, as that of the old one may be due to an earlier rotation; but a key
    that ends makes none that outlives it. What was spent of the old one's cap stays spent.
    """
    old = yield from _locked(act, key_id)
    ends = old[7]
    if old[8] is not None or (ends is not None and ends <= act.now_ms):
        raise Refusal(Code.CONFLICT, "This key is no longer valid. Make a new one.")
    allowance, caps = allowance_of(old[11:15]), caps_of(old[5])
    maker = yield from within_own(by_key, allowance, own_cap(caps), act.now_ms)
    until = old_until_ms if ends is None else min(ends, old_until_ms)
    if until > act.now_ms:
        yield from _has_room(old[10], act.now_ms)
    yield Change(ApiKeyRow, ("id", "expires_ms"), [(key_id, until)])
    terms = KeyTerms(
        old[1], old[2], Priority(old[3]), Privacy(old[4]), None, maker.ends_ms, allowance
    )
    caps = inherited(maker.binds(old[10]), caps)
    yield insert(_row(old[10], fresh, terms, caps, act.now_ms))
    yield act.note("key.rotate", key_id, successor=fresh.id, until_ms=until)
    return str(old[1])


def change_key(
    act: Act, key_id: str, change: AllowanceChange, by_key: str = ""
) -> Program[KeyView]:
    """Change what a key may do at most: its member only to less, an administrator at will."""
    old = yield from _locked(act, key_id)
    now = allowance_of(old[11:15])
    wanted = checked(change.of(now))
    if not (yield from acting(act)).is_admin and (wider := wanted.wider_than(now)):
        raise too_wide(key_id, wider)
    yield from within_own(by_key, wanted, own_cap(caps_of(old[5])), act.now_ms)
    if wanted != now:
        values = (models_text(wanted.models), wanted.rpm, wanted.tpm, wanted.concurrency)
        yield Change(ApiKeyRow, ("id", *ALLOWANCE), [(key_id, *values)])
        yield act.note("key.change", key_id, **dict(zip(ALLOWANCE, values, strict=True)))
    return _view((yield Read(LOCK_KEY, (key_id,)))[0], act.now_ms)


def revoke_key(act: Act, key_id: str) -> Program[KeyView]:
    """Revoke a key for good; revoking it again changes nothing."""
    old = yield from _locked(act, key_id)
    if old[8] is None:
        yield Change(ApiKeyRow, ("id", "revoked_ms"), [(key_id, act.now_ms)])
        yield act.note("key.revoke", key_id, member=old[10])
    rows = yield Read(LOCK_KEY, (key_id,))
    return _view(rows[0], act.now_ms)


def revoke_all(act: Act, member_id: str) -> Program[list[str]]:
    """Revoke every key of a member who leaves; return which ones that were."""
    return sorted(row[0] for row in (yield Read(REVOKE_ALL, (member_id, act.now_ms))))


def write_last_used(used: Mapping[str, int]) -> Program[None]:
    yield Change(ApiKeyRow, LAST_USED, sorted(used.items()))


def _as_holder(act: Act, member_id: str) -> Program[None]:
    person = yield from acting(act)
    if person.id != member_id and not person.is_admin:
        raise missing("user", member_id)


def _locked(act: Act, key_id: str) -> Program[Row]:
    """Lock a key that is the actor's to handle: their own, or anybody's for an administrator."""
    rows = yield Read(LOCK_KEY, (key_id,))
    person = yield from acting(act)  # a right may be lost while one waits for the row
    if not rows or not (person.is_admin or rows[0][10] == person.id):
        raise missing("key", keys.prefix(key_id))
    return rows[0]


def _has_room(member_id: str, now_ms: int) -> Program[None]:
    """Refuse one live key more than a member may have."""
    live = yield Read(COUNT_LIVE, (member_id, now_ms))
    if live[0][0] >= MOST_KEYS:
        raise Refusal(
            Code.CONFLICT, f"There are {MOST_KEYS} live keys already. Revoke one that is not used."
        )


def _seated(member_id: str, team_id: str) -> Program[None]:
    sql = "SELECT team_id FROM membership WHERE member_id = :1 AND team_id = :2"
    if not (yield Read(sql, (member_id, team_id))):
        raise Refusal(
            Code.INVALID_FIELD, "team_id: a team that the key's owner belongs to.", param="team_id"
        )


def _row(member_id: str, fresh: Fresh, terms: KeyTerms, caps: Caps, now_ms: int) -> ApiKeyRow:
    return ApiKeyRow(
        id=fresh.id,
        member_id=member_id,
        team_id=terms.team_id,
        label=terms.label,
        mac=fresh.mac,
        priority=terms.priority.value,
        privacy=terms.privacy.value,
        models=models_text(terms.allowance.models),
        caps=caps_text(caps),
        rpm=terms.allowance.rpm,
        tpm=terms.allowance.tpm,
        concurrency=terms.allowance.concurrency,
        created_ms=now_ms,
        expires_ms=terms.expires_ms,
        revoked_ms=None,
        last_used_ms=None,
    )


def _view(row: Row, now_ms: int) -> KeyView:
    allowance = allowance_of(row[11:15])
    return KeyView(
        id=row[0],
        prefix=keys.prefix(row[0]),
        label=row[1],
        team_id=row[2],
        priority=row[3],
        privacy=row[4],
        cap_micro=own_cap(caps_of(row[5])),
        state=_state(row[8], row[7], now_ms),
        created_ms=row[6],
        expires_ms=row[7],
        last_used_ms=row[9],
        models=allowance.models,
        rpm=allowance.rpm,
        tpm=allowance.tpm,
        concurrency=allowance.concurrency,
    )


def _state(revoked_ms: int | None, expires_ms: int | None, now_ms: int) -> str:
    if revoked_ms is not None:
        return "revoked"
    if expires_ms is None or expires_ms > now_ms + SOON_MS:
        return "active"
    return "expiring" if expires_ms > now_ms else "expired"
