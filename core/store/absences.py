"""The programs of vacation: a member is away, or back, and what was lent meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import vacation
from core.domain.errors import Code, Refusal
from core.domain.members import Person, Status
from core.domain.notifying import Kind
from core.domain.periods import Period
from core.domain.spans import day_of
from core.store import directory, notices
from core.store.acts import Act, acting, read_person
from core.store.folio import Rules
from core.store.notices import Notice
from core.store.standing import Standing, TeamStanding, standing
from core.store.statements import Change, Program, Read, Row
from core.store.tables import MemberRow
from core.views import MemberView
from core.views.chat import AbsenceTeamView, AbsenceView, ColleagueView

DAY_MS = 86_400_000
READ = "SELECT away_since, away_until FROM member WHERE id = :1"
LOCK = READ + " FOR UPDATE"
COUNT_CHANGES = """
SELECT count(*), min(at_ms) FROM audit_event
WHERE at_ms > :2 AND actor = :1 AND verb IN ('vacation.on', 'vacation.off')
"""
READ_LENT = """
SELECT c.team_id, CAST(SUM(c.cost) AS BIGINT), COUNT(*), COUNT(DISTINCT c.member_id) FROM call c
WHERE c.payer = 'vacation' AND c.payer <> 'own' AND c.ended_ms >= :1 AND c.ended_ms <= :2
  AND c.team_id IN :3 AND c.member_id <> :4 AND c.outcome <> 'voided'
