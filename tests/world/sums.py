"""The invariants of faults.md §4 as SQL over what is committed, and the rows beside the books."""

from dataclasses import dataclass

from world.plain import Books

from core.service.start import Core
from core.store.statements import Program, Read, Row

BALANCES = """
SELECT b.account, b.period, b.posted, b.held, b.spent, b.cut, b.n,
  CAST(SUM(t.posted) AS BIGINT), CAST(SUM(t.held) AS BIGINT), CAST(SUM(t.spent) AS BIGINT),
  COUNT(*), SUM(CASE WHEN t.id = 'grant:' || b.account || ':' || b.period THEN 1 ELSE 0 END)
FROM balance b JOIN transfer t ON t.row_id = b.id WHERE b.id LIKE :1
GROUP BY b.id, b.account, b.period, b.posted, b.held, b.spent, b.cut, b.n
"""
KINDS = """
SELECT t.kind, t.counter = 'usage', CAST(SUM(t.posted) AS BIGINT), CAST(SUM(t.spent) AS BIGINT)
FROM transfer t WHERE t.row_id IN :1 GROUP BY t.kind, t.counter = 'usage'
"""
LIMITS = "SELECT id, used, held FROM limit_row WHERE id LIKE :1"
HOLDS = """
SELECT h.id, h.state, h.payer, h.amount, h.row_id, c.cost,
  (SELECT COUNT(*) FROM transfer t
   WHERE t.id = 'settle:' || h.id OR t.id = 'void:' || h.id OR t.id = 'capture:' || h.id)
FROM hold h LEFT JOIN call c ON c.id = h.id WHERE h.id IN :1
"""
APPROVALS = """
SELECT a.id, a.state, a.decided_amount,
  (SELECT COUNT(*) FROM transfer t WHERE t.id = 'approval:' || a.id),
  (SELECT COUNT(*) FROM audit_event e WHERE e.subject = a.id AND e.verb = 'approval.approve')
FROM approval a WHERE a.id IN :1
"""


@dataclass
class Sums:
    """What is committed about the people of one example."""

    balances: list[Row]
    kinds: list[Row]
    limits: list[Row]
    holds: list[Row]
    approvals: list[Row]


def read_sums(mark: str, calls: list[str], approvals: list[str]) -> Program[Sums]:
    """Read everything on one snapshot; `mark` is in every id of the example's people."""
    balances = yield Read(BALANCES, (f"%:{mark}%",))
    rows = [f"{row[0]}/{row[1]}" for row in balances]
    return Sums(
        balances,
        (yield Read(KINDS, (rows,))),
        (yield Read(LIMITS, (f"%:{mark}%",))),
        (yield Read(HOLDS, (calls,))),
        (yield Read(APPROVALS, (approvals,))),
    )


async def check(core: Core, books: Books, mark: str, calls: list[str]) -> None:
    """Assert that what is committed obeys the laws and equals the books."""
    sums = await core.database.read(read_sums(mark, calls, list(books.approvals)))
    check_balances(sums, books)
    check_totals(sums, books)
    check_limits(sums, books)
    check_holds(sums, books)
    check_approvals(sums, books)


def check_balances(sums: Sums, books: Books) -> None:
    """I1, I3, I4, I12: every counter is its recomputation, one row and one grant a period."""
    seen = set()
    for account, period, posted, held, spent, cut, n, *replayed, grants in sums.balances:
        assert min(held, spent, cut, posted - held - spent) >= 0, (account, period)
        assert replayed == [posted, held, spent, n], (account, period, replayed)
        assert grants == 1, (account, period)
        if account.startswith("debt:"):
            owed = books.debts.get(account.removeprefix("debt:"), 0)
            assert (posted, held, spent, cut, period) == (owed, 0, 0, 0, "-"), account
            continue
        seen.add((account, period))
        row = books.rows.get((account, period))
        assert row == {"posted": posted, "held": held, "spent": spent, "cut": cut}, (account, row)
    assert seen == set(books.rows), seen ^ set(books.rows)
    in_debt = {row[0] for row in sums.balances}
    assert all(f"debt:{name}" in in_debt for name, owed in books.debts.items() if owed)


def check_totals(sums: Sums, books: Books) -> None:
    """I2: what was issued, corrected for debts paid, is available, held or spent; moves cancel."""
    posted = {(kind, bool(usage)): (p, s) for kind, usage, p, s in sums.kinds}
    moved = sum(p for (kind, _), (p, _) in posted.items() if kind == "MOVE")
    issued = sum(p for (kind, usage), (p, _) in posted.items() if kind != "MOVE" and not usage)
    owed = sum(p for (_, usage), (p, _) in posted.items() if usage)
    rows = [row for row in sums.balances if not row[0].startswith("debt:")]
    debts = sum(row[2] for row in sums.balances if row[0].startswith("debt:"))
    over = sum(max(0, (h.charged or 0) - h.amount) for h in books.holds.values())
    assert moved == 0
    assert owed == over
    assert issued + owed == sum(row[2] for row in rows) + debts


def check_limits(sums: Sums, books: Books) -> None:
    """I1 and I10: a limit counts exactly the holds that name it."""
    used, held = {}, {}
    for limit, is_used, is_held in sums.limits:
        assert min(is_used, is_held) >= 0, limit
        used[limit], held[limit] = is_used, is_held
    for mine, theirs in ((books.used, used), (books.reserved, held)):
        named = {limit: amount for limit, amount in mine.items() if amount}
        assert named == {limit: amount for limit, amount in theirs.items() if amount}


def check_holds(sums: Sums, books: Books) -> None:
    """I5: a hold has one terminal transfer if it has ended, else none; refusals leave no hold."""
    assert {row[0] for row in sums.holds} == set(books.holds)
    for call, state, payer, amount, row, cost, terminals in sums.holds:
        hold = books.holds[call]
        told = (hold.state, hold.payer, hold.amount, f"{hold.account}/{hold.period}", hold.charged)
        assert (state, payer, amount, row, cost) == told, call
        assert terminals == (0 if state == "open" else 1), call


def check_approvals(sums: Sums, books: Books) -> None:
    """I9: one decision and one transfer, of the amount that was decided."""
    assert {row[0] for row in sums.approvals} == set(books.approvals)
    for name, state, given, transfers, decisions in sums.approvals:
        approval = books.approvals[name]
        assert (state, given) == (approval.state, approval.given), name
        assert transfers == decisions == (1 if state == "approved" else 0), name
