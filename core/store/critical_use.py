"""Critical calls as managers hear of them: by member and day, once however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import vacation
from core.domain.members import CriticalRight
from core.domain.notifying import Kind
from core.domain.periods import Period
from core.domain.spans import DAY_MS, day_of
from core.store import notices
from core.store.acts import Act, read_person
from core.store.folio import Rules
from core.store.notices import Notice
from core.store.standing import standing
from core.store.statements import Program, Read
from core.views.chat import CriticalUseView

PAID = "c.payer = 'critical' AND c.payer <> 'own' AND c.outcome <> 'voided'"
"""`payer <> 'own'` says nothing new: SQLite takes the partial index only if it finds it here."""
USES = f"""
SELECT c.team_id, c.member_id, c.ended_ms / {DAY_MS} AS day FROM call c
WHERE {PAID} AND c.ended_ms >= :1 GROUP BY c.team_id, c.member_id, c.ended_ms / {DAY_MS}
"""  # noqa: S608 - our own fragments
READ_MANAGERS = """
SELECT s.team_id, m.id FROM membership s JOIN member m ON m.id = s.member_id
WHERE s.team_id IN :1 AND s.role = 'manager' AND m.status = 'active'
"""
READ_DAY = f"""
SELECT COUNT(*), CAST(COALESCE(SUM(c.cost), 0) AS BIGINT) FROM call c
WHERE {PAID} AND c.ended_ms >= :1 AND c.ended_ms < :2 AND c.team_id = :3 AND c.member_id = :4
"""  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class Use:
    """A member's critical calls in a team on a day, and who is to hear of them."""

    team_id: str
    member_id: str
    day: int
    """Days since the epoch."""
    recipient: str

    @property
    def event(self) -> str:
        return f"critical:{self.team_id}:{self.member_id}:{self.day}"


def untold(since_ms: int) -> Program[list[Use]]:
    """Read of which critical calls since then somebody is to hear: managers, or else admins."""
    rows = yield Read(USES, (since_ms,))
    if not rows:
        return []
    managers: dict[str, set[str]] = {}
    for team_id, manager in (yield Read(READ_MANAGERS, (sorted({row[0] for row in rows}),))):
        managers.setdefault(team_id, set()).add(manager)
    admins = set((yield from notices.admins()))
    uses = [
        Use(team_id, member_id, day, recipient)
        for team_id, member_id, day in rows
        for recipient in (managers.get(team_id, set()) - {member_id} or admins - {member_id})
    ]
    return (yield from _untold(uses))


def tell(act: Act, uses: Sequence[Use]) -> Program[None]:
    for use in uses:
        payload = {"team": use.team_id, "day": day_of(use.day * DAY_MS)}
        notice = Notice(Kind.CRITICAL, use.event, use.member_id, payload)
        yield from notices.tell(act, notice, [use.recipient])


def _untold(uses: Sequence[Use]) -> Program[list[Use]]:
    """Return those that are to be told to somebody who wants to hear it and has not yet."""
    recipients = sorted({use.recipient for use in uses})
    willing = set((yield from notices.willing(Kind.CRITICAL, recipients)))
    wanted = [use for use in uses if use.recipient in willing]
    told = yield from notices.told((use.event, use.recipient) for use in wanted)
    return [use for use in wanted if (use.event, use.recipient) not in told]


@dataclass(frozen=True, slots=True)
class Question:
    """Whose critical calls in which team, on the day that begins then."""

    viewer_id: str
    team_id: str
    member_id: str
    day_ms: int


def seen_by(
    rules: Rules, question: Question, period: Period, now_ms: int
) -> Program[CriticalUseView | None]:
    """Read a day's critical calls for a manager; None for others, or if the member has left."""
    team_id, member_id, day_ms = question.team_id, question.member_id, question.day_ms
    viewer = yield from read_person(question.viewer_id)
    if viewer is None or not (viewer.is_admin or viewer.manages(team_id)):
        return None
    found = yield from standing(rules, member_id, period, now_ms)
    team = next((t for t in found.teams if t.team_id == team_id), None) if found else None
    if found is None or team is None:
        return None
    calls, cost = (yield Read(READ_DAY, (day_ms, day_ms + DAY_MS, team_id, member_id)))[0]
    return CriticalUseView(
        member_id=member_id,
        member_name=found.name,
        team_id=team_id,
        team_name=team.name,
        day=day_of(day_ms),
        calls=calls,
        cost_micro=cost,
        used_micro=team.critical.used + team.critical.held,
        cap_micro=vacation.share(team.pool_quota, team.critical.percent),
        stopped=team.right is CriticalRight.STOPPED,
    )
