"""What a key may do at most."""

import pytest

from core.domain.allowance import FREE, MOST_MODELS, Allowance, checked, not_allowed, rate
from core.domain.errors import Code, Refusal

SMALL = Allowance(("a", "b"), 10, 1_000, 2)


def test_no_list_of_models_admits_all_and_a_list_only_its_own() -> None:
    assert FREE.admits("x")
    assert SMALL.admits("b")
    assert not SMALL.admits("x")


@pytest.mark.parametrize(
    ("allowance", "term"),
    [
        (FREE, "models"),
        (Allowance(("a", "c"), 10, 1_000, 2), "models"),
        (Allowance(("a",)), "rpm"),
        (Allowance(("a",), 11, 1_000, 2), "rpm"),
        (Allowance(("a",), 10, None, 2), "tpm"),
        (Allowance(("a",), 10, 1_000, 3), "concurrency"),
        (Allowance(("b",), 1, 1, 1), None),
        (SMALL, None),
    ],
)
def test_the_first_wider_term_is_found(allowance: Allowance, term: str | None) -> None:
    assert allowance.wider_than(SMALL) == term
    assert allowance.wider_than(FREE) is None


def test_what_can_be_kept_is_kept_once() -> None:
    assert checked(Allowance(("a", "b", "a"), 1, 1, 1)) == Allowance(("a", "b"), 1, 1, 1)


@pytest.mark.parametrize(
    ("allowance", "param"),
    [
        (Allowance(("",)), "models"),
        (Allowance((" a",)), "models"),
        (Allowance(("a\n",)), "models"),
        (Allowance(("x" * 201,)), "models"),
        (Allowance(tuple(str(at) for at in range(MOST_MODELS + 1))), "models"),
        (Allowance(rpm=0), "rpm"),
        (Allowance(tpm=2**60), "tpm"),
        (Allowance(concurrency=-1), "concurrency"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_name(allowance: Allowance, param: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked(allowance)

    assert (refused.value.code, refused.value.param) == (Code.INVALID_FIELD, param)


def test_zero_can_mean_no_limit() -> None:
    assert rate(0, "rpm", 0) == 0
    assert rate(None, "rpm") is None


def test_a_refusal_names_five_models_at_most() -> None:
    few, many = not_allowed(("a", "b")), not_allowed(tuple("abcdefg"))

    assert few.code is many.code is Code.MODEL_NOT_ALLOWED
    assert few.message.endswith("It may call: a, b.")
    assert many.message.endswith("It may call: a, b, c, d, e, …")
