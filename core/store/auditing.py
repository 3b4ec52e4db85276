"""The audit: the whole ledger recomputed from its journal, in pages, on one snapshot.

1. replay every row's transfers · 2. compare balances, holds, calls · 3. limits, sums and counts ·
4. seals. See faults.md §4 for the laws; `replaying` holds those of single transfers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain import ledger
from core.domain.credits import MICRO
from core.store.replaying import Findings, Held, Replay, Replayed
from core.store.sealing import verify_seals
from core.store.statements import Program, Read, Row

PAGE = 2_000
"""Rows read at once: on PostgreSQL the event loop serves others between two pages."""
READ_TRANSFERS = """
SELECT n, id, kind, row_id, counter, posted, held, spent, at_ms, mac FROM transfer
WHERE (row_id, n) > (:1, :2) ORDER BY row_id, n LIMIT :3
"""
READ_HOLDS = """
SELECT h.id, h.amount, h.state, c.cost, c.outcome = h.state AND c.payer = h.payer
    AND c.member_id = h.member_id AND COALESCE(c.team_id, '') = COALESCE(h.team_id, '')
    AND c.key_id = h.key_id AND c.model = h.model AND c.started_ms = h.created_ms
    AND h.row_id LIKE '%/' || c.period,
  h.row_id, h.limits, h.payer, h.member_id, h.team_id, k.caps
FROM hold h LEFT JOIN call c ON c.id = h.id LEFT JOIN api_key k ON k.id = h.key_id
WHERE h.id IN :1
"""
READ_BALANCES = """
SELECT id, posted, held, spent, cut, n, head, account, period FROM balance WHERE id IN :1
"""
READ_LEGS = "SELECT id, row_id, counter, posted, spent FROM transfer WHERE id IN :1"
READ_LIMITS = """
SELECT id, kind, subject, period, used, held FROM limit_row WHERE id > :1 ORDER BY id LIMIT :2
"""
READ_SUMS = """
SELECT period, CAST(sum(posted / 1000000) AS BIGINT), CAST(sum(posted % 1000000) AS BIGINT),
  CAST(sum(held / 1000000) AS BIGINT), CAST(sum(held % 1000000) AS BIGINT),
  CAST(sum(spent / 1000000) AS BIGINT), CAST(sum(spent % 1000000) AS BIGINT)
FROM balance WHERE account NOT LIKE 'debt:%' GROUP BY period ORDER BY period
"""
"""Whole credits and the rest apart: ten of the largest quotas are more than a BIGINT holds."""
READ_COUNTS = """
SELECT (SELECT count(*) FROM balance), (SELECT count(*) FROM hold), (SELECT count(*) FROM call),
  (SELECT count(*) FROM limit_row)
"""
STRAYS = {
    "Balance {} has no transfer.": """SELECT id FROM balance b WHERE NOT EXISTS
        (SELECT 1 FROM transfer t WHERE t.row_id = b.id) ORDER BY id LIMIT 100""",
    "Hold {} has no HOLD transfer.": """SELECT id FROM hold h WHERE NOT EXISTS
        (SELECT 1 FROM transfer t WHERE t.id = 'hold:' || h.id) ORDER BY id LIMIT 100""",
    "Call {} has no hold.": """SELECT id FROM call c WHERE NOT EXISTS
        (SELECT 1 FROM hold h WHERE h.id = c.id) ORDER BY id LIMIT 100""",
}
BALANCE_COLUMNS = ("posted", "held", "spent", "cut", "number", "head")
ENDINGS = ("settle:{}", "void:{}", "capture:{}", "adjust:{}:1", "dispute:{}")
OWED = {"debt:{}": 1, "dispute:{}:debt": 1, "dispute:{}:back": -1}
"""What a call cost above its hold, and what of it was given back: off the debt, or once repaid."""


@dataclass(frozen=True, slots=True)
class PeriodSum:
    """A period's credit, debt apart: what was issued and moved in is available, held or spent."""

    period: str
    issued_micro: int
    moved_micro: int
    """Net of MOVEs: what rolled over from the period before, or into the next."""
    held_micro: int
    spent_micro: int
    available_micro: int


