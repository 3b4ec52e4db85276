"""Reading one call's whole story: its hold, how it ended, its attempts, or why it was refused."""

from dataclasses import dataclass

import msgspec

from core.calls import LookView
from core.domain.bill import Charge, bill, kept
from core.domain.pricing import Usage
from core.store.statements import Program, Read, Row

READ_CALL = """
SELECT h.id, h.member_id, h.team_id, h.model, h.payer, h.priority, h.amount, h.state, h.why,
  h.created_ms, c.outcome, c.estimated, c.prompt_tokens, c.completion_tokens, c.cached_tokens,
  c.cost, c.ended_ms, c.cache_written_tokens, c.reasoning_tokens, c.upstream, p.rates
FROM hold h LEFT JOIN call c ON c.id = h.id LEFT JOIN price p ON p.id = c.price_id
WHERE h.id = :1
"""
READ_ATTEMPTS = (
    "SELECT no, upstream, outcome, status, ms FROM attempt WHERE call_id = :1 ORDER BY no"
)
REFUSAL = """
SELECT id, member_id, team_id, code, model, why, required, count, last_call_id, first_ms, last_ms
FROM refusal
"""
READ_REFUSAL = REFUSAL + "WHERE id IN (SELECT refusal_id FROM refused_call WHERE id = :1)"  # noqa: S608 - our own fragments
READ_LAST_OF_REFUSAL = REFUSAL + "WHERE member_id = :1 AND last_call_id = :2"
"""Of a long row of refusals people ask about the last one, which may lead nowhere else."""
READ_NEWEST_CALL = """
SELECT id, ended_ms FROM call WHERE member_id = :1 ORDER BY ended_ms DESC, id DESC LIMIT 1
"""
READ_NEWEST_REFUSAL = REFUSAL + "WHERE member_id = :1 ORDER BY last_ms DESC, id DESC LIMIT 1"
READ_TEAM = "SELECT name FROM team WHERE id = :1"


@dataclass(frozen=True, slots=True)
class Try:
    """One POST to an upstream."""

    no: int
    upstream: str
    outcome: str
    status: int
    ms: int


@dataclass(frozen=True, slots=True)
class Ending:
    outcome: str
    estimated: bool
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost: int
    ended_ms: int
    cache_written_tokens: int = 0
    reasoning_tokens: int = 0
    upstream: str = ""
    charges: tuple[Charge, ...] = ()
    """What its tokens come to, at the price that was kept with it."""


@dataclass(frozen=True, slots=True)
class CallStory:
    """A call that was granted; `ending` is None while it runs."""

    call_id: str
    member_id: str
    team_id: str | None
    team_name: str
    model: str
    payer: str
    priority: str
    held: int
    looks: tuple[LookView, ...]
    started_ms: int
    ending: Ending | None
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class RefusalStory:
    """Refusals of one kind within an hour; `looks` and `required` are those of the last one."""

    call_id: str
    member_id: str
    team_id: str | None
    team_name: str
    code: str
    model: str
    looks: tuple[LookView, ...]
    required: int
    count: int
    first_ms: int
    last_ms: int


Story = CallStory | RefusalStory


def story(call_id: str, asker_id: str) -> Program[Story | None]:
    """Read what became of a call; whether the asker may know is for the caller to decide."""
    if rows := (yield Read(READ_CALL, (call_id,))):
        return (yield from _call(rows[0]))
    rows = yield Read(READ_REFUSAL, (call_id,))
    rows = rows or (yield Read(READ_LAST_OF_REFUSAL, (asker_id, call_id)))
    return (yield from _refusal(rows[0], call_id)) if rows else None


def last_story(member_id: str) -> Program[Story | None]:
    """Read the member's most recent ended call or refusal, whichever came later."""
    calls = yield Read(READ_NEWEST_CALL, (member_id,))
    refusals = yield Read(READ_NEWEST_REFUSAL, (member_id,))
    if refusals and (not calls or refusals[0][10] >= calls[0][1]):
        return (yield from _refusal(refusals[0], refusals[0][8]))
    return (yield from story(calls[0][0], member_id)) if calls else None


def _call(row: Row) -> Program[CallStory]:
    tries = [Try(*one) for one in (yield Read(READ_ATTEMPTS, (row[0],)))]
    ending = None if row[7] == "open" else _ending(row)
    if ending is not None and not tries:
        tries = _only_try(ending, row[9])
    team_name = yield from _team_name(row[2])
    return CallStory(
        call_id=row[0],
        member_id=row[1],
        team_id=row[2],
        team_name=team_name,
        model=row[3],
        payer=row[4],
        priority=row[5],
        held=row[6],
        looks=_looks(row[8]),
        started_ms=row[9],
        ending=ending,
        tries=tuple(tries),
    )


def _ending(row: Row) -> Ending:
    usage = Usage(row[12], row[13], row[14], row[17], row[18])
    charges = bill(kept(row[20]), usage) if row[20] else ()
    return Ending(
        outcome=row[10],
        estimated=bool(row[11]),
        prompt_tokens=row[12],
        completion_tokens=row[13],
        cached_tokens=row[14],
        cost=row[15],
        ended_ms=row[16],
        cache_written_tokens=row[17],
        reasoning_tokens=row[18],
        upstream=row[19],
        charges=charges,
    )


def _only_try(ending: Ending, started_ms: int) -> list[Try]:
    """Return the one POST of a call that was answered at once: it left no row of its own."""
    if ending.estimated or ending.outcome == "voided" or not ending.upstream:
        return []
    return [Try(1, ending.upstream, "answered", 200, ending.ended_ms - started_ms)]


def _refusal(row: Row, call_id: str) -> Program[RefusalStory]:
    return RefusalStory(
        call_id=call_id,
        member_id=row[1],
        team_id=row[2],
        team_name=(yield from _team_name(row[2])),
        code=row[3],
        model=row[4],
        looks=_looks(row[5]),
        required=row[6],
        count=row[7],
        first_ms=row[9],
        last_ms=row[10],
    )


def _team_name(team_id: str | None) -> Program[str]:
    if team_id is None:
        return ""
    rows = yield Read(READ_TEAM, (team_id,))
    return str(rows[0][0]) if rows else ""


def _looks(why: str) -> tuple[LookView, ...]:
    return tuple(LookView(*look) for look in msgspec.json.decode(why))
