"""Whom the gateway passes over, and for how long: pure decisions, the clock handed in."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.cooling import FAILURES, MOST_SECONDS, Cooling

SECONDS = 30.0


def failing(times: int, *, cooling: Cooling | None = None, name: str = "a") -> Cooling:
    cooling = cooling or Cooling(SECONDS)
    for _ in range(times):
        cooling.failed(name, 0.0)
    return cooling


def test_a_model_is_passed_over_only_after_failures_in_a_row() -> None:
    assert not failing(FAILURES - 1).passes_over("a", ["b"], 1.0)
    assert failing(FAILURES).passes_over("a", ["b"], 1.0)


def test_an_answer_between_failures_forgets_them() -> None:
    cooling = failing(FAILURES - 1)
    cooling.answered("a")

    assert not failing(FAILURES - 1, cooling=cooling).passes_over("a", ["b"], 1.0)


def test_a_model_without_others_is_always_tried() -> None:
    assert not failing(FAILURES).passes_over("a", [], 1.0)


def test_nobody_is_passed_over_if_all_the_others_cool_too() -> None:
    cooling = failing(FAILURES, cooling=failing(FAILURES), name="b")

    assert not cooling.passes_over("a", ["b"], 1.0)
    assert cooling.passes_over("a", ["b", "c"], 1.0)


def test_after_the_pause_one_call_tries_for_all() -> None:
    cooling = failing(FAILURES)

    tried = [not cooling.passes_over("a", ["b"], SECONDS + 1) for _ in range(20)]

    assert tried == [True] + [False] * 19


def test_a_trial_that_is_answered_ends_the_pause() -> None:
    cooling = failing(FAILURES)
    assert not cooling.passes_over("a", ["b"], SECONDS + 1)
    cooling.answered("a")

    assert not any(cooling.passes_over("a", ["b"], SECONDS + 1) for _ in range(20))


def test_a_trial_that_fails_begins_the_pause_anew() -> None:
    cooling = failing(FAILURES)
    assert not cooling.passes_over("a", ["b"], SECONDS + 1)
    cooling.failed("a", SECONDS + 5)

    assert cooling.passes_over("a", ["b"], SECONDS * 2 + 4)
    assert not cooling.passes_over("a", ["b"], SECONDS * 2 + 6)


def test_a_provider_that_names_a_longer_pause_gets_it_at_once_but_not_for_ever() -> None:
    cooling = Cooling(SECONDS)
    cooling.failed("a", 0.0, again_after=90.0)
    cooling.failed("c", 0.0, again_after=10.0**6)

    assert cooling.passes_over("a", ["b"], 89.0)
    assert not cooling.passes_over("a", ["b"], 91.0)
    assert cooling.passes_over("c", ["b"], MOST_SECONDS - 1)
    assert not cooling.passes_over("c", ["b"], MOST_SECONDS + 1)


def test_no_pause_at_all_can_be_wished_for() -> None:
    assert not failing(99, cooling=Cooling(0.0)).passes_over("a", ["b"], 0.0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.floats(0, 50)), max_size=60))
def test_somebody_is_always_left_to_ask(steps: list[tuple[str, bool, float]]) -> None:
    cooling, now, chain = Cooling(SECONDS), 0.0, ["a", "b", "c"]
    for name, answers, pause in steps:
        now += pause
        if answers:
            cooling.answered(name)
        else:
            cooling.failed(name, now, again_after=pause)
        left = [
            one
            for place, one in enumerate(chain)
            if not chain[place + 1 :] or not cooling.passes_over(one, chain[place + 1 :], now)
        ]
        assert left
