import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.calm import calmly

from bots.parsing.amounts import amount_micro, take_amount
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from core.domain.credits import MICRO, spoken, wire

MOST = 1_000_000_000 * MICRO


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("500", "500"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("0.125", "0.125"),
        ("5k", "5000"),
        ("5 K", "5000"),
        ("2M", "2000000"),
        ("1.5k", "1500"),
        ("1,000", "1000"),
        ("1,000.50", "1000.5"),
        ("1,500k", "1500000"),
        ("12,000,000", "12000000"),
        ("1_000", "1000"),
        ("1 000", "1000"),
        ("1\u00a0000", "1000"),
        ("1\u2019000", "1000"),
        ("+7", "7"),
        ("5k credits", "5000"),
        ("500 Credits.", "500"),
        ("500cr", "500"),
        ("500 org-credits", "500"),
        ("\u0665\u0660\u0660", "500"),
        ("\uff15\uff10\uff10", "500"),
        ("007", "7"),
        ("1.0000019", "1.000001"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, credit: str) -> None:
    assert wire(amount_micro(text, most_micro=MOST)) == credit


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no amount of credits. Write one such as 500, 1.5 or 5k"),
        ("five", '"five" is no amount of credits'),
        ("nan", '"nan" is no amount'),
        ("infinity", '"infinity" is no amount'),
        ("1e9", '"1e9" is no amount'),
        ("0x10", '"0x10" is no amount'),
        ("k", '"k" is no amount'),
        ("$5", '"$5" is no amount'),
        ("5%", '"5%" is no amount'),
        ("5\u00b2", "is no amount"),
        ("--5", "is no amount"),
        ("1,00,000", "is no amount"),
        ("1..5", "is no amount"),
        ("-5", "An amount cannot be negative"),
        ("\u22125", "An amount cannot be negative"),
        ("-0", "An amount must be more than 0"),
        ("0", "An amount must be more than 0"),
        ("0.0000001", "An amount must be more than 0"),
        ("1000000001", "The most is 1,000,000,000 credits"),
        ("9" * 30, "The most is 1,000,000,000 credits"),
        ("9" * 31, "too long to be one"),
        ("1,5", "Write 1.5 then, or 15 without the comma"),
        ("1,50k", "Write 1.50k then, or 150k without the comma"),
        ("0,500", "Write 0.500 then"),
        ("1.000", "Does the dot in 1.000 part thousands? Write 1000 then"),
        ("2.500.000", "Write 2500000 then"),
    ],
)
def test_what_is_no_amount_is_told_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(Unclear, match=r"\.$") as told:
        amount_micro(text, most_micro=MOST)

    assert says in str(told.value)


def test_a_quota_may_be_nothing() -> None:
    assert amount_micro("0", most_micro=MOST, least_micro=0) == 0


@calmly
@given(st.text(max_size=40))
def test_any_text_is_an_amount_within_bounds_or_unclear(text: str) -> None:
    try:
        found = amount_micro(text, most_micro=MOST)
    except Unclear:
        return

    assert 0 < found <= MOST


@calmly
@given(st.integers(1, MOST))
def test_what_we_write_ourselves_is_read_back(amount: int) -> None:
    assert amount_micro(wire(amount), most_micro=MOST) == amount
    if amount >= 100 * MICRO:
        assert amount_micro(spoken(amount), most_micro=MOST) == amount // MICRO * MICRO


@pytest.mark.parametrize(
    ("line", "credit", "left"),
    [
        ("500 release week", "500", "release week"),
        ("5k credits for the release", "5000", "for the release"),
        ("5 k release", "5000", "release"),
        ("1 000", "1000", ""),
        ("1 500", "1500", ""),
        ("1 000 000 release", "1000000", "release"),
        ("1 500 credits release", "1500", "release"),
        ("2 500 k release", "2500000", "release"),
        ("500: release", "500", "release"),
        ('"500" release', "500", "release"),
        ('500 "100 tests"', "500", '"100 tests"'),
        ("5 1000 tests", "5", "1000 tests"),
        ("1234 567 tests", "1234", "567 tests"),
    ],
)
def test_an_amount_is_taken_off_the_front_of_a_line(line: str, credit: str, left: str) -> None:
    words = Words(line)

    assert wire(take_amount(words, most_micro=MOST)) == credit
    assert words.left == left


def test_thousands_and_a_reason_that_begins_with_a_number_are_not_guessed_apart() -> None:
    with pytest.raises(Unclear, match="Is that 500 or 500100 credits"):
        take_amount(Words("500 100 tests to run"), most_micro=MOST)
