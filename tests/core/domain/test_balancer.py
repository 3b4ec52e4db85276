"""The balancer against a plain restatement of its rules, and its edges one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.domain.balancer import Bound, Granted, Purses, Reason, Refused, decide
from core.domain.ledger import Payer

PICO = 1_000_000
CALL = Bound(prompt_pico=10 * PICO, output_pico=2 * PICO, output_tokens=20)
"""Costs 10 + 2 x 20 = 50 microcredits."""
FULL = Purses(own_micro=49, pool_micro=1000, critical_micro=100, vacation_micro=100)

some = st.integers(0, 120)
maybe = st.none() | some
purses = st.builds(Purses, some, some, maybe, some, maybe, maybe, st.booleans(), maybe)
bounds = st.builds(
    Bound,
    prompt_pico=st.integers(0, 40 * PICO),
    output_pico=st.integers(0, 3 * PICO),
    output_tokens=st.integers(1, 4000),
)


def paid(purse: Purses, bound: Bound = CALL, *, lower: bool = False) -> Granted | Refused:
    return decide(bound, purse, lower=lower)


def test_exactly_enough_is_enough_and_one_less_goes_down_the_chain() -> None:
    """F-72: to the microcredit."""
    own, pool = paid(replace(FULL, own_micro=50)), paid(FULL)

    assert own == Granted(Payer.OWN, 20, 50)
    assert isinstance(pool, Granted)
    assert (pool.payer, pool.amount_micro) == (Payer.CRITICAL, 50)
    assert [look.payer for look in pool.looks] == [Payer.OWN]


def test_vacation_pays_after_critical_and_nobody_pays_without_a_pool() -> None:
    lent = paid(replace(FULL, critical_micro=49))
    alone = paid(replace(FULL, pool_micro=None))

    assert isinstance(lent, Granted)
    assert lent.payer is Payer.VACATION
    assert isinstance(alone, Refused)
    assert [look.payer for look in alone.looks] == [Payer.OWN]


@pytest.mark.parametrize(
    ("purse", "reasons"),
    [
        (Purses(0), [Reason.PERSONAL_EXHAUSTED]),
        (Purses(90, key_micro=10), [Reason.KEY_CAP]),
        (
            Purses(0, pool_micro=1000, critical_micro=10, vacation_micro=20),
            [Reason.PERSONAL_EXHAUSTED, Reason.CRITICAL_CAP, Reason.VACATION_CAP],
        ),
        (
            Purses(0, pool_micro=5, critical_micro=100),
            [Reason.PERSONAL_EXHAUSTED, Reason.TEAM_POOL_EXHAUSTED],
        ),
        (
            Purses(0, pool_micro=5, critical_micro=5, vacation_micro=5),
            [Reason.PERSONAL_EXHAUSTED, Reason.TEAM_POOL_EXHAUSTED, Reason.TEAM_POOL_EXHAUSTED],
        ),
        (
            Purses(0, key_micro=20, pool_micro=1000, vacation_micro=100),
            [Reason.PERSONAL_EXHAUSTED, Reason.KEY_CAP],
        ),
    ],
)
def test_a_refusal_names_what_each_payer_lacked(purse: Purses, reasons: list[Reason]) -> None:
    refused = paid(purse)

    assert isinstance(refused, Refused)
    assert [look.reason for look in refused.looks] == reasons
    assert refused.required_micro == 50


@pytest.mark.parametrize(
    ("purse", "in_flight"),
    [
        (Purses(20, own_held_micro=30), True),
        (Purses(20, own_held_micro=29), False),
        (Purses(49, own_held_micro=0), False),
        (Purses(90, 0, key_micro=20, key_held_micro=30), True),
        (Purses(90, 0, key_micro=20, key_held_micro=29), False),
        (Purses(10, 90, key_micro=20, key_held_micro=0), False),
    ],
)
def test_waiting_is_worth_it_only_if_own_holds_alone_are_in_the_way(
    purse: Purses,
    in_flight: bool,  # noqa: FBT001 - a table's column
) -> None:
    refused = paid(purse)

    assert isinstance(refused, Refused)
    assert refused.in_flight is in_flight


@pytest.mark.parametrize(
    ("asked", "own", "tokens"),
    [(8_000, 4_010, 2_000), (8_000, 4_009, None), (2_000, 2_058, 1_024), (2_000, 2_057, None)],
)
def test_an_answer_is_shortened_to_a_quarter_or_1024_tokens_at_least(
    asked: int, own: int, tokens: int | None
) -> None:
    bound = replace(CALL, output_tokens=asked)

    decision = paid(Purses(own), bound, lower=True)

    if tokens is None:
        assert isinstance(decision, Refused)
        assert decision.required_micro == bound.full_micro
    else:
        assert isinstance(decision, Granted)
        assert (decision.output_tokens, decision.amount_micro) == (tokens, bound.micro(tokens))


def test_free_output_is_never_shortened() -> None:
    free = Bound(prompt_pico=10 * PICO, output_pico=0, output_tokens=500)

    assert paid(Purses(10), free, lower=True) == Granted(Payer.OWN, 500, 10)


def restated(bound: Bound, purse: Purses) -> tuple[Payer, int] | None:
    """Say the rules once more, as plainly as can be: one payer, the first who has enough."""
    need = -(-(bound.prompt_pico + bound.output_pico * bound.output_tokens) // PICO)
    cap = float("inf") if purse.key_micro is None else purse.key_micro
    if min(purse.own_micro, cap) >= need:
        return Payer.OWN, need
    for payer, share in (
        (Payer.CRITICAL, purse.critical_micro),
        (Payer.VACATION, purse.vacation_micro),
    ):
        pool = purse.pool_micro
        if pool is not None and share is not None and min(pool, share, cap) >= need:
            return payer, need
    return None


@given(bounds, purses)
def test_the_first_payer_who_has_enough_pays_it_all(bound: Bound, purse: Purses) -> None:
    """F-72: never split between payers."""
    decision, rule = decide(bound, purse), restated(bound, purse)

    if rule is None:
        assert isinstance(decision, Refused)
    else:
        assert isinstance(decision, Granted)
        assert (decision.payer, decision.amount_micro) == rule


@given(bounds, purses)
def test_a_shorter_answer_is_never_dearer_than_its_payer_has(bound: Bound, purse: Purses) -> None:
    decision = decide(bound, purse, lower=True)

    if isinstance(decision, Granted):
        have = {
            Payer.OWN: purse.own_micro,
            Payer.CRITICAL: min(purse.pool_micro or 0, purse.critical_micro or 0),
            Payer.VACATION: min(purse.pool_micro or 0, purse.vacation_micro or 0),
        }[decision.payer]
        assert decision.amount_micro <= have
        assert decision.output_tokens <= bound.output_tokens


def shortened(bound: Bound, purse: Purses) -> tuple[Payer, int] | None:
    """Say the rules of a shorter answer once more: try every length, the longest first."""
    least = max(-(-bound.output_tokens // 4), min(1024, bound.output_tokens))
    pool = purse.pool_micro
    have: list[tuple[Payer, int | None]] = [(Payer.OWN, purse.own_micro)]
    have.append((Payer.CRITICAL, purse.critical_micro if pool is not None else None))
    have.append((Payer.VACATION, purse.vacation_micro if pool is not None else None))
    for payer, share in have:
        if share is None:
            continue
        most = share if payer is Payer.OWN or pool is None else min(share, pool)
        most = most if purse.key_micro is None else min(most, purse.key_micro)
        for tokens in range(bound.output_tokens, least - 1, -1):
            if bound.prompt_pico + bound.output_pico * tokens <= most * PICO:
                return payer, tokens
    return None


cheap = st.builds(
    Bound,
    prompt_pico=st.integers(0, 40 * PICO),
    output_pico=st.integers(0, PICO // 20),
    output_tokens=st.integers(1, 6000),
)


@given(cheap, purses)
def test_a_shorter_answer_is_the_longest_that_the_first_payer_affords(
    bound: Bound, purse: Purses
) -> None:
    decision, rule = decide(bound, purse, lower=True), shortened(bound, purse)

    if rule is None:
        assert isinstance(decision, Refused)
    else:
        assert isinstance(decision, Granted)
        assert (decision.payer, decision.output_tokens) == rule
