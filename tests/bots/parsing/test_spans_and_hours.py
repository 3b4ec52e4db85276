import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.calm import calmly

from bots.parsing.hours import offset_minutes, quiet_hours
from bots.parsing.spans import span_name
from bots.parsing.unclear import Unclear
from core.domain.periods import Length
from core.domain.spans import span_named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("7d", "7d"),
        ("30 days", "30d"),
        ("last 2 weeks", "14d"),
        ("1m", "30d"),
        ("week", "week"),
        ("This Month", "month"),
        ("today", "day"),
        ("last period", "previous"),
        ("2026-11", "2026-11"),
        ("2026-w48", "2026-W48"),
        ("2026-11-24", "2026-11-24"),
    ],
)
def test_a_span_is_named_as_the_core_knows_it(text: str, name: str) -> None:
    assert span_name(text) == name
    assert span_named(name, Length.MONTH, 1_795_521_600_000) is not None


@pytest.mark.parametrize("text", ["", "0d", "401d", "58w", "d", "soon", "7 fortnights", "-7d"])
def test_what_is_no_span_is_told_with_examples(text: str) -> None:
    with pytest.raises(Unclear, match="7d, 30d, week, month"):
        span_name(text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-07:00", (1320, 420, None)),
        ("22-7", (1320, 420, None)),
        ("22:30 \u2013 6:15", (1350, 375, None)),
        ("from 10pm to 7am", (1320, 420, None)),
        ("12am-12pm", (0, 720, None)),
        ("20:00-24:00", (1200, 0, None)),
        ("22h30-7h00", (1350, 420, None)),
        ("22:00-07:00 +01:00", (1320, 420, 60)),
        ("22-7 utc-5", (1320, 420, -300)),
        ("22-7 gmt+5:30", (1320, 420, 330)),
        ("22-7 UTC", (1320, 420, 0)),
    ],
)
def test_quiet_hours_are_read_as_people_write_them(
    text: str, hours: tuple[int, int, int | None]
) -> None:
    assert quiet_hours(text) == hours


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Which hours"),
        ("night", "Which hours"),
        ("22:00", "Which hours"),
        ("22-22", "begin and end at different times"),
        ("25-7", "no such time of day"),
        ("22:60-7", "no such time of day"),
        ("13pm-7am", "no such time of day"),
        ("0am-7am", "no such time of day"),
        ("22-7 +15", "Which time zone"),
        ("22-7 +1:75", "Which time zone"),
        ("22-7 +berlin", "Which time zone"),
    ],
)
def test_what_are_no_hours_is_told_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(Unclear, match=says):
        quiet_hours(text)


def test_an_offset_alone_is_read_too() -> None:
    assert [offset_minutes(t) for t in ("+01:00", "-5", "utc+5:30", "z", "\u22123")] == [
        60, -300, 330, 0, -180,
    ]  # fmt: skip


@calmly
@given(st.text(max_size=30))
def test_any_text_is_hours_of_a_day_or_unclear(text: str) -> None:
    try:
        found = quiet_hours(text)
    except Unclear:
        return

    assert 0 <= found.begins < 1440
    assert 0 <= found.ends < 1440
