"""The ledger rows of one transaction: locked in order, changed in memory, written once.

Rows of a new period are opened here, lazily, by whoever needs them first: with the period's grant,
what rolls over, and what an earlier debt takes back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from core.domain import ledger
from core.domain.caps import Caps
from core.domain.ledger import Balance, Delta, Kind, Transfer
from core.domain.periods import Length, Period, previous
from core.store.statements import Change, Insert, Program, Read
from core.store.tables import BalanceRow, LimitRow, TransferRow

LOCK_BALANCES = """
SELECT account, period, posted, held, spent, cut, n, head FROM balance
WHERE id IN :1 ORDER BY id FOR UPDATE
"""
CAME = """
SELECT 'user:' || id, created_ms FROM member WHERE id IN :1
UNION ALL SELECT 'team:' || id, created_ms FROM team WHERE id IN :1
"""
"""When whoever has an account came."""
LOCK_LIMITS = "SELECT id, used, held FROM limit_row WHERE id IN :1 ORDER BY id FOR UPDATE"
BALANCE_CHANGE = ("id", "posted", "held", "spent", "cut", "n", "head")
BALANCE_OPEN = ("id", "account", "period", "posted", "held", "spent", "cut", "n", "head")
LIMIT_OPEN = ("id", "kind", "subject", "period", "used", "held")
TRANSFER = ("id", "kind", "row_id", "counter", "posted", "held", "spent", "at_ms", "n", "mac")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the ledger needs to know of the installation."""

    pepper: bytes = field(repr=False)
    length: Length
    rollover_percent: int = 0
    since_ms: int = 0
    """When periods came to have this length; 0: they always had it."""


class Opening(msgspec.Struct, frozen=True):
    """An account's row in a period, and the grant it starts with if nobody opened it yet."""

    account: str
    period: Period
    quota_micro: int

    @property
    def row_id(self) -> str:
        return ledger.row_id(self.account, self.period.name)


def limit_id(kind: str, subject: str, period: str) -> str:
    return f"{kind}:{subject}/{period}"


def key_limits(caps: Caps, period: str) -> list[str]:
    """Return the limit row of each of a key's caps."""
    return [limit_id("key", cap.subject, period) for cap in caps]


