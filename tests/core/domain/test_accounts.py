from dataclasses import replace

import pytest

from core.domain.accounts import (
    CODE_LENGTH,
    CODE_LETTERS,
    Account,
    domain_of,
    read_code,
    shown_code,
    vouched_email,
)

DESK = Account("slack", "T1", "U1", email="Ana@X.example")


def test_an_address_that_a_workspace_vouches_for_is_read_in_small_letters() -> None:
    assert vouched_email(DESK) == "ana@x.example"
    assert vouched_email(replace(DESK, platform="teams")) == "ana@x.example"
    assert domain_of("ana@x.example") == "x.example"


@pytest.mark.parametrize(
    "account",
    [
        replace(DESK, platform="telegram"),
        replace(DESK, platform="web"),
        replace(DESK, tenant=""),
        replace(DESK, external_id=""),
        replace(DESK, email=""),
        replace(DESK, email="ana"),
        replace(DESK, email="admin@localhost"),
        replace(DESK, email="admin@localhost."),
        replace(DESK, email="ana@x.example,bob@x.example"),
        replace(DESK, email="ana_x.example#EXT#@y.onmicrosoft.com"),
        replace(DESK, email="mi\u212ae@x.example"),  # the Kelvin sign, whose small letter is k
        replace(DESK, email="\u0430na@x.example"),
    ],
)
def test_no_other_address_links_by_itself(account: Account) -> None:
    assert vouched_email(account) == ""


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ABCD-EFGH", "ABCDEFGH"),
        ("abcdefgh", "ABCDEFGH"),
        (" ab cd - ef gh\n", "ABCDEFGH"),
        ("ABCD\u2013EFGH", "ABCDEFGH"),
        ("oO0i-I1lL", "00011111"),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, code: str) -> None:
    assert read_code(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFGU", "ABCD_EFGH", "ÀBCDEFGH"]
)
def test_what_is_no_code_is_not_read(typed: str) -> None:
    assert read_code(typed) is None


def test_a_code_has_forty_bits_and_is_read_back_from_how_it_is_shown() -> None:
    assert len(set(CODE_LETTERS)) ** CODE_LENGTH == 2**40
    for at in range(0, 32, 8):
        code = CODE_LETTERS[at : at + 8]
        assert read_code(shown_code(code)) == code
