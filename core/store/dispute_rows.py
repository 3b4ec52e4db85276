"""Charges with their disputes, as they stand in the database, with what a decision needs."""

from dataclasses import dataclass

from core.domain.credits import spoken
from core.domain.disputes import State
from core.domain.members import Person, may_decide
from core.store.statements import Program, Read, Row
from core.views import AttemptView
from core.views.disputes import DisputeView

READ = """
SELECT c.id, c.member_id, m.name, m.personal_quota, c.team_id, t.name, t.pool_quota, s.team_id,
  c.model, c.payer, c.estimated, c.cost, c.prompt_tokens, c.completion_tokens, c.started_ms,
  c.ended_ms, h.amount, h.row_id, h.limits, d.state, d.charged, d.returned, d.asked_ms,
  d.decided_by, n.name, d.decided_ms, d.rev
FROM call c JOIN hold h ON h.id = c.id JOIN member m ON m.id = c.member_id
LEFT JOIN dispute d ON d.call_id = c.id
LEFT JOIN team t ON t.id = c.team_id
LEFT JOIN membership s ON s.member_id = c.member_id AND s.team_id = c.team_id
LEFT JOIN member n ON n.id = d.decided_by
"""
READ_ONE = READ + "WHERE c.id = :1"
READ_OPEN = READ + "WHERE d.state = 'open' ORDER BY d.asked_ms, c.id LIMIT 500"
READ_MINE = READ + "WHERE d.member_id = :1 ORDER BY d.asked_ms DESC, c.id LIMIT 100"
READ_TRIES = """
SELECT call_id, no, upstream, outcome, status, ms FROM attempt WHERE call_id IN :1
ORDER BY call_id, no
"""


@dataclass(frozen=True, slots=True)
class Dispute:
    """What became of a member's doubt."""

    state: State
    charged: int
    returned: int
    asked_ms: int
    decided_by: str | None
    decider_name: str | None
    decided_ms: int | None
    rev: int

    def told(self, member_name: str) -> str:
        """Say in one sentence how it stands: for a second decider, and for cards."""
        decider = self.decider_name or "An operator"
        match self.state:
            case State.OPEN:
                return f"{member_name} disputes this charge; it waits for a decision."
            case State.RETURNED:
                figure = spoken(self.returned)
                unit = "credit" if figure == "1" else "credits"
                return f"{decider} has returned {figure} {unit}."
            case State.KEPT:
                return f"{decider} has decided that the charge stands."
            case _ as never:
                raise AssertionError(never)


@dataclass(frozen=True, slots=True)
class Charge:
    """What a call cost whom, and the dispute of it, if there is one."""

    call_id: str
    member_id: str
    member_name: str
    personal_quota: int
    team_id: str | None
    team_name: str | None
    pool_quota: int
    seated_team: str | None
    """The call's team, if the member still sits there."""
    model: str
    payer: str
    estimated: bool
    cost: int
    prompt_tokens: int
    completion_tokens: int
    started_ms: int
    ended_ms: int
    held: int
    row_id: str
    limits: tuple[str, ...]
    dispute: Dispute | None

    def visible_to(self, person: Person) -> bool:
        """Whether its dispute is this person's to see: their own, or theirs to decide (F-101)."""
        return person.id == self.member_id or self.decided_by(person)

    def decided_by(self, person: Person) -> bool:
        return may_decide(person, self.member_id, self.seated_team)

    def told(self) -> str:
        return self.dispute.told(self.member_name) if self.dispute else ""


def find(call_id: str) -> Program[Charge | None]:
    """Read a call that has ended, with its dispute."""
    found = yield Read(READ_ONE, (call_id,))
    return _charge(found[0]) if found else None


def read(call_id: str) -> Program[Charge]:
    """Read a call of which it is known that it has ended."""
    return _charge((yield Read(READ_ONE, (call_id,)))[0])


def list_for(person: Person) -> Program[list[Charge]]:
    """Read a person's own disputes, the latest first, then the open ones that are theirs."""
    own = [_charge(row) for row in (yield Read(READ_MINE, (person.id,)))]
    waiting = yield from list_open()
    return own + [charge for charge in waiting if charge.decided_by(person)]


def list_open() -> Program[list[Charge]]:
    """Read the open disputes, the oldest first."""
    return [_charge(row) for row in (yield Read(READ_OPEN))]


def views(person: Person, charges: list[Charge]) -> Program[tuple[DisputeView, ...]]:
    """Return disputed charges as this person sees them."""
    tries: dict[str, list[AttemptView]] = {}
    if charges:
        for call_id, *rest in (yield Read(READ_TRIES, ([c.call_id for c in charges],))):
            tries.setdefault(call_id, []).append(AttemptView(*rest))
    return tuple(_view(person, one, tuple(tries.get(one.call_id, ()))) for one in charges)


def view(person: Person, charge: Charge) -> Program[DisputeView]:
    return (yield from views(person, [charge]))[0]


def _view(person: Person, charge: Charge, tries: tuple[AttemptView, ...]) -> DisputeView:
    dispute = charge.dispute
    assert dispute is not None, "only what is disputed has a view"
    return DisputeView(
        id=charge.call_id,
        member_id=charge.member_id,
        member_name=charge.member_name,
        team_id=charge.team_id,
        team_name=charge.team_name,
        model=charge.model,
        paid_by=charge.payer,
        state=dispute.state.value,
        rev=dispute.rev,
        held_micro=charge.held,
        charged_micro=dispute.charged,
        cost_micro=charge.cost,
        returned_micro=dispute.returned,
        estimated=charge.estimated,
        prompt_tokens=charge.prompt_tokens,
        completion_tokens=charge.completion_tokens,
        attempts=tries,
        called_ms=charge.started_ms,
        ended_ms=charge.ended_ms,
        asked_ms=dispute.asked_ms,
        decided_by=dispute.decided_by,
        decided_ms=dispute.decided_ms,
        mine=person.id == charge.member_id,
        may_decide=dispute.state is State.OPEN and charge.decided_by(person),
        message=charge.told(),
    )


def _charge(row: Row) -> Charge:
    return Charge(
        call_id=row[0],
        member_id=row[1],
        member_name=row[2],
        personal_quota=row[3],
        team_id=row[4],
        team_name=row[5],
        pool_quota=row[6] or 0,
        seated_team=row[7],
        model=row[8],
        payer=row[9],
        estimated=bool(row[10]),
        cost=row[11],
        prompt_tokens=row[12],
        completion_tokens=row[13],
        started_ms=row[14],
        ended_ms=row[15],
        held=row[16],
        row_id=row[17],
        limits=tuple(row[18].split()),
        dispute=_dispute(row) if row[19] is not None else None,
    )


def _dispute(row: Row) -> Dispute:
    return Dispute(
        state=State(row[19]),
        charged=row[20],
        returned=row[21],
        asked_ms=row[22],
        decided_by=row[23],
        decider_name=row[24],
        decided_ms=row[25],
        rev=row[26],
    )
