"""Programs that change what an account has in the running period: quotas and approvals.

A row nobody has opened yet is opened here with the quota as it was; the change follows as a
transfer of its own. So a hold that races with the change finds the same row either way.
"""

from dataclasses import dataclass

from core.domain.credits import spoken
from core.domain.errors import Code, Refusal
from core.domain.ledger import Delta, Kind
from core.store.folio import Folio, Opening
from core.store.statements import Program


@dataclass(frozen=True, slots=True)
class Gift:
    """What an approval gives: to whose row, and out of which pool, if not from issuer."""

    approval_id: str
    taker: Opening
    pool: Opening | None
    amount_micro: int


def change_quota(folio: Folio, before: Opening, quota_micro: int) -> Program[None]:
    """Let the running period follow a new quota: a raise at once, a cut as credit gets free."""
    difference = quota_micro - before.quota_micro
    if difference == 0:
        return
    row = before.row_id
    yield from folio.lock({row: before}, (), ())
    if difference < 0:
        folio.lower(row, -difference)
    elif (raised := folio.forgive_cut(row, difference)) > 0:
        name = f"quota:{row}:{folio.balance(row).n + 1}"
        folio.post(name, Kind.ADJUST, row, "issuer", Delta(posted=raised))
    yield from folio.write()


def give(folio: Folio, gift: Gift) -> Program[None]:
    """Book an approval once: MOVE from the pool, or GRANT; Refusal if the pool is short."""
    openings = [gift.taker] if gift.pool is None else [gift.taker, gift.pool]
    yield from folio.lock({opening.row_id: opening for opening in openings}, (), ())
    name, taker = f"approval:{gift.approval_id}", gift.taker.row_id
    if gift.pool is None:
        folio.post(name, Kind.GRANT, taker, "issuer", Delta(posted=gift.amount_micro))
    else:
        available = folio.balance(gift.pool.row_id).available
        if available < gift.amount_micro:
            raise _short(available, gift.amount_micro)
        folio.move(name, gift.pool.row_id, taker, gift.amount_micro)
    yield from folio.write()


def frozen(amount_micro: int) -> Refusal:
    """Return the refusal of a pool that gives nothing, as its team is frozen."""
    return Refusal(
        Code.POOL_SHORT,
        "This team is frozen, so its pool gives nothing."
        " Ask an administrator, who can grant the whole amount.",
        facts={"available_micro": 0, "required_micro": amount_micro},
    )


def _short(available_micro: int, amount_micro: int) -> Refusal:
    return Refusal(
        Code.POOL_SHORT,
        f"The team pool has {spoken(available_micro)} credits left, not {spoken(amount_micro)}."
        " Approve less, or ask an administrator, who can grant the whole amount.",
        facts={"available_micro": available_micro, "required_micro": amount_micro},
    )