class Folio:
    """One transaction's working set of balance and limit rows."""

    def __init__(self, rules: Rules, known: set[str], now_ms: int) -> None:
        self._rules = rules
        self._known = known
        self._now_ms = now_ms
        self._balances: dict[str, Balance] = {}
        self._limits: dict[str, tuple[int, int]] = {}
        self._changed: set[str] = set()
        self._changed_limits: set[str] = set()
        self._transfers: list[Transfer] = []

    def lock(
        self, openings: Mapping[str, Opening], rows: Iterable[str], limits: Iterable[str]
    ) -> Program[None]:
        """Lock `rows` (which exist), the rows of `openings` (opened if missing) and `limits`."""
        fresh = sorted(row for row in openings if row not in self._known)
        wanted = {*rows, *openings}
        if fresh:
            yield _blank(openings[row] for row in fresh)
            wanted.update(other for row in fresh for other in self._beside(openings[row]))
        yield from self._lock_rows(wanted)
        self._known.update(row for row in fresh if self._balances[row].n)
        unopened = [openings[row] for row in fresh if self._balances[row].n == 0]
        skipped = yield from self._skipped(unopened)
        for opening in sorted([*skipped, *unopened], key=lambda one: one.row_id):
            self._open(opening, rolls=opening not in skipped)
        yield from self._lock_limits(sorted(limits))

    def _lock_rows(self, rows: Iterable[str]) -> Program[None]:
        for found in (yield Read(LOCK_BALANCES, (sorted(rows),))):
            balance = Balance(*found)
            self._balances[balance.id] = balance

    def _lock_limits(self, limits: list[str]) -> Program[None]:
        if not limits:
            return
        fresh = [limit for limit in limits if limit not in self._known]
        if fresh:
            blank = [(limit, *_limit_parts(limit), 0, 0) for limit in fresh]
            yield Insert(LimitRow, LIMIT_OPEN, list(blank), ignore=True)
        for limit, used, held in (yield Read(LOCK_LIMITS, (limits,))):
            self._limits[limit] = (used, held)
            if used or held:
                self._known.add(limit)

    def _beside(self, opening: Opening) -> list[str]:
        """Return the rows that opening this one may draw on: the debt, and what rolls over."""
        beside = [ledger.row_id(ledger.debt(opening.account), ledger.FOREVER)]
        if self._rules.rollover_percent:
            beside.append(self._before(opening).row_id)
        return beside

    def _skipped(self, unopened: list[Opening]) -> Program[list[Opening]]:
        """Return the rows of the period before that nobody needed, locked, to be opened first.

        Their whole grant is left over, so it rolls over like any other, if the account was there,
        and if periods were as long then as they are now.
        """
        rules = self._rules
        if not rules.rollover_percent:
            return []
        before = [self._before(opening) for opening in unopened if opening.quota_micro]
        missing = {
            one.row_id: one
            for one in before
            if one.row_id not in self._balances and one.period.starts_ms >= rules.since_ms
        }
        if not missing:
            return []
        ids = sorted({one.account.partition(":")[2] for one in missing.values()})
        came = {row[0]: row[1] for row in (yield Read(CAME, (ids,)))}
        skipped = [
            one
            for one in missing.values()
            if came.get(one.account, one.period.ends_ms) < one.period.ends_ms
        ]
        if skipped:
            yield _blank(skipped)
            yield from self._lock_rows(o.row_id for o in skipped)
        return [o for o in skipped if self._balances[o.row_id].n == 0]

    def _before(self, opening: Opening) -> Opening:
        return replace(opening, period=previous(opening.period, self._rules.length))

    def _open(self, opening: Opening, *, rolls: bool) -> None:
        account, period, row = opening.account, opening.period.name, opening.row_id
        name = f"{account}:{period}"
        self.post(f"grant:{name}", Kind.GRANT, row, "issuer", Delta(posted=opening.quota_micro))
        if rolls and self._rules.rollover_percent:
            before = self._balances.get(self._before(opening).row_id)
            most = opening.quota_micro * self._rules.rollover_percent // 100
            if before and (rest := min(before.available, most)) > 0:
                self.move(f"rollover:{name}", before.id, row, rest)
        owed = self._balances.get(ledger.row_id(ledger.debt(account), ledger.FOREVER))
        if owed and (paid := min(owed.posted, self.balance(row).available)) > 0:
            self.post(f"repay:{name}", Kind.ADJUST, row, owed.account, Delta(posted=-paid))
            self.post(f"repaid:{name}", Kind.ADJUST, owed.id, account, Delta(posted=-paid))

    def balance(self, row: str) -> Balance:
        return self._balances[row]

    def limit(self, limit: str) -> tuple[int, int]:
        """Return (used, held) of a limit row, in microcredits."""
        return self._limits[limit]

    def post(self, transfer_id: str, kind: Kind, row: str, counter: str, delta: Delta) -> None:
        """Book one transfer on one row; AssertionError if it would make a balance negative."""
        transfer = Transfer(transfer_id, kind, row, counter, delta, self._now_ms)
        self._balances[row], booked = self._balances[row].book(transfer, self._rules.pepper)
        self._changed.add(row)
        self._transfers.append(booked)

    def move(self, transfer_id: str, source: str, target: str, amount: int) -> None:
        """Move credit between two rows: one MOVE, a leg on each row, zero in sum."""
        giver, taker = self._balances[source].account, self._balances[target].account
        self.post(transfer_id, Kind.MOVE, source, taker, Delta(posted=-amount))
        self.post(f"{transfer_id}:in", Kind.MOVE, target, giver, Delta(posted=amount))

    def owe(self, transfer_id: str, row: str, amount: int) -> None:
        """Add to the debt of a row's account, whose debt row was locked with it."""
        owed = ledger.row_id(ledger.debt(self._balances[row].account), ledger.FOREVER)
        self.post(transfer_id, Kind.ADJUST, owed, "usage", Delta(posted=amount))

    def count(self, limit: str, *, used: int = 0, held: int = 0) -> None:
        before_used, before_held = self._limits[limit]
        self._limits[limit] = (before_used + used, before_held + held)
        self._changed_limits.add(limit)

    def lower(self, row: str, amount: int) -> None:
        """Note that a lowered quota wants `amount` back, and take what is free now."""
        self._want(row, "lower", amount)
        self.take_cut(row, f"cut:{row}:{self._balances[row].n + 1}", amount)

    def forgive_cut(self, row: str, amount: int) -> int:
        """Cancel what is still to be taken back by a raised quota; return what remains of it."""
        cancelled = min(self._balances[row].cut, amount)
        if cancelled:
            self._want(row, "forgive", -cancelled)
        return amount - cancelled

    def _want(self, row: str, verb: str, amount: int) -> None:
        """Change `cut`, with a transfer that moves nothing and names the amount, for the audit."""
        name = f"{verb}:{row}:{self._balances[row].n + 1}:{amount}"
        self.post(name, Kind.ADJUST, row, "issuer", Delta())
        balance = self._balances[row]
        self._balances[row] = replace(balance, cut=balance.cut + amount)

    def take_cut(self, row: str, transfer_id: str, most: int) -> None:
        """Take back what a lowered quota still wants, out of `most` that just came free (F-81).

        Never more: what an approval added since is there to be spent.
        """
        balance = self._balances[row]
        taken = min(balance.cut, balance.available, most)
        if taken > 0:
            self.post(transfer_id, Kind.ADJUST, row, "issuer", Delta(posted=-taken))
            self._balances[row] = replace(self._balances[row], cut=balance.cut - taken)

    def write(self) -> Program[None]:
        """Write what changed: transfers, balances, limits."""
        if self._transfers:
            yield Insert(TransferRow, TRANSFER, [_transfer(t) for t in self._transfers])
        if self._changed:
            yield Change(
                BalanceRow,
                BALANCE_CHANGE,
                [_balance(self._balances[r]) for r in sorted(self._changed)],
            )
        if self._changed_limits:
            changes = [(limit, *self._limits[limit]) for limit in sorted(self._changed_limits)]
            yield Change(LimitRow, ("id", "used", "held"), list(changes))


def _blank(openings: Iterable[Opening]) -> Insert:
    """Return the insertion of rows with nothing on them, those that nobody has opened yet."""
    rows = [(o.row_id, o.account, o.period.name, 0, 0, 0, 0, 0, b"") for o in openings]
    return Insert(BalanceRow, BALANCE_OPEN, list(rows), ignore=True)


def _limit_parts(limit: str) -> tuple[str, str, str]:
    subject, _, period = limit.rpartition("/")
    kind, _, name = subject.partition(":")
    return kind, name, period


def _transfer(t: Transfer) -> tuple[str | int | bytes, ...]:
    d = t.delta
    return (t.id, t.kind.value, t.row, t.counter, d.posted, d.held, d.spent, t.at_ms, t.n, t.mac)


def _balance(b: Balance) -> tuple[str | int | bytes, ...]:
    return (b.id, b.posted, b.held, b.spent, b.cut, b.n, b.head)
