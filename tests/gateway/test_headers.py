import pytest
from msgspec.structs import replace

from core.calls import Receipt, Ticket
from core.domain.credits import MICRO
from core.domain.ledger import Payer
from core.domain.members import Priority, Privacy
from gateway.headers import cost_comment, receipt_headers, ticket_headers

TICKET = Ticket(
    call_id="req_1",
    member_id="m",
    key_id="k",
    team_id=None,
    model="demo",
    payer=Payer.OWN,
    row_id="user:m/2026-11",
    period="2026-11",
    period_ends_ms=1_796_083_200_000,
    amount_micro=100,
    output_tokens=1_024,
    lowered=False,
    limits=(),
    priority=Priority.STANDARD,
    critical_denied=False,
    privacy=Privacy.STANDARD,
    streamed=False,
    quota_micro=5_000 * MICRO,
    remaining_micro=4_000 * MICRO,
    looks=(),
    started_ms=0,
)
RECEIPT = Receipt("req_1", 60_000, Payer.OWN, 5_000 * MICRO, 4_999_940_000, estimated=False)


def test_a_plain_call_tells_who_paid_and_what_is_left() -> None:
    assert dict(ticket_headers(TICKET)) == {
        b"x-request-id": b"req_1",
        b"x-tokenpool-paid-by": b"own",
        b"x-tokenpool-quota-limit": b"5000",
        b"x-tokenpool-quota-remaining": b"4000",
        b"x-tokenpool-quota-reset": b"2026-12-01T00:00:00Z",
    }


def test_a_settled_call_tells_its_exact_cost_and_the_new_remainder() -> None:
    told = dict(receipt_headers(TICKET, RECEIPT))

    assert told[b"x-tokenpool-cost"] == b"0.06"
    assert told[b"x-tokenpool-quota-remaining"] == b"4999.94"
    assert b"x-tokenpool-estimated" not in told


def test_an_estimate_is_called_one() -> None:
    told = dict(receipt_headers(TICKET, replace(RECEIPT, estimated=True)))

    assert told[b"x-tokenpool-estimated"] == b"true"


def test_what_differs_from_what_was_asked_is_told() -> None:
    ticket = replace(TICKET, lowered=True, critical_denied=True, privacy=Privacy.STRICT)
    told = dict(ticket_headers(ticket))

    assert told[b"x-tokenpool-max-tokens"] == b"1024"
    assert told[b"x-tokenpool-priority"] == b"denied"
    assert told[b"x-tokenpool-privacy"] == b"strict"


def test_critical_priority_is_confirmed() -> None:
    told = dict(ticket_headers(replace(TICKET, priority=Priority.CRITICAL)))

    assert told[b"x-tokenpool-priority"] == b"critical"


@pytest.mark.parametrize(
    ("quota", "left", "warning"),
    [(100, 21, None), (100, 20, b"80"), (100, 5, b"95"), (100, 0, b"100"), (0, 0, None)],
)
def test_a_threshold_is_told_once_it_is_crossed(
    quota: int, left: int, warning: bytes | None
) -> None:
    ticket = replace(TICKET, quota_micro=quota * MICRO, remaining_micro=left * MICRO)

    assert dict(ticket_headers(ticket)).get(b"x-tokenpool-warning") == warning


def test_a_stream_ends_with_its_cost_as_a_comment() -> None:
    assert cost_comment(RECEIPT) == b": x-tokenpool-cost: 0.06\n\n"
