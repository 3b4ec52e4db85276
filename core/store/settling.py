"""Settlements within a batch: each hold ends exactly once, with its usage row."""

from collections.abc import Sequence

from core.calls import Outcome, Receipt
from core.domain import ledger
from core.domain.ledger import RESOLVES, Delta, HoldState, Kind, Resolution
from core.domain.periods import Period
from core.store.call_tables import AttemptRow, CallRow, HoldRow, MessageRow
from core.store.folio import Folio, Opening
from core.store.idempotency import FORGET
from core.store.items import SettleItem
from core.store.notices import OUTBOX
from core.store.price_rows import PriceDesk
from core.store.statements import Announce, Change, Insert, Program, Read

READ_STATES = """
SELECT h.id, h.state, COALESCE(c.cost, 0), CASE WHEN h.state = 'captured' AND c.cost = h.amount
  THEN NOT EXISTS (SELECT 1 FROM transfer t WHERE t.id = 'adjust:' || h.id || ':' || '1')
    AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.call_id = h.id AND d.state = 'returned')
  ELSE false END
FROM hold h LEFT JOIN call c ON c.id = h.id WHERE h.id IN :1
"""
"""The last column: whether all of it was captured, for want of a cost, and not corrected since,
be it by a late settlement or by whoever decided a dispute."""
DISPUTED = """
UPDATE dispute SET rev = rev + 1 WHERE call_id IN :1 AND state = 'open' RETURNING call_id
"""
"""A dispute of what is corrected here shows another charge now, so its card follows."""
CALL = (
    "id", "member_id", "team_id", "key_id", "period", "model", "upstream", "payer", "outcome",
    "status", "estimated", "prompt_tokens", "completion_tokens", "cached_tokens",
    "cache_written_tokens", "reasoning_tokens", "price_id", "cost", "started_ms", "ended_ms",
)  # fmt: skip
LATE = (
    "id", "upstream", "outcome", "status", "estimated", "prompt_tokens", "completion_tokens",
    "cached_tokens", "cache_written_tokens", "reasoning_tokens", "price_id", "cost", "ended_ms",
)  # fmt: skip
ATTEMPT = ("call_id", "no", "upstream", "outcome", "status", "ms")
MESSAGE = ("call_id", "member_id", "request", "answer", "at_ms")
DEBTS = Period(ledger.FOREVER, 0, 0)


def debt_openings(settles: Sequence[SettleItem]) -> dict[str, Opening]:
    """Return the debt rows that these settlements need: for usage above its hold (F-46)."""
    short = (item.ticket for item in settles if item.outcome.cost_micro > item.ticket.amount_micro)
    openings = [Opening(ledger.debt(ledger.account_of(t.row_id)), DEBTS, 0) for t in short]
    return {opening.row_id: opening for opening in openings}


