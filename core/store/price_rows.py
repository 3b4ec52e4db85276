"""Prices kept with calls: a row each, written with the first settlement that it was used for."""

from collections.abc import Sequence

from core.domain.bill import KeptPrice
from core.store.call_tables import PriceRow
from core.store.items import SettleItem
from core.store.statements import Insert, Program, Read

READ_PRICES = "SELECT id FROM price WHERE id IN :1"
PRICE = ("id", "upstream", "rates", "seen_ms")


class PriceDesk:
    """Within a batch. `known`: prices that this process has found committed, to skip them."""

    def __init__(self, known: set[str]) -> None:
        self._known = known
        self._fresh: dict[str, KeptPrice] = {}

    def read(self, settles: Sequence[SettleItem]) -> Program[None]:
        met = (item.outcome.price for item in settles)
        fresh = {price.id: price for price in met if price and price.id not in self._known}
        if not fresh:
            return
        found = {str(row[0]) for row in (yield Read(READ_PRICES, (sorted(fresh),)))}
        self._known |= found
        self._fresh = {name: price for name, price in fresh.items() if name not in found}

    def write(self, now_ms: int) -> Program[None]:
        if self._fresh:
            rows = [(p.id, p.upstream, p.rates, now_ms) for _, p in sorted(self._fresh.items())]
            yield Insert(PriceRow, PRICE, list(rows), ignore=True)