GROUP BY c.team_id
"""
"""`payer <> 'own'` says nothing new: SQLite takes the partial index only if it finds it here."""
ANY_ENDED = "SELECT id FROM member WHERE away_until <= :1 LIMIT 1"
LOCK_ENDED = """
SELECT id, status, away_since, away_until FROM member WHERE away_until <= :1
ORDER BY id LIMIT 100 FOR UPDATE
"""
READ_COLLEAGUE = """
SELECT m.name, t.name, m.away_since, m.away_until FROM member m
JOIN membership s ON s.member_id = m.id JOIN team t ON t.id = s.team_id
WHERE m.id = :1 AND t.id = :2 AND m.status = 'active'
"""
COLUMNS = ("id", "away_since", "away_until")
OFF = "vacation.off"


@dataclass(frozen=True, slots=True)
class Absence:
    """A vacation that lasts, or the one that a member has just come back from."""

    away: bool
    since_ms: int | None = None
    until_ms: int | None = None
    changed: bool = False


def set_status(act: Act, until_ms: int | None, *, on_vacation: bool) -> Program[MemberView]:
    """Go on vacation, with or without an end, or come back; the same again changes nothing."""
    yield from change(act, until_ms, on_vacation=on_vacation)
    return (yield from directory.read_member(act.actor, act.now_ms))


def change(act: Act, until_ms: int | None, *, on_vacation: bool) -> Program[Absence]:
    """Go on vacation or come back; the managers hear of it once a day (F-77)."""
    person = yield from acting(act)
    since, until = (yield Read(LOCK, (person.id,)))[0]
    if vacation.has_ended(until, act.now_ms):
        yield from _close(act, person.id, since, until)
        since = until = None
    away = since is not None
    if (away, until) == (on_vacation, until_ms):
        return Absence(away, since, until)
    yield from _count(act)
    begins = (since if away else act.now_ms) if on_vacation else None
    yield Change(MemberRow, COLUMNS, [(person.id, begins, until_ms)])
    yield act.note("vacation.on" if on_vacation else OFF, person.id, until_ms=until_ms)
    if not on_vacation:
        return Absence(away=False, since_ms=since, until_ms=act.now_ms, changed=True)
    yield from _tell_managers(act, person)
    return Absence(away=True, since_ms=begins, until_ms=until_ms, changed=True)


def any_ended(now_ms: int) -> Program[bool]:
    return bool((yield Read(ANY_ENDED, (now_ms,))))


def close_ended(act: Act) -> Program[int]:
    """Close the vacations whose end has passed, and thank who was away; return how many."""
    rows = yield Read(LOCK_ENDED, (act.now_ms,))
    for member_id, status, since, until in rows:
        yield from _close(act, member_id, since, until, thank=status == Status.ACTIVE.value)
    return len(rows)


def now(member_id: str, now_ms: int) -> Program[Absence]:
    """Read whether a member is away, and since and until when."""
    since, until = (yield Read(READ, (member_id,)))[0]
    away = vacation.is_away(since, until, now_ms)
    return Absence(away, since, until) if away else Absence(away=False)


def seen(
    rules: Rules, member_id: str, absence: Absence, period: Period, now_ms: int
) -> Program[AbsenceView]:
    """Read what teams may lend while this member is away, and what they lent meanwhile."""
    found = yield from standing(rules, member_id, period, now_ms)
    assert found is not None, "a member without a row"
    until = now_ms if absence.away or absence.until_ms is None else absence.until_ms
    lent = yield from _lent(member_id, found, absence.since_ms, until)
    return AbsenceView(
        member_id=member_id,
        name=found.name,
        away=absence.away,
        since_ms=absence.since_ms,
        until_ms=absence.until_ms,
        changed=absence.changed,
        teams=tuple(_team(team, lent.get(team.team_id, (0, 0, 0))) for team in found.teams),
    )


def colleague(
    viewer_id: str, member_id: str, team_id: str, now_ms: int
) -> Program[ColleagueView | None]:
    """Read a member who is away, for a manager of their team; None for others, or if back."""
    viewer = yield from read_person(viewer_id)
    rows = yield Read(READ_COLLEAGUE, (member_id, team_id))
    if viewer is None or not rows or not (viewer.is_admin or viewer.manages(team_id)):
        return None
    name, team_name, since, until = rows[0]
    if not vacation.is_away(since, until, now_ms):
        return None
    return ColleagueView(member_id, name, team_name, until)


def _close(
    act: Act, member_id: str, since: int, until: int, *, thank: bool = True
) -> Program[None]:
    """End a vacation whose time is over, as the clock does, and thank whoever was away."""
    clock = act.by_clock()
    yield Change(MemberRow, COLUMNS, [(member_id, None, None)])
    yield clock.note(OFF, member_id, until_ms=until)
    if thank:
        payload = {"since": since, "until": until}
        thanks = Notice(Kind.THANKS, f"back:{member_id}:{since}", member_id, payload)
        yield from notices.tell(clock, thanks, [member_id])


def _tell_managers(act: Act, person: Person) -> Program[None]:
    """Tell the managers of each team; who manages two of them hears of it once."""
    event = f"away:{person.id}:{day_of(act.now_ms)}"
    for seat in person.seats:
        away = Notice(Kind.AWAY, event, person.id, {"team": seat.team_id})
        yield from notices.tell(
            act, away, (yield from notices.managers([seat.team_id], person.id))
        )


def _count(act: Act) -> Program[None]:
    """Raise a Refusal after ten changes within a day: toggling must not become a game (F-77)."""
    rows = yield Read(COUNT_CHANGES, (act.actor, act.now_ms - DAY_MS))
    count, oldest_ms = rows[0]
    if count >= vacation.MOST_CHANGES_A_DAY:
        raise Refusal(
            Code.RATE_LIMIT_EXCEEDED,
            f"Vacation can be changed {vacation.MOST_CHANGES_A_DAY} times a day.",
            facts={"retry_after_ms": oldest_ms + DAY_MS - act.now_ms},
        )


def _lent(
    member_id: str, found: Standing, since: int | None, until: int
) -> Program[dict[str, Sequence[int]]]:
    """Read what others drew from each team: microcredits, calls, people."""
    teams = [team.team_id for team in found.teams]
    if since is None or not teams:
        return {}
    rows: list[Row] = yield Read(READ_LENT, (since, until, teams, member_id))
    return {row[0]: row[1:] for row in rows}


def _team(team: TeamStanding, lent: Sequence[int]) -> AbsenceTeamView:
    cap = vacation.share(team.pool_quota, team.vacation.percent) if team.active else 0
    room = max(0, cap - team.vacation.used - team.vacation.held)
    used, calls, people = lent
    return AbsenceTeamView(team.name, cap, min(room, team.pool.available), used, calls, people)