class SettleDesk:
    """Ends holds one after the other on the folio's rows, and collects the rows they leave."""

    def __init__(self, folio: Folio, prices: PriceDesk, now_ms: int) -> None:
        self._folio = folio
        self._prices = prices
        self._now_ms = now_ms
        self._states: dict[str, tuple[HoldState, int]] = {}
        self._guessed: set[str] = set()
        self._ended: list[tuple[str, str]] = []
        self._calls: list[tuple[object, ...]] = []
        self._late: list[tuple[object, ...]] = []
        self._attempts: list[tuple[object, ...]] = []
        self._messages: list[tuple[object, ...]] = []
        self._freed: list[str] = []

    def read(self, settles: Sequence[SettleItem]) -> Program[None]:
        if settles:
            rows = yield Read(READ_STATES, ([item.ticket.call_id for item in settles],))
            self._states = {row[0]: (HoldState(row[1]), row[2]) for row in rows}
            self._guessed = {row[0] for row in rows if row[1] == HoldState.CAPTURED and row[3]}
            yield from self._prices.read(settles)

    def settle(self, item: SettleItem) -> Receipt:
        """End the hold as the outcome says; what has ended stays ended."""
        ticket, kind = item.ticket, item.outcome.kind
        state, charged = self._states[ticket.call_id]
        if state is HoldState.OPEN:
            resolution = self._resolution(item)
            self._end(item, resolution)
            charged = resolution.charged
            self._states[ticket.call_id] = (RESOLVES[resolution.kind], charged)
        elif ticket.call_id in self._guessed and kind is not Kind.CAPTURE:
            charged = self._correct(item)
        return self._receipt(item, charged)

    def _resolution(self, item: SettleItem) -> Resolution:
        held = item.ticket.amount_micro
        if item.outcome.kind is Kind.SETTLE:
            return ledger.settle(held, item.outcome.cost_micro)
        return ledger.void(held) if item.outcome.kind is Kind.VOID else ledger.capture(held)

    def _end(self, item: SettleItem, resolution: Resolution) -> None:
        ticket, call_id = item.ticket, item.ticket.call_id
        name = f"{resolution.kind.value.lower()}:{call_id}"
        self._folio.post(name, resolution.kind, ticket.row_id, "usage", resolution.delta)
        for limit in ticket.limits:
            self._folio.count(limit, used=resolution.delta.spent, held=-ticket.amount_micro)
        if resolution.kind is Kind.CAPTURE and not resolution.debt:
            self._guessed.add(call_id)
        if resolution.debt:
            self._folio.owe(f"debt:{call_id}", ticket.row_id, resolution.debt)
        if self._folio.balance(ticket.row_id).cut:
            freed = -resolution.delta.held - resolution.delta.spent
            self._folio.take_cut(ticket.row_id, f"cut:{call_id}", freed)
        self._ended.append((call_id, RESOLVES[resolution.kind].value))
        self._free_claim(item, resolution.kind)
        self._calls.append(_call_row(item, resolution))
        self._leave_attempts(item)
        self._leave_words(item)

    def _leave_attempts(self, item: SettleItem) -> None:
        """Leave a row of each POST, unless one alone was answered: the call's row tells of it."""
        outcome = item.outcome
        if len(outcome.attempts) > 1 or outcome.kind is not Kind.SETTLE or outcome.estimated:
            self._attempts += [
                (item.ticket.call_id, no, a.upstream, a.outcome, a.status, a.ms)
                for no, a in enumerate(outcome.attempts, 1)
            ]

    def _leave_words(self, item: SettleItem) -> None:
        ticket, outcome = item.ticket, item.outcome
        if outcome.request or outcome.answer:
            message = (
                ticket.call_id,
                ticket.member_id,
                outcome.request,
                outcome.answer,
                item.now_ms,
            )
            self._messages.append(message)

    def _correct(self, item: SettleItem) -> int:
        """Book one ADJUST from the captured hold to what the call really cost."""
        ticket, outcome = item.ticket, item.outcome
        cost = outcome.cost_micro if outcome.kind is Kind.SETTLE else 0
        back = ticket.amount_micro - min(cost, ticket.amount_micro)
        name = f"adjust:{ticket.call_id}:1"
        self._folio.post(name, Kind.ADJUST, ticket.row_id, "usage", Delta(spent=-back))
        self._folio.take_cut(ticket.row_id, f"cut:{ticket.call_id}:1", back)
        for limit in ticket.limits:
            self._folio.count(limit, used=-back)
        if cost > ticket.amount_micro:
            self._folio.owe(f"debt:{ticket.call_id}", ticket.row_id, cost - ticket.amount_micro)
        self._states[ticket.call_id] = (HoldState.CAPTURED, cost)
        self._guessed.discard(ticket.call_id)
        self._late.append((
            ticket.call_id, outcome.upstream, "captured", outcome.status, outcome.estimated,
            outcome.prompt_tokens, outcome.completion_tokens, outcome.cached_tokens,
            outcome.cache_written_tokens, outcome.reasoning_tokens, _price_id(outcome), cost,
            item.now_ms,
        ))  # fmt: skip
        self._leave_attempts(item)
        self._free_claim(item, outcome.kind)
        return cost

    def _free_claim(self, item: SettleItem, kind: Kind) -> None:
        """Give a call that produced nothing its Idempotency-Key back: a retry is a first try."""
        if kind is Kind.VOID and item.ticket.idempotency_id:
            self._freed.append(item.ticket.idempotency_id)

    def _receipt(self, item: SettleItem, charged: int) -> Receipt:
        ticket, remaining = item.ticket, item.ticket.remaining_micro
        if ticket.row_id.startswith(ledger.user(ticket.member_id) + "/"):
            remaining = self._folio.balance(ticket.row_id).available
        return Receipt(
            ticket.call_id,
            charged,
            ticket.payer,
            ticket.quota_micro,
            remaining,
            item.outcome.estimated,
        )

    def write(self) -> Program[None]:
        if self._ended:
            yield Change(HoldRow, ("id", "state"), list(self._ended))
        yield from self._prices.write(self._now_ms)
        if self._calls:
            yield Insert(CallRow, CALL, self._calls)  # type: ignore[arg-type]  # tuples of column values
        if self._late:
            yield Change(CallRow, LATE, self._late)  # type: ignore[arg-type]  # as above
            if (yield Read(DISPUTED, (sorted(str(row[0]) for row in self._late),))):
                yield Announce(OUTBOX)
        if self._attempts:
            yield Insert(AttemptRow, ATTEMPT, self._attempts, ignore=True)  # type: ignore[arg-type]  # as above
        if self._messages:
            yield Insert(MessageRow, MESSAGE, self._messages, ignore=True)  # type: ignore[arg-type]  # as above
        if self._freed:
            yield Read(FORGET, (sorted(self._freed),))


def _call_row(item: SettleItem, resolution: Resolution) -> tuple[object, ...]:
    ticket, outcome = item.ticket, item.outcome
    return (
        ticket.call_id, ticket.member_id, ticket.team_id, ticket.key_id, ticket.period,
        ticket.model, outcome.upstream, ticket.payer.value, RESOLVES[resolution.kind].value,
        outcome.status, outcome.estimated or outcome.kind is Kind.CAPTURE, outcome.prompt_tokens,
        outcome.completion_tokens, outcome.cached_tokens, outcome.cache_written_tokens,
        outcome.reasoning_tokens, _price_id(outcome), resolution.charged, ticket.started_ms,
        item.now_ms,
    )  # fmt: skip


def _price_id(outcome: Outcome) -> str:
    return outcome.price.id if outcome.price else ""
