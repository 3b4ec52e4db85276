"""Usage: sums, and a bar for every day."""

from dataclasses import replace

from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Chart
from cards.usage import usage_card
from core.domain.spans import DAY_MS
from core.views import UsageView


def chart(view: UsageView) -> Chart:
    (found,) = (n for n in usage_card(v.BY_MODEL, view).body if isinstance(n, Chart))
    return found


def test_it_says_what_was_spent_in_how_many_calls() -> None:
    card = usage_card(v.BY_MODEL, v.BY_DAY)

    assert card.title == "Usage: 62.40 credits in 240 calls"
    assert card.summary.endswith("17 Nov 12:00 UTC to 24 Nov 12:00 UTC.")
    assert "gpt-4o-mini | 200 | 60\nlocal | 40 | 2.40\n" in seen.words(card)
    assert "Prompt: 96,000 tokens\nAnswers: 31,500 tokens\n" in seen.words(card)


def test_days_without_a_call_are_bars_too() -> None:
    bars = chart(v.BY_DAY).bars

    assert [bar.label for bar in bars] == [f"{day} Nov" for day in range(17, 25)]
    assert [bar.caption for bar in bars][:2] == ["0 credits", "12 credits"]
    assert bars[3].value == 40 * v.CREDIT


def test_a_span_that_ends_at_midnight_has_no_bar_for_the_day_after() -> None:
    assert chart(replace(v.BY_DAY, ends_ms=v.at(2026, 11, 24))).bars[-1].label == "23 Nov"


def test_a_long_span_shows_its_last_31_days() -> None:
    bars = chart(replace(v.BY_DAY, starts_ms=v.NOW - 400 * DAY_MS)).bars

    assert len(bars) == 31
    assert bars[-1].label == "24 Nov"


def test_where_nothing_was_called_there_is_nothing_to_draw() -> None:
    none = replace(v.BY_MODEL, calls=0, lines=())
    card = usage_card(none, none)

    assert card.title == "Usage: no calls"
    assert "No calls in this time." in seen.words(card)
    assert [type(node).__name__ for node in card.body] == ["Text", "Text", "Actions"]


def test_a_long_table_says_what_it_leaves_out() -> None:
    many = replace(v.BY_MODEL, lines=v.BY_MODEL.lines * 6)

    assert "And 2 more." in seen.words(usage_card(many, v.BY_DAY))
    assert "more." not in seen.words(usage_card(replace(many, lines=many.lines[:10]), v.BY_DAY))
    assert "And 1 more." in seen.words(usage_card(replace(many, lines=many.lines[:11]), v.BY_DAY))


def test_other_spans_are_a_click_away() -> None:
    spans = [b for b in seen.buttons(usage_card(v.BY_MODEL, v.BY_DAY)) if b.verb is Verb.USAGE]

    assert [button.literal for button in spans] == ["7d", "30d"]