@dataclass(frozen=True, slots=True)
class Audited:
    rows: int
    transfers: int
    holds: int
    calls: int
    limits: int
    seals: int
    periods: tuple[PeriodSum, ...]
    findings: Findings


def audit(pepper: bytes) -> Program[Audited]:
    """Recompute the ledger; the findings are empty if and only if everything agrees."""
    findings = Findings()
    replay = Replay(pepper, findings)
    yield from _replay_journal(replay, findings)
    yield from _check_limits(replay, findings)
    periods = yield from _sum_periods(replay, findings)
    rows, holds, calls, limits = (yield Read(READ_COUNTS))[0]
    if (rows, holds, calls) != (replay.finished, replay.holds, replay.ended):
        findings.add(
            f"There are {rows} balances, {holds} holds and {calls} calls; the journal tells of"
            f" {replay.finished}, {replay.holds} and {replay.ended}."
        )
        yield from _find_strays(findings)
    seals = yield from verify_seals(pepper, findings)
    return Audited(rows, replay.transfers, holds, calls, limits, seals, periods, findings)


def _replay_journal(replay: Replay, findings: Findings) -> Program[None]:
    after: tuple[str, int] = ("", 0)
    while page := (yield Read(READ_TRANSFERS, (*after, PAGE))):
        made = [t[1][5:] for t in page if t[2] == "HOLD"]
        replay.know((yield from _read_holds(made)))
        replay.walk(page)
        after = (page[-1][3], page[-1][0])
        yield from _check_finished(replay, findings)
    replay.turn("")
    yield from _check_finished(replay, findings)


def _read_holds(ids: list[str]) -> Program[list[Held]]:
    rows = (yield Read(READ_HOLDS, (ids,))) if ids else []
    return [Held._make(row) for row in rows]


def _check_finished(replay: Replay, findings: Findings) -> Program[None]:
    """Compare what this page completed with the rows that it must agree with."""
    rows, replay.rows = replay.rows, []
    suspects, replay.suspects = replay.suspects, []
    partners, replay.partners = replay.partners, []
    if rows:
        found = yield Read(READ_BALANCES, ([row.row_id for row in rows],))
        _compare_balances(rows, found, findings)
    if suspects:
        yield from _check_charges(sorted(set(suspects)), findings)
    if partners:
        legs = yield Read(READ_LEGS, ([partner for _, partner, *_ in partners],))
        _compare_legs(partners, legs, findings)


def _compare_balances(rows: list[Replayed], found: list[Row], findings: Findings) -> None:
    balances = {row[0]: row for row in found}
    for row in rows:
        balance = balances.get(row.row_id)
        if balance is None:
            findings.add(f"Balance {row.row_id} is missing; it has {row.n} transfers.")
            continue
        for name, is_, due in zip(BALANCE_COLUMNS, balance[1:7], row[1:], strict=True):
            if is_ != due and name == "head":
                findings.add(f"Balance {row.row_id}: its head is not that of its last transfer.")
            elif is_ != due:
                findings.add(f"Balance {row.row_id}: {name} is {is_}, its transfers make {due}.")
        if ledger.row_id(balance[7], balance[8]) != row.row_id:
            findings.add(f"Balance {row.row_id} names another account or period.")


def _compare_legs(
    partners: Sequence[tuple[str, str, str, str, int]], found: list[Row], findings: Findings
) -> None:
    """Compare transfers that come in pairs: both sides of a MOVE, repayment and debt."""
    legs = {row[0]: row for row in found}
    for transfer, partner, row, counter, posted in partners:
        leg = legs.get(partner)
        if leg is None:
            findings.add(f"Transfer {transfer} in {row} has no other side {partner}.")
        elif (ledger.account_of(leg[1]), leg[2]) != (counter, ledger.account_of(row)):
            findings.add(f"Transfers {transfer} and {partner} do not name each other's account.")
        elif leg[3] != posted:
            findings.add(f"Transfers {transfer} and {partner} are not of the same amount.")


