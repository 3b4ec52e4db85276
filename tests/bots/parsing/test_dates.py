from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.calm import calmly

from bots.parsing.dates import begins_ms, until_ms
from bots.parsing.unclear import Unclear

TUESDAY_NOON = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()) * 1000


def day_of(text: str, now_ms: int = TUESDAY_NOON) -> str:
    return datetime.fromtimestamp(until_ms(text, now_ms) / 1000, UTC).isoformat(" ")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("friday", "2026-11-27"),
        ("Friday!", "2026-11-27"),
        ("fri", "2026-11-27"),
        ("until friday", "2026-11-27"),
        ("until the end of friday", "2026-11-27"),
        ("this sunday", "2026-11-29"),
        ("tuesday", "2026-12-01"),
        ("next monday", "2026-11-30"),
        ("next friday", "2026-12-04"),
        ("end of the week", "2026-11-29"),
        ("next week", "2026-12-06"),
        ("today", "2026-11-24"),
        ("tomorrow", "2026-11-25"),
        ("2w", "2026-12-08"),
        ("2 weeks", "2026-12-08"),
        ("in two weeks", "2026-12-08"),
        ("3 days", "2026-11-27"),
        ("for 3 days", "2026-11-27"),
        ("a week", "2026-12-01"),
        ("1 month", "2026-12-24"),
        ("three months", "2027-02-24"),
        ("2026-12-01", "2026-12-01"),
        ("2026/12/1", "2026-12-01"),
        ("2026\u201312\u201301", "2026-12-01"),
        ("1 dec", "2026-12-01"),
        ("1st December", "2026-12-01"),
        ("Dec. 1", "2026-12-01"),
        ("dec 1, 2026", "2026-12-01"),
        ("fri 27 nov", "2026-11-27"),
        ("24 nov", "2026-11-24"),
        ("1 jan", "2027-01-01"),
        ("29 feb", "2028-02-29"),
        ("1.12.", "2026-12-01"),
        ("1.12.2026", "2026-12-01"),
        ("31/12/2026", "2026-12-31"),
        ("12/31", "2026-12-31"),
        ("\u0662w", "2026-12-08"),
    ],
)
def test_a_day_lasts_to_its_last_second(text: str, day: str) -> None:
    assert day_of(text) == f"{day} 23:59:59+00:00"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Until when?"),
        ("until", "Until when?"),
        ("lunch", '"lunch" is no day'),
        ("forever", '"forever" is no day'),
        ("5", '"5" is no day'),
        ("2026", '"2026" is no day'),
        ("dec", '"dec" is no day'),
        ("2026-02-30", '"2026-02-30" is no day'),
        ("30 feb 2027", "is no day"),
        ("0 days", "is no day"),
        ("five fridays", "is no day"),
        ("tomorrow at 5", "is no day"),
        ("1 dec 10:30", "is no day"),
        ("2026-12-01T10:00Z", "is no day"),
        ("x" * 100, "is no day"),
        ("2026-11-23", "2026-11-23 is over"),
        ("yesterday", "is no day"),
        ("1 nov", "2026-11-01 is over"),
        ("1.12.2025", "2025-12-01 is over"),
        ("0001-01-01", "is over"),
        ("01/02/2027", "Which day is 01/02/2027? Write it as 2026-12-31 or 31 dec"),
        ("9999-12-31", "more than two years away"),
        ("999w", "more than two years away"),
        ("99 months", "more than two years away"),
    ],
)
def test_what_is_no_day_to_come_is_told_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(Unclear, match=r"[.?]$") as told:
        until_ms(text, TUESDAY_NOON)

    assert says in str(told.value)


def test_the_day_is_that_of_the_members_own_time() -> None:
    late = TUESDAY_NOON + 11 * 3_600_000  # 23:00 UTC; tomorrow is a day later east of it

    assert until_ms("tomorrow", late, 120) == until_ms("2026-11-26", late, 120)
    assert until_ms("2026-12-01", late) - until_ms("2026-12-01", late, 120) == 2 * 3_600_000


def test_whoever_is_back_on_a_day_is_away_until_it_begins() -> None:
    assert begins_ms("friday", TUESDAY_NOON) == until_ms("thursday", TUESDAY_NOON) + 1000
    assert (
        begins_ms("friday", TUESDAY_NOON, -300) == until_ms("thursday", TUESDAY_NOON, -300) + 1000
    )

    with pytest.raises(Unclear, match="That is today"):
        begins_ms("today", TUESDAY_NOON)


@calmly
@given(
    st.text(max_size=40) | st.from_regex(r"[0-9]{1,4}[ ./-][0-9a-z]{1,5}[ ./-]?[0-9]{0,4}"),
    st.integers(0, 4_000_000_000_000),
    st.integers(-14 * 60, 14 * 60),
)
def test_any_text_is_a_time_to_come_or_unclear(text: str, now_ms: int, offset: int) -> None:
    try:
        found = until_ms(text, now_ms, offset)
    except Unclear:
        return

    assert now_ms - 1000 <= found <= now_ms + 733 * 86_400_000


@calmly
@given(st.dates(date(2026, 11, 25), date(2028, 11, 20)))
def test_a_day_is_the_same_in_every_clear_form(day: date) -> None:
    forms = {day_of(day.strftime(f)) for f in ("%Y-%m-%d", "%d %b %Y", "%B %d, %Y", "%d.%m.%Y")}

    assert forms == {f"{day} 23:59:59+00:00"}
