"""Idempotency keys within a batch: the same key and body is charged once (scope: the member)."""

from collections.abc import Sequence

from core.domain.errors import Code, Refusal
from core.store.call_tables import IdempotencyRow
from core.store.items import HoldItem
from core.store.statements import Insert, Program, Read

READ_CLAIMS = """
SELECT i.id, i.body_mac, i.call_id, h.state, COALESCE(c.cost, 0)
FROM idempotency i LEFT JOIN hold h ON h.id = i.call_id LEFT JOIN call c ON c.id = i.call_id
WHERE i.id IN :1
"""
FORGET = "DELETE FROM idempotency WHERE id IN :1 RETURNING id"
COLUMNS = ("id", "body_mac", "call_id", "created_ms")


class Replays:
    """The claims of a batch's idempotency keys."""

    def __init__(self) -> None:
        self._claims: dict[str, tuple[bytes, str, str | None, int]] = {}
        self._won: set[str] = set()

    def read(self, holds: Sequence[HoldItem]) -> Program[None]:
        """Claim the keys (first come, first served), then see whose they are.

        Rows are inserted before they are read: of two processes the second waits for the first.
        """
        asked = {_id(item): item for item in reversed(holds) if item.ask.idempotency_key}
        if not asked:
            return
        rows = [(k, i.ask.body_mac, i.ask.call_id, i.now_ms) for k, i in sorted(asked.items())]
        yield Insert(IdempotencyRow, COLUMNS, list(rows), ignore=True)
        for claim, body_mac, call_id, state, cost in (yield Read(READ_CLAIMS, (sorted(asked),))):
            self._claims[claim] = (bytes(body_mac), call_id, state, cost)

    def check(self, item: HoldItem) -> None:
        """Raise a Refusal if this key belongs to another call."""
        claim = self._claims.get(_id(item)) if item.ask.idempotency_key else None
        if claim is None:
            return
        body_mac, call_id, state, cost = claim
        if body_mac != item.ask.body_mac:
            raise Refusal(
                Code.IDEMPOTENCY_MISMATCH, "This Idempotency-Key was used with another body."
            )
        if call_id == item.ask.call_id:
            return
        if state in {None, "open"}:
            raise Refusal(Code.IN_PROGRESS, "The first call with this Idempotency-Key still runs.")
        raise Refusal(
            Code.REPLAY_WITHOUT_CONTENT,
            f"This call is finished and was charged once, as {call_id}. Its answer was not kept.",
            facts={"call_id": call_id, "cost_micro": cost},
        )

    def claim(self, item: HoldItem) -> str | None:
        """Note that this call was granted and keeps its key; return the claim's id."""
        if not item.ask.idempotency_key:
            return None
        self._won.add(_id(item))
        return _id(item)

    def write(self) -> Program[None]:
        """Give back the keys of calls that were refused, so that a retry is a first try."""
        lost = [
            key
            for key, (_, _, state, _) in self._claims.items()
            if state is None and key not in self._won
        ]
        if lost:
            yield Read(FORGET, (sorted(lost),))


def _id(item: HoldItem) -> str:
    return f"{item.member_id}/{item.ask.idempotency_key}"
