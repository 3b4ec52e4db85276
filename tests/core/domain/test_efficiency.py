"""The leaderboard's rules: ratio, minimum volume, ties, opt-out, small groups."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.efficiency import (
    LEAST_CALLS,
    LEAST_TOKENS,
    MOST_RANKS,
    SMALLEST_GROUP,
    Volume,
    board,
    rank,
)

VISIBLE = False
LEAST = Volume("ada", "Ada", VISIBLE, LEAST_CALLS, LEAST_TOKENS, LEAST_TOKENS, 5_000_000)


def volume(member_id: str, completion: int, prompt: int = 10_000, **more: int) -> Volume:
    base = Volume(member_id, member_id.title(), VISIBLE, 20, prompt, completion, 1_000_000)
    return replace(base, **more)  # type: ignore[arg-type]  # whole numbers only


def hidden(one: Volume) -> Volume:
    return replace(one, hidden=True)


volumes = st.lists(
    st.builds(
        Volume,
        member_id=st.uuids().map(str),
        name=st.just("Somebody"),
        hidden=st.booleans(),
        calls=st.integers(0, 30),
        prompt_tokens=st.sampled_from([0, 999, 1_000, 2_000, 3_000]),
        completion_tokens=st.sampled_from([0, 999, 1_000, 2_000, 3_000]),
        cost_micro=st.integers(0, 10**9),
    ),
    max_size=15,
    unique_by=lambda one: one.member_id,
)


def test_exactly_the_minimum_volume_is_ranked() -> None:
    assert [r.volume for r in rank([LEAST])] == [LEAST]


@pytest.mark.parametrize("short", ["calls", "prompt_tokens", "completion_tokens"])
def test_one_below_any_minimum_is_not_ranked(short: str) -> None:
    """F-82: a minimum of calls and tokens."""
    below = replace(LEAST, **{short: getattr(LEAST, short) - 1})

    assert rank([below]) == ()


def test_the_ratio_decides_and_not_the_volume() -> None:
    waster, saver = volume("waster", 1_000_000, 2_000_000), volume("saver", 2_000, 1_000)

    assert [r.volume.member_id for r in rank([waster, saver])] == ["saver", "waster"]


def test_who_ties_shares_the_place_and_the_next_place_is_skipped() -> None:
    ranks = rank([volume("c", 10_000), volume("a", 20_000), volume("b", 40_000, 20_000)])

    assert [(r.place, r.volume.member_id) for r in ranks] == [(1, "b"), (1, "a"), (3, "c")]


def test_ratios_that_a_float_cannot_tell_apart_are_no_tie() -> None:
    prompt = 10**17
    ranks = rank([volume("a", prompt + 1, prompt), volume("b", prompt + 2, prompt)])

    assert [(r.place, r.volume.member_id) for r in ranks] == [(1, "b"), (2, "a")]


def test_a_thousand_completion_tokens_cost_what_led_to_them_rounded_up() -> None:
    one = volume("a", 3_000, cost_micro=10)

    assert one.cost_per_1k_completion_micro == 4
    assert one.efficiency == Fraction(3, 10)


def test_a_hidden_member_is_left_out_without_a_gap_and_sees_the_own_place() -> None:
    everyone = [hidden(volume("b", 30_000)), *(volume(n, 10_000) for n in "cde")]
    everyone.append(volume("a", 40_000))

    of_others, of_b = board(everyone, "a", manages=False), board(everyone, "b", manages=False)

    assert [r.volume.member_id for r in of_others.ranks] == ["a", "c", "d", "e"]
    assert [r.place for r in of_others.ranks] == [1, 2, 2, 2]
    assert of_b.ranks == of_others.ranks
    assert of_b.mine is not None
    assert of_b.mine.place == 2


def test_a_manager_does_not_see_hidden_members_either() -> None:
    seen = board([hidden(volume("b", 30_000)), volume("a", 20_000)], "boss", manages=True)

    assert [r.volume.member_id for r in seen.ranks] == ["a"]
    assert seen.mine is None


@pytest.mark.parametrize("manages", [False, True])
@pytest.mark.parametrize("ranked", [SMALLEST_GROUP - 1, SMALLEST_GROUP])
def test_names_in_a_small_group_are_for_those_who_manage_it(*, ranked: int, manages: bool) -> None:
    """F-82: a tiny team names nobody."""
    everyone = [volume(name, 10_000) for name in "abc"[:ranked]]
    everyone += [hidden(volume("x", 9_000)), volume("y", 1)]

    seen = board(everyone, "a", manages=manages)

    assert seen.too_small == (ranked < SMALLEST_GROUP)
    assert len(seen.ranks) == (ranked if manages or ranked >= SMALLEST_GROUP else 0)
    assert seen.mine is not None


def test_a_board_has_a_top_and_ones_own_place_but_no_bottom() -> None:
    everyone = [volume(f"m{i:02d}", 50_000 - i) for i in range(MOST_RANKS + 5)]

    seen = board(everyone, "m14", manages=True)

    assert len(seen.ranks) == MOST_RANKS
    assert seen.mine is not None
    assert seen.mine.place == MOST_RANKS + 5


@given(volumes)
def test_a_place_is_one_more_than_the_number_of_better_members(everyone: list[Volume]) -> None:
    for one in rank(everyone):
        better = [v for v in everyone if v.counts and v.efficiency > one.volume.efficiency]

        assert one.place == len(better) + 1


@given(volumes, st.integers(0, 14))
def test_what_others_see_does_not_depend_on_hidden_members(
    everyone: list[Volume], asker: int
) -> None:
    asker_id = everyone[asker % len(everyone)].member_id if everyone else "nobody"
    visible = [one for one in everyone if not one.hidden]

    assert board(everyone, asker_id, manages=True).ranks == board(visible, "", manages=True).ranks


@given(*[st.integers(1, 2**63 - 1)] * 4)
def test_the_whole_number_orders_as_the_exact_ratio_does(a: int, b: int, c: int, d: int) -> None:
    one, other = volume("a", a, b), volume("b", c, d)

    assert (one.order < other.order) == (one.efficiency < other.efficiency)
    assert (one.order == other.order) == (one.efficiency == other.efficiency)


def test_the_closest_ratios_that_counts_can_have_stay_apart() -> None:
    most = 2**62
    one, other = volume("a", most - 1, most), volume("b", most, most + 1)

    assert one.order < other.order
