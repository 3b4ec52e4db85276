"""The ledger's arithmetic: what a transfer does to a balance, and the chain that binds both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.domain import ledger
from core.domain.ledger import RESOLVES, Balance, Delta, HoldState, Kind, Transfer

PEPPER = b"pepper"
ROW = Balance("user:u", "2026-11", posted=100, held=30, spent=20, cut=5, n=3, head=b"head")
amounts = st.integers(0, 10**12)


def transfer(delta: Delta) -> Transfer:
    return Transfer("t:1", Kind.ADJUST, ROW.id, "issuer", delta, 1)


def test_ids_name_whose_row_it_is() -> None:
    assert ledger.user("a") == "user:a"
    assert ledger.team("b") == "team:b"
    assert ledger.debt(ledger.user("a")) == "debt:user:a"
    assert ROW.id == ledger.row_id("user:u", "2026-11") == "user:u/2026-11"
    assert ledger.account_of(ROW.id) == "user:u"


def test_a_booking_changes_the_counters_and_chains_the_transfer() -> None:
    after, booked = ROW.book(transfer(Delta(posted=10, held=-30, spent=25)), PEPPER)

    assert (after.posted, after.held, after.spent, after.available) == (110, 0, 45, 65)
    assert (after.cut, after.n, after.head) == (5, 4, booked.mac)
    assert booked.mac == ledger.chain(PEPPER, ROW.head, 4, booked)


@pytest.mark.parametrize("delta", [Delta(held=51), Delta(held=-31), Delta(spent=-21)])
def test_no_booking_makes_a_balance_negative(delta: Delta) -> None:
    with pytest.raises(AssertionError):
        ROW.book(transfer(delta), PEPPER)


CHANGES = [
    {"id": "t:2"},
    {"kind": Kind.GRANT},
    {"row": "user:v/2026-11"},
    {"counter": "usage"},
    {"delta": Delta(posted=2)},
    {"delta": Delta(held=1)},
    {"delta": Delta(spent=1)},
    {"at_ms": 2},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_field_of_a_transfer_is_bound_by_its_chain(change: dict[str, object]) -> None:
    one = transfer(Delta(posted=1))

    other = replace(one, **change)

    assert ledger.chain(PEPPER, b"", 1, one) != ledger.chain(PEPPER, b"", 1, other)


def test_the_chain_depends_on_number_history_and_pepper() -> None:
    one = transfer(Delta(posted=1))
    macs = {
        ledger.chain(PEPPER, b"", 1, one),
        ledger.chain(PEPPER, b"", 2, one),
        ledger.chain(PEPPER, b"x", 1, one),
        ledger.chain(b"other", b"", 1, one),
    }

    assert len(macs) == 4


@given(amounts, amounts)
def test_a_settlement_charges_the_cost_and_owes_what_the_hold_does_not_cover(
    held: int, cost: int
) -> None:
    end = ledger.settle(held, cost)

    assert end.charged == cost == end.delta.spent + end.debt
    assert end.delta.held == -held
    assert 0 <= end.delta.spent <= held
    assert (end.kind is Kind.CAPTURE) == (cost > held)


@given(amounts)
def test_a_void_gives_all_back_and_a_capture_nothing(held: int) -> None:
    assert ledger.void(held).delta == Delta(held=-held)
    assert ledger.void(held).charged == 0
    assert ledger.capture(held).delta == Delta(held=-held, spent=held)
    assert ledger.capture(held).charged == held


def test_every_end_of_a_hold_is_a_state_of_its_own() -> None:
    assert set(RESOLVES.values()) == set(HoldState) - {HoldState.OPEN}
