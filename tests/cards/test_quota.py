"""Quota: own credits, pools and shares, the forecast, and the latest calls."""

from dataclasses import replace

from world import chat_views as c
from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Style, Table, Tone
from cards.quota import forecast, quota_card

OWN = quota_card(v.LOW, c.LAST, own=True)
ANNS = quota_card(v.LOW, c.LAST, own=False)


def test_it_can_be_said_in_a_sentence() -> None:
    assert OWN.title == "You have 790 of 5,000 credits left"
    assert OWN.summary == "You have 790 of 5,000 credits left until 1 Dec 00:00 UTC."


def test_pool_and_shares_are_shown_with_their_reasons() -> None:
    words = seen.words(OWN)

    assert "Research\nTeam pool: 880 of 1,000 credits left" in words
    assert "Vacation share: 88 of 100 credits free. 1 colleague is on vacation" in words
    assert "Only listed members of this team may make critical calls." in words


def test_debt_is_told() -> None:
    assert "Debt: 3 credits, taken from the next grant" in seen.words(OWN)


def test_every_call_has_its_why() -> None:
    whys = [button for button in seen.buttons(OWN) if button.verb is Verb.WHY]

    assert [button.ref for button in whys] == [call.call_id for call in c.LAST]
    assert whys[0].label == "Why? 24 Nov 11:59 UTC"


def test_calls_say_what_they_cost_and_who_paid() -> None:
    (table,) = (node for node in OWN.body if isinstance(node, Table))

    assert table.rows == (
        ("24 Nov 11:59 UTC", "gpt-4o-mini", "0.062", "own quota"),
        ("24 Nov 11:50 UTC", "gpt-4o-mini", "none", "refused 3 times"),
        ("24 Nov 11:45 UTC", "local", "1", "vacation share"),
    )


def test_a_single_refusal_is_not_counted() -> None:
    once = (replace(c.LAST[1], count=1),)

    assert "| none | refused\n" in seen.words(quota_card(v.LOW, once, own=False)) + "\n"


def test_whoever_has_not_called_yet_is_told_so() -> None:
    assert "No calls yet." in seen.words(quota_card(v.EARLY, (), own=True))


def test_asking_for_more_stands_out_once_little_is_left() -> None:
    plenty = quota_card(v.QUOTA, (), own=True)

    assert seen.button(plenty, Verb.REQUEST).style is Style.DEFAULT
    assert seen.button(OWN, Verb.REQUEST).style is Style.PRIMARY


def test_who_looks_at_another_gets_their_name_and_no_button() -> None:
    assert ANNS.title == "Ann has 790 of 5,000 credits left"
    assert seen.buttons(ANNS) == []
    assert " your " not in f" {seen.words(ANNS)} ".lower()


def test_a_forecast_within_the_period_warns() -> None:
    (last_day,), (soon,) = forecast(v.QUOTA), forecast(v.LOW)

    assert (last_day.tone, soon.tone) == (Tone.PLAIN, Tone.WARN)  # type: ignore[union-attr]  # texts
    assert forecast(v.EARLY) == ()


def test_a_forecast_for_another_speaks_of_them() -> None:
    assert "At this pace it lasts until 28 Nov 09:30 UTC." in seen.texts(ANNS, Tone.WARN)
    assert forecast(v.EARLY, own=False) == ()
