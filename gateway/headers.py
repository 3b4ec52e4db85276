"""Headers of a paid answer (client-contract §9), from what the ledger committed."""

from functools import lru_cache

from core.calls import Receipt, Ticket
from core.domain.credits import wire
from core.domain.members import Priority, Privacy
from gateway.show import iso

Headers = list[tuple[bytes, bytes]]

WARN_PERCENT = (100, 95, 80)
"""Thresholds of own quota that an answer tells, the highest first."""


def ticket_headers(ticket: Ticket) -> Headers:
    """Return what is known once the hold is committed: all that a stream can say at its head."""
    return _headers(ticket, ticket.quota_micro, ticket.remaining_micro)


def receipt_headers(ticket: Ticket, receipt: Receipt) -> Headers:
    """Return the headers of a plain answer, after its settlement committed: with its cost."""
    headers = _headers(ticket, receipt.quota_micro, receipt.remaining_micro)
    headers.append((b"x-tokenpool-cost", wire(receipt.cost_micro).encode()))
    if receipt.estimated:
        headers.append((b"x-tokenpool-estimated", b"true"))
    return headers


def cost_comment(receipt: Receipt) -> bytes:
    """Return the SSE comment that tells a stream's cost after its last event."""
    return b": x-tokenpool-cost: %s\n\n" % wire(receipt.cost_micro).encode()


def _headers(ticket: Ticket, quota_micro: int, remaining_micro: int) -> Headers:
    headers = [
        (b"x-request-id", ticket.call_id.encode()),
        (b"x-tokenpool-paid-by", ticket.payer.value.encode()),
        (b"x-tokenpool-quota-limit", wire(quota_micro).encode()),
        (b"x-tokenpool-quota-remaining", wire(remaining_micro).encode()),
        (b"x-tokenpool-quota-reset", _moment(ticket.period_ends_ms)),
    ]
    if percent := _warning(quota_micro, remaining_micro):
        headers.append((b"x-tokenpool-warning", b"%d" % percent))
    if ticket.lowered:
        headers.append((b"x-tokenpool-max-tokens", b"%d" % ticket.output_tokens))
    if ticket.critical_denied:
        headers.append((b"x-tokenpool-priority", b"denied"))
    elif ticket.priority is Priority.CRITICAL:
        headers.append((b"x-tokenpool-priority", b"critical"))
    if ticket.privacy is Privacy.STRICT:
        headers.append((b"x-tokenpool-privacy", b"strict"))
    return headers


@lru_cache(maxsize=8)
def _moment(at_ms: int) -> bytes:
    """Return a time in ISO 8601; all calls of a period tell the same."""
    return (iso(at_ms) or "").encode()


def _warning(quota_micro: int, remaining_micro: int) -> int:
    """Return the highest threshold that use of own quota has crossed, or 0."""
    used = (quota_micro - remaining_micro) * 100
    return next((p for p in WARN_PERCENT if quota_micro > 0 and used >= p * quota_micro), 0)
