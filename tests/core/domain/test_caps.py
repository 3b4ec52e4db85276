"""What binds a key that another one made or gave way to."""

import pytest

from core.domain.caps import MOST_CAPS, Cap, Caps, inherited, own_cap, room
from core.domain.errors import Code, Refusal

A, B, C = Cap("a", 9), Cap("b", 5), Cap("c", 2)


@pytest.mark.parametrize(
    ("maker", "own", "wanted"),
    [
        ((), (), ()),
        ((), (B,), (B,)),
        ((A,), (B,), (A, B)),
        ((A, B), (C,), (A, B, C)),
        ((A,), (A,), (A,)),  # one that is rotated with itself
        ((A, C), (A, B), (C, A, B)),
        ((A,), (), (A,)),
    ],
)
def test_a_key_has_its_makers_caps_and_its_own_last(maker: Caps, own: Caps, wanted: Caps) -> None:
    assert inherited(maker, own) == wanted


def test_the_last_cap_is_the_one_that_is_shown() -> None:
    assert (own_cap(()), own_cap((A, C))) == (None, 2)


def test_a_chain_of_makers_comes_to_an_end() -> None:
    chain = tuple(Cap(str(n), n + 1) for n in range(MOST_CAPS))

    assert len(inherited(chain[:-1], (A,))) == MOST_CAPS
    with pytest.raises(Refusal) as refused:
        inherited(chain, (A,))
    assert refused.value.code is Code.CONFLICT


@pytest.mark.parametrize(
    ("counted", "wanted"),
    [
        ([(0, 0), (0, 0)], (5, 0)),
        ([(8, 0), (0, 0)], (1, 0)),
        ([(0, 8), (0, 0)], (1, 4)),  # once that has ended, the other cap is the tighter one
        ([(2, 0), (0, 4)], (1, 4)),
        ([(9, 0), (0, 5)], (0, 0)),
        ([(12, 0), (0, 0)], (0, 0)),
    ],
)
def test_the_tightest_cap_says_what_is_left(
    counted: list[tuple[int, int]], wanted: tuple[int, int]
) -> None:
    assert room((A, B), counted) == wanted
