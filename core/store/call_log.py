"""Reading what calls cost: sums by day, model, member, team or payer."""

from dataclasses import dataclass
from enum import StrEnum

from core.domain.spans import DAY_MS, Span
from core.store.statements import Program, Read, Value

SUMS = """COUNT(*), CAST(SUM(c.prompt_tokens) AS BIGINT),
  CAST(SUM(c.completion_tokens) AS BIGINT), CAST(SUM(c.cost) AS BIGINT)"""
"""PostgreSQL's sum of BIGINT is NUMERIC; the cast is what makes both databases return integers."""


class By(StrEnum):
    """What an analysis groups by."""

    DAY = "day"
    MODEL = "model"
    MEMBER = "member"
    TEAM = "team"
    PAYER = "payer"


GROUPS = {
    By.DAY: f"(CASE WHEN c.ended_ms < :1 THEN c.ended_ms ELSE :1 END) / {DAY_MS}",
    By.MODEL: "c.model",
    By.MEMBER: "c.member_id",
    By.TEAM: "COALESCE(c.team_id, '')",
    By.PAYER: "c.payer",
}
NAMES = {
    By.MEMBER: "SELECT id, name FROM member WHERE id IN :1",
    By.TEAM: "SELECT id, name FROM team WHERE id IN :1",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls count: those of `member_id`, and with `or_teams` also all calls of these teams.

    Both empty: everybody's. `team_id` narrows this to one team.
    """

    member_id: str | None = None
    or_teams: tuple[str, ...] = ()
    team_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """One group's sums; `group` is an id or a word, `name` what people call it."""

    group: str
    name: str
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_micro: int


class Where:
    """Conditions and their parameters, numbered as they are added."""

    def __init__(self, *params: Value | list[str]) -> None:
        self.params: list[Value | list[str]] = list(params)
        self.terms: list[str] = []

    def add(self, term: str, *params: Value | list[str]) -> None:
        first = len(self.params) + 1
        marks = (f":{first + i}" for i in range(len(params)))
        self.terms.append(term.format(*marks))
        self.params.extend(params)

    def within(self, span: Span) -> None:
        if span.settled:
            # No call of a period ended before that began, and the index goes by the end.
            self.add("c.period = {} AND c.ended_ms >= {}", span.name, span.starts_ms)
        else:
            self.add("c.ended_ms >= {} AND c.ended_ms < {}", span.starts_ms, span.ends_ms)

    def of(self, scope: Scope) -> None:
        if scope.member_id and scope.or_teams:
            term = "(c.member_id = {} OR c.team_id IN {})"
            self.add(term, scope.member_id, sorted(scope.or_teams))
        elif scope.member_id:
            self.add("c.member_id = {}", scope.member_id)
        if scope.team_id:
            self.add("c.team_id = {}", scope.team_id)

    def __str__(self) -> str:
        return " AND ".join(self.terms)


def read_usage(by: By, span: Span, scope: Scope) -> Program[list[Sum]]:
    """Add up charged calls by group; a call that a provider never answered counts nowhere."""
    where = Where(span.ends_ms - 1) if by is By.DAY else Where()
    where.add("c.outcome <> 'voided'")
    where.within(span)
    where.of(scope)
    sql = f"SELECT {GROUPS[by]}, {SUMS} FROM call c WHERE {where} GROUP BY 1"  # noqa: S608 - our own fragments
    rows = yield Read(sql, tuple(where.params))
    names: dict[str, str] = {}
    if by in NAMES:
        found = yield Read(NAMES[by], ([row[0] for row in rows],))
        names = {row[0]: row[1] for row in found}
    return [Sum(str(row[0]), names.get(str(row[0]), str(row[0])), *row[1:5]) for row in rows]


def find_team(name: str) -> Program[str | None]:
    """Return the id of a team by its id or slug."""
    rows = yield Read("SELECT id FROM team WHERE id = :1 OR slug = :1", (name,))
    return str(rows[0][0]) if rows else None
