"""Reading requests as one person sees them, with the figures that a decision needs.

However many there are, they cost the same few reads, and the figures are those the next call of
whoever asked would meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.domain import ledger
from core.domain.approvals import State
from core.domain.members import Person, Role, Seat, TeamRole, may_decide
from core.domain.periods import Period
from core.store import approval_rows as rows
from core.store.acts import Act, acting, read_person
from core.store.approval_log import visible
from core.store.approval_rows import Approval
from core.store.folio import Folio, Opening, Rules
from core.store.standing import unwritten_folio
from core.store.statements import Program, Read
from core.views.chat import RequestView

READ_ASKED = """
SELECT o.ref, m.name, min(CASE WHEN o.state = 'dead' THEN 1 ELSE 0 END)
FROM outbox o JOIN member m ON m.id = o.member_id
WHERE o.kind = 'approval' AND o.ref IN :1 AND m.status = 'active'
GROUP BY o.ref, m.id, m.name ORDER BY o.ref, m.name, m.id
"""
ANY_ADMIN = Person("", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Asked:
    """Names of who was told of a request, and of who could not be."""

    told: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


def seen_by(
    rules: Rules, viewer_id: str, approval_id: str, period: Period, now_ms: int
) -> Program[RequestView | None]:
    """Read a request for one person; None if it is not theirs to see, or not any more."""
    person = yield from read_person(viewer_id)
    approval = yield from rows.find(approval_id)
    if person is None or approval is None or not visible(person, approval):
        return None
    return (yield from _views(rules, person, [approval], period, now_ms))[0]


def shared(
    rules: Rules, approval_id: str, period: Period, now_ms: int
) -> Program[RequestView | None]:
    """Read a request as anybody sees it who may decide it; None if there is none."""
    approval = yield from rows.find(approval_id)
    if approval is None:
        return None
    team = approval.seated_team
    anyone = Person("", Role.MEMBER, (Seat(team, TeamRole.MANAGER),)) if team else ANY_ADMIN
    return (yield from _views(rules, anyone, [approval], period, now_ms))[0]


def waiting(rules: Rules, act: Act, period: Period) -> Program[tuple[RequestView, ...]]:
    """Read what waits: one's own request first, then those that are one's to decide."""
    person = yield from acting(act)
    found = [a for a in (yield from rows.list_pending(act.now_ms)) if visible(person, a)]
    found.sort(key=lambda approval: approval.member_id != person.id)
    return (yield from _views(rules, person, found, period, act.now_ms)) if found else ()


def _views(
    rules: Rules, person: Person, approvals: Sequence[Approval], period: Period, now_ms: int
) -> Program[tuple[RequestView, ...]]:
    openings = {o.row_id: o for a in approvals for o in _openings(a, period)}
    folio = yield from unwritten_folio(rules, openings, (), now_ms)
    asked = yield from _asked([approval.id for approval in approvals])
    return tuple(
        _view(person, approval, folio, period, asked.get(approval.id, Asked()))
        for approval in approvals
    )


def _openings(approval: Approval, period: Period) -> list[Opening]:
    own = Opening(ledger.user(approval.member_id), period, approval.personal_quota_micro)
    if approval.seated_team is None:
        return [own]
    return [own, Opening(ledger.team(approval.seated_team), period, approval.pool_quota_micro)]


def _asked(approval_ids: list[str]) -> Program[dict[str, Asked]]:
    """Read who was told of these requests, by name."""
    asked: dict[str, Asked] = {}
    for ref, name, in_vain in (yield Read(READ_ASKED, (approval_ids,))):
        one = asked.get(ref, Asked())
        asked[ref] = (
            replace(one, unreached=(*one.unreached, name))
            if in_vain
            else replace(one, told=(*one.told, name))
        )
    return asked


def _view(
    person: Person, approval: Approval, folio: Folio, period: Period, asked: Asked
) -> RequestView:
    own, *pools = [folio.balance(o.row_id) for o in _openings(approval, period)]
    pool = pools[0] if pools else None
    gives = pool.available if pool and approval.team_active else 0
    return RequestView(
        approval=approval.view(),
        viewer_id=person.id,
        mine=person.id == approval.member_id,
        may_decide=approval.state is State.PENDING
        and may_decide(person, approval.member_id, approval.seated_team),
        grants=person.is_admin,
        team_name=approval.team_name,
        passed_by=approval.passer_name,
        granted_micro=own.posted,
        spent_micro=own.spent,
        available_micro=own.available,
        pool_granted_micro=pool.posted if pool else None,
        pool_available_micro=gives if pool else None,
        period_ends_ms=period.ends_ms,
        asked=asked.told,
        unreached=asked.unreached,
    )