def _check_charges(calls: list[str], findings: Findings) -> Program[None]:
    """Compare what calls cost with all that was booked for them, debts and corrections too."""
    holds = {held.id: held for held in (yield from _read_holds(calls))}
    names = [name.format(call) for call in calls for name in (*ENDINGS, *OWED)]
    booked = {row[0]: row for row in (yield Read(READ_LEGS, (names,)))}
    for call in calls:
        held = holds.get(call)
        if held is None:
            findings.add(f"Transfers were booked for hold {call}, which does not exist.")
            continue
        parts = [booked[name] for form in ENDINGS if (name := form.format(call)) in booked]
        owed = [
            (booked[name], sign)
            for form, sign in OWED.items()
            if (name := form.format(call)) in booked
        ]
        charged = sum(part[4] for part in parts) + sum(leg[3] * sign for leg, sign in owed)
        if held.cost != charged:
            findings.add(f"Call {call}: its cost is {held.cost}, booked are {charged}.")
        if any(part[1] != held.row_id for part in parts):
            findings.add(f"Call {call} was not booked on the row of its hold alone.")
        for leg, sign in owed:
            _check_owed(call, ledger.account_of(held.row_id), leg, sign, findings)


def _check_owed(call: str, account: str, leg: Row, sign: int, findings: Findings) -> None:
    """Check that a call's debt, or what was given back of it, is on the right account."""
    debtor = ledger.row_id(ledger.debt(account), ledger.FOREVER)
    wrong = leg[1] != debtor if sign > 0 else ledger.account_of(leg[1]) != account
    if wrong:
        findings.add(f"The debt of call {call} is on {leg[1]}.")


def _check_limits(replay: Replay, findings: Findings) -> Program[None]:
    """Compare limit rows with the holds that name them."""
    due, after = replay.limits(), ""
    while page := (yield Read(READ_LIMITS, (after, PAGE))):
        after = page[-1][0]
        for limit, kind, subject, period, used, held in page:
            counted = due.pop(limit, [0, 0])
            if [used, held] != counted:
                findings.add(
                    f"Limit {limit}: used {used} and held {held};"
                    f" its holds make {counted[0]} and {counted[1]}."
                )
            if limit != f"{kind}:{subject}/{period}":
                findings.add(f"Limit {limit} names another kind, subject or period.")
    for limit in sorted(due):
        findings.add(f"Limit {limit} is missing, but holds name it.")


def _sum_periods(replay: Replay, findings: Findings) -> Program[tuple[PeriodSum, ...]]:
    """Compare each period's credit with what was issued; MOVEs add up to nothing over all."""
    periods: list[PeriodSum] = []
    for period, *parts in (yield Read(READ_SUMS)):
        posted, held, spent = (parts[i] * MICRO + parts[i + 1] for i in (0, 2, 4))
        came = replay.sums[period]
        periods.append(
            PeriodSum(period, came.issued, came.moved, held, spent, posted - held - spent)
        )
        if came.issued + came.moved != posted:
            findings.add(
                f"Period {period} has {posted} in its balances, but {came.issued} was issued"
                f" and {came.moved} moved into it."
            )
    if moved := sum(came.moved for came in replay.sums.values()):
        findings.add(f"All moves together made {moved} out of nothing.")
    return tuple(periods)


def _find_strays(findings: Findings) -> Program[None]:
    """Find rows that no transfer speaks of."""
    for sentence, sql in STRAYS.items():
        for row in (yield Read(sql)):
            findings.add(sentence.format(row[0]))
