"""The ledger's one program: decides a batch of items in one transaction, in queue order.

1. read keys, members, seats · 2. open and lock every candidate row, in the order of ids ·
3. decide in memory with the pure balancer · 4. write in bulk. The caller commits.
"""

from collections.abc import Sequence

from core.calls import Outcome
from core.domain.ledger import Kind
from core.domain.periods import Period
from core.store.folio import Folio, Opening, Rules, key_limits, limit_id
from core.store.holders import Holder, read_away, read_holders
from core.store.holding import HoldDesk
from core.store.items import HoldItem, Item, RefusalItem, SettleItem
from core.store.price_rows import PriceDesk
from core.store.recovery import open_holds
from core.store.refusals import write_refusals
from core.store.settling import SettleDesk, debt_openings
from core.store.statements import Program

Result = object


MOST_KNOWN = 100_000
"""Rows whose ids are remembered; those of periods that are over would never be asked for again."""


class Journal:
    """Makes the writer's batches. `known` remembers rows that are open, to skip opening them."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._known: set[str] = set()
        self._prices: set[str] = set()

    def folio(self, now_ms: int) -> Folio:
        """Return an empty working set for a program of its own (approvals, quota changes)."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()  # what is forgotten is found open again, once
        return Folio(self.rules, self._known, now_ms)

    def __call__(self, items: Sequence[Item], *, recheck: bool) -> Program[list[Result]]:
        holds = [item for item in items if isinstance(item, HoldItem)]
        settles = [item for item in items if isinstance(item, SettleItem)]
        refusals = [item for item in items if isinstance(item, RefusalItem)]
        holders: dict[str, Holder] = (yield from read_holders(holds)) if holds else {}
        away = (yield from read_away(holds, holders)) if any(h.wide for h in holds) else {}
        folio = self.folio(items[0].now_ms)
        yield from self._lock(folio, holds, settles, holders)
        settling = SettleDesk(folio, PriceDesk(self._prices), items[0].now_ms)
        yield from settling.read(settles)
        holding = HoldDesk(folio, holders, away)
        yield from holding.read(holds, recheck=recheck)
        traced = iter((yield from write_refusals(refusals)) if refusals else ())
        results: list[Result] = [
            holding.decide(item)
            if isinstance(item, HoldItem)
            else settling.settle(item)
            if isinstance(item, SettleItem)
            else next(traced)
            for item in items
        ]
        yield from folio.write()
        yield from settling.write()
        yield from holding.write()
        return results

    def undo(self, items: Sequence[Item]) -> Program[None]:
        """VOID the holds among these items that are open: nobody was given their tickets.

        The rows are locked first, so that a COMMIT which still runs has ended before we look.
        """
        holds = [item for item in items if isinstance(item, HoldItem)]
        if not holds:
            return
        folio, now_ms = self.folio(holds[0].now_ms), holds[0].now_ms
        yield from self._lock(folio, holds, [], (yield from read_holders(holds)))
        yield from folio.write()
        tickets = yield from open_holds([item.ask.call_id for item in holds])
        void = Outcome(kind=Kind.VOID, status=503)
        if tickets:
            yield from self([SettleItem(t, void, now_ms) for t in tickets], recheck=False)

    def _lock(
        self,
        folio: Folio,
        holds: Sequence[HoldItem],
        settles: Sequence[SettleItem],
        holders: dict[str, Holder],
    ) -> Program[None]:
        openings = debt_openings(settles)
        rows = {item.ticket.row_id for item in settles}
        limits = {limit for item in settles for limit in item.ticket.limits}
        for item in holds:
            if holder := holders.get(item.key_id):
                wanted, counted = _candidates(item, holder)
                openings.update((opening.row_id, opening) for opening in wanted)
                limits.update(counted)
        if rows or openings:
            yield from folio.lock(openings, rows, limits)


def _candidates(item: HoldItem, holder: Holder) -> tuple[list[Opening], list[str]]:
    """Return the rows and limits that may pay for or count this call."""
    period: Period = item.period
    openings = [Opening(holder.account, period, holder.personal_quota)]
    limits = key_limits(holder.caps, period.name)
    seat = holder.seat_for(item.ask.team) if item.wide else None
    if seat is not None:
        openings.append(Opening(seat.account, period, seat.pool_quota))
        limits.append(limit_id("vacation", seat.team_id, period.name))
        limits.append(limit_id("critical", f"{seat.team_id}:{holder.member_id}", period.name))
    return openings, limits
