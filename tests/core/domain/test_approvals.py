from itertools import product

import pytest

from core.domain.approvals import TRANSITIONS, State, Verb

FROM_PENDING = {
    Verb.APPROVE: State.APPROVED,
    Verb.REJECT: State.REJECTED,
    Verb.WITHDRAW: State.WITHDRAWN,
    Verb.EXPIRE: State.EXPIRED,
    Verb.PASS: State.PENDING,
}


@pytest.mark.parametrize(("state", "verb"), list(product(State, Verb)))
def test_only_a_pending_request_can_be_decided_or_passed_on(state: State, verb: Verb) -> None:
    following = TRANSITIONS[state].get(verb)

    assert following == (FROM_PENDING[verb] if state is State.PENDING else None)


def test_every_state_has_its_transitions_and_every_end_is_reached() -> None:
    assert set(TRANSITIONS) == set(State)
    assert set(TRANSITIONS[State.PENDING].values()) == set(State)
