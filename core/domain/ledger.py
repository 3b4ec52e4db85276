"""The ledger's arithmetic: balances, transfers and the chain that binds them. No I/O, no clock.

A balance is one row per (account, period). Every change is a transfer: an immutable journal row
that carries the change of `posted`, `held` and `spent`, the row's running number `n` and an HMAC
over the row before it. Replaying a row's transfers therefore gives the row, or shows tampering.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from core.domain import macs


class Kind(StrEnum):
    GRANT = "GRANT"
    HOLD = "HOLD"
    SETTLE = "SETTLE"
    VOID = "VOID"
    CAPTURE = "CAPTURE"
    MOVE = "MOVE"
    ADJUST = "ADJUST"


class HoldState(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    VOIDED = "voided"
    CAPTURED = "captured"


RESOLVES = {
    Kind.SETTLE: HoldState.SETTLED,
    Kind.VOID: HoldState.VOIDED,
    Kind.CAPTURE: HoldState.CAPTURED,
}
"""What may end an open hold, and what the hold is then. Nothing follows an ended hold."""


class Payer(StrEnum):
    OWN = "own"
    CRITICAL = "critical"
    VACATION = "vacation"


FOREVER = "-"
"""The period of debt rows: a debt outlives the period it was made in."""


def user(member_id: str) -> str:
    return f"user:{member_id}"


def team(team_id: str) -> str:
    return f"team:{team_id}"


def debt(account: str) -> str:
    return f"debt:{account}"


def row_id(account: str, period: str) -> str:
    """Return the id of a balance row; also the order in which rows are locked."""
    return f"{account}/{period}"


class Delta(msgspec.Struct, frozen=True):
    """The change that one transfer makes, in microcredits."""

    posted: int = 0
    held: int = 0
    spent: int = 0


class Transfer(msgspec.Struct, frozen=True):
    """One journal row. `counter` names the other side: an account, `issuer` or `usage`."""

    id: str
    kind: Kind
    row: str
    counter: str
    delta: Delta
    at_ms: int
    n: int = 0
    mac: bytes = b""


class Balance(msgspec.Struct, frozen=True):
    """One account's credit in one period, in microcredits.

    `cut` is what a lowered quota still has to take back as soon as holds resolve (F-81).
    """

    account: str
    period: str
    posted: int = 0
    held: int = 0
    spent: int = 0
    cut: int = 0
    n: int = 0
    head: bytes = b""

    @property
    def id(self) -> str:
        return row_id(self.account, self.period)

    @property
    def available(self) -> int:
        return self.posted - self.held - self.spent

    def book(self, transfer: Transfer, pepper: bytes) -> tuple["Balance", Transfer]:
        """Return the balance after `transfer`, and the transfer as it is chained to this row."""
        change, n = transfer.delta, self.n + 1
        mac = chain(pepper, self.head, n, transfer)
        after = Balance(
            self.account,
            self.period,
            self.posted + change.posted,
            self.held + change.held,
            self.spent + change.spent,
            self.cut,
            n,
            mac,
        )
        assert after.held >= 0, transfer.id
        assert after.spent >= 0, transfer.id
        assert after.available >= 0, transfer.id
        return after, Transfer(
            transfer.id,
            transfer.kind,
            transfer.row,
            transfer.counter,
            change,
            transfer.at_ms,
            n,
            mac,
        )


LINK = "%d|%s|%s|%s|%s|%d|%d|%d|%d"
"""What is chained of a transfer: n, id, kind, row, counter, posted, held, spent, at_ms."""


def chain(pepper: bytes, head: bytes, n: int, transfer: Transfer) -> bytes:
    """Return the HMAC-SHA256 that binds a transfer to all transfers of its row before it."""
    t, change = transfer, transfer.delta
    moved = (change.posted, change.held, change.spent)
    return link(pepper, head, (n, t.id, t.kind.value, t.row, t.counter, *moved, t.at_ms))


def link(pepper: bytes, head: bytes, fields: Sequence[object]) -> bytes:
    """Return `chain` of a transfer that is still the row of fields a database returned."""
    return macs.digest(pepper, head + (LINK % tuple(fields)).encode())


class Resolution(msgspec.Struct, frozen=True):
    """How a hold ends: the transfer's kind and change, and what the hold could not cover."""

    kind: Kind
    delta: Delta
    charged: int
    debt: int = 0


def settle(held: int, cost: int) -> Resolution:
    """Post `cost` and release the rest; above the hold, capture it and owe the difference."""
    if cost > held:
        return Resolution(Kind.CAPTURE, Delta(held=-held, spent=held), cost, cost - held)
    return Resolution(Kind.SETTLE, Delta(held=-held, spent=cost), cost)


def void(held: int) -> Resolution:
    return Resolution(Kind.VOID, Delta(held=-held), 0)


def capture(held: int) -> Resolution:
    """Post the whole hold: the outcome is unknown, and the provider may bill it."""
    return Resolution(Kind.CAPTURE, Delta(held=-held, spent=held), held)


def account_of(row: str) -> str:
    """Return the account of a balance row's id."""
    return row.rpartition("/")[0]
