"""Where returned credit goes, and which charges can be disputed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.disputes import GOOD_FOR_MS, TRANSITIONS, Parts, State, Verb, disputable, parts


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_only_what_is_open_can_be_decided(state: State, verb: Verb) -> None:
    assert (verb in TRANSITIONS[state]) is (state is State.OPEN)


@pytest.mark.parametrize(
    ("returned", "cost", "held", "owed", "expected"),
    [
        (60, 60, 60, 0, Parts(owed=0, repaid=0, spent=60)),
        (10, 75, 60, 15, Parts(owed=10, repaid=0, spent=0)),
        (75, 75, 60, 15, Parts(owed=15, repaid=0, spent=60)),
        (75, 75, 60, 5, Parts(owed=5, repaid=10, spent=60)),
        (75, 75, 60, 900, Parts(owed=15, repaid=0, spent=60)),
    ],
)
def test_a_debt_goes_back_first(
    returned: int, cost: int, held: int, owed: int, expected: Parts
) -> None:
    assert parts(returned, cost, held, owed) == expected


@given(st.integers(1, 200), st.integers(0, 200), st.integers(0, 200), st.data())
def test_all_of_it_goes_somewhere_and_limits_agree(
    cost: int, held: int, owed: int, data: st.DataObject
) -> None:
    returned = data.draw(st.integers(1, cost))

    found = parts(returned, cost, held, owed)

    assert found.owed + found.repaid + found.spent == returned
    assert 0 <= found.owed <= owed
    assert min(cost, held) - found.spent == min(cost - returned, held)


@pytest.mark.parametrize(
    ("estimated", "cost", "age", "expected"),
    [
        (True, 1, GOOD_FOR_MS, True),
        (True, 1, GOOD_FOR_MS + 1, False),
        (True, 0, 0, False),
        (False, 1, 0, False),
    ],
)
def test_an_estimate_can_be_disputed_for_thirty_days(
    *, estimated: bool, cost: int, age: int, expected: bool
) -> None:
    found = disputable(estimated=estimated, cost_micro=cost, ended_ms=7, now_ms=7 + age)

    assert found is expected
