"""Programs about models that nobody has priced: ask the administrators once, and decide."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from core.domain.errors import Code, Refusal
from core.domain.model_rules import MOST_NAMES_A_DAY, MOST_OPEN, State, rule_id
from core.domain.notifying import Kind
from core.domain.spans import DAY_MS
from core.store import notices
from core.store.acts import Act, as_admin, read_person
from core.store.call_tables import ModelRuleRow
from core.store.notices import OUTBOX, Notice
from core.store.statements import Announce, Program, Read, Row, insert
from core.views.model_rules import ModelRuleView

READ = """
SELECT r.name, r.id, r.state, r.detail, r.asked_by, a.name, r.asked_ms, r.decided_by, d.name,
  r.decided_ms, r.rev
FROM model_rule r LEFT JOIN member a ON a.id = r.asked_by
LEFT JOIN member d ON d.id = r.decided_by
"""
READ_NAME = READ + "WHERE r.name = :1"
READ_ID = READ + "WHERE r.id = :1"
READ_ASKED = READ + "WHERE r.state = 'asked' ORDER BY r.asked_ms, r.name"
READ_ALL = READ + "ORDER BY CASE WHEN r.state = 'asked' THEN 0 ELSE 1 END, r.asked_ms, r.name"
READ_DECIDED = READ + "WHERE r.state IN ('priced', 'mapped') ORDER BY r.name"
COUNT_OPEN = "SELECT count(*) FROM model_rule WHERE state = 'asked'"
COUNT_MINE = "SELECT count(*) FROM model_rule WHERE asked_by = :1 AND asked_ms > :2"
DECIDE = """
UPDATE model_rule SET state = :3, detail = :4, decided_by = :5, decided_ms = :6, rev = rev + 1
WHERE name = :1 AND rev = :2 RETURNING name
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is known of a name, and what was decided about it."""

    name: str
    id: str
    state: State
    detail: Mapping[str, str]
    """upstream; input, output and cached in US$ per million tokens; or `to`, another name."""
    asked_by: str
    asker_name: str
    asked_ms: int
    decided_by: str | None
    decider_name: str
    decided_ms: int | None
    rev: int

    def told(self) -> str:
        """Say in one sentence how it stands: for a second decider, and for cards."""
        decider = self.decider_name or "An administrator"
        match self.state:
            case State.ASKED:
                return f"{self.asker_name or 'Somebody'} called it; it has no price here."
            case State.PRICED:
                price = f"US$ {self.detail['input']} in and {self.detail['output']} out"
                return f"{decider} has priced it: {price}, per million tokens."
            case State.MAPPED:
                return f"{decider} has mapped it to {self.detail['to']}."
            case State.BLOCKED:
                return f"{decider} has blocked it."
            case _ as never:
                raise AssertionError(never)

    def view(self) -> ModelRuleView:
        known = self.detail
        return ModelRuleView(
            id=self.id,
            name=self.name,
            state=self.state.value,
            upstream=known.get("upstream", ""),
            input=known.get("input", ""),
            output=known.get("output", ""),
            cached=known.get("cached", ""),
            mapped_to=known.get("to", ""),
            asked_by=self.asker_name,
            asked_ms=self.asked_ms,
            decided_by=self.decider_name,
            decided_ms=self.decided_ms,
            rev=self.rev,
            message=self.told(),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What an administrator decides about a name. `rev`: what they saw, if told."""

    name: str
    state: State
    detail: Mapping[str, str]
    rev: int | None = None


def find(name: str) -> Program[Rule | None]:
    rows = yield Read(READ_NAME, (name,))
    return _rule(rows[0]) if rows else None


def find_id(some_id: str) -> Program[Rule | None]:
    rows = yield Read(READ_ID, (some_id,))
    return _rule(rows[0]) if rows else None


def seen_by(viewer_id: str, some_id: str) -> Program[ModelRuleView | None]:
    """Read a rule for an administrator; None for others, or if there is none."""
    person = yield from read_person(viewer_id)
    if person is None or not person.is_admin:
        return None
    rule = yield from find_id(some_id)
    return rule.view() if rule else None


def listed(act: Act, *, decided: bool) -> Program[tuple[ModelRuleView, ...]]:
    """Read what waits, for administrators; with `decided` also what was decided."""
    yield from as_admin(act)
    return tuple(_rule(row).view() for row in (yield Read(READ_ALL if decided else READ_ASKED)))


def offered() -> Program[list[Rule]]:
    """Read the names that can be called by a rule."""
    return [_rule(row) for row in (yield Read(READ_DECIDED))]


def has_room(member_id: str, now_ms: int) -> Program[bool]:
    """Return whether this member may have one more name asked for."""
    mine = (yield Read(COUNT_MINE, (member_id, now_ms - DAY_MS)))[0][0]
    waiting = (yield Read(COUNT_OPEN))[0][0]
    return bool(mine < MOST_NAMES_A_DAY and waiting < MOST_OPEN)


def ask(act: Act, name: str, upstream: str) -> Program[bool]:
    """Ask the administrators about a name that a member called; False if there is no room."""
    if (yield from find(name)) is not None:
        return True
    if not (yield from has_room(act.actor, act.now_ms)):
        return False
    detail = {"upstream": upstream} if upstream else {}
    yield insert(_row(act, name, detail), ignore=True)
    yield act.note("model.ask", name)
    asked = Notice(Kind.MODEL, f"model:{rule_id(name)}", rule_id(name))
    yield from notices.tell(act, asked, (yield from notices.admins()))
    return True


def decide(act: Act, decision: Decision) -> Program[ModelRuleView]:
    """Price, map or block a name as an administrator, by compare-and-set; it counts at once."""
    yield from as_admin(act)
    rule = yield from find(decision.name)
    if rule is None:
        yield insert(_row(act, decision.name, {}), ignore=True)
        rule = yield from find(decision.name)
        assert rule is not None
    if decision.rev is not None and decision.rev != rule.rev:
        raise Refusal(Code.CONFLICT, rule.told(), facts={"rev": rule.rev})
    detail = msgspec.json.encode(dict(decision.detail)).decode()
    params = (rule.name, rule.rev, decision.state.value, detail, act.actor, act.now_ms)
    if not (yield Read(DECIDE, params)):
        raise Refusal(Code.CONFLICT, "Somebody else decided this very moment. Look again.")
    yield act.note(f"model.{decision.state.value}", rule.name, **decision.detail)
    yield Announce(OUTBOX)
    after = yield from find(rule.name)
    assert after is not None
    return after.view()


def _row(act: Act, name: str, detail: Mapping[str, str]) -> ModelRuleRow:
    return ModelRuleRow(
        name=name,
        id=rule_id(name),
        state=State.ASKED.value,
        detail=msgspec.json.encode(dict(detail)).decode(),
        asked_by=act.actor,
        asked_ms=act.now_ms,
        decided_by=None,
        decided_ms=None,
        rev=0,
    )


def _rule(row: Row) -> Rule:
    return Rule(
        name=row[0],
        id=row[1],
        state=State(row[2]),
        detail=msgspec.json.decode(row[3]),
        asked_by=row[4],
        asker_name=row[5] or "",
        asked_ms=row[6],
        decided_by=row[7],
        decider_name=row[8] or "",
        decided_ms=row[9],
        rev=row[10],
    )
