"""News nobody asked for: what happened, and what can be done."""

from dataclasses import replace

import pytest
from world import chat_views as c
from world import seen
from world import views as v

from cards.actions import Verb
from cards.approval import approval_card
from cards.notice import (
    TROUBLES,
    account_linked_card,
    account_unlinked_card,
    critical_card,
    nobody_card,
    provider_card,
    quota_warning_card,
)
from core.domain.notifying import Trouble


def test_a_quota_warning_says_how_much_and_how_long() -> None:
    card = quota_warning_card(v.LOW, 80)

    assert card.said == "80 % of your credits are used. New credits come on 1 Dec 00:00 UTC."
    assert "At this pace your credits last until 28 Nov 09:30 UTC." in seen.words(card)
    assert seen.verbs(card)[0] is Verb.REQUEST


def test_used_up_credits_say_once_when_new_ones_come() -> None:
    card = quota_warning_card(v.OUT, 100)

    assert card.title == "Your credits are used up"
    assert seen.words(card).count("New credits come on") == 1


def test_critical_use_has_the_button_that_stops_it() -> None:
    card = critical_card(c.CRITICAL)

    assert card.title == "Mia: 7 critical calls for 31 credits"
    assert (
        card.said == "Mia made 7 critical calls on 24 Nov: 31 credits from the pool of Research."
    )
    assert "Used in this period: 48 credits\nMost in this period: 100 credits" in seen.words(card)
    assert seen.button(card, Verb.TEAM_STOP).ref == f"{v.TEAM}.{v.MIA}"


def test_stopped_critical_use_can_be_allowed_again() -> None:
    card = critical_card(replace(c.CRITICAL, stopped=True))

    assert "Their critical calls are stopped." in seen.words(card)
    assert Verb.TEAM_ALLOW in seen.verbs(card)
    assert Verb.TEAM_STOP not in seen.verbs(card)


def test_a_request_nobody_else_can_be_asked_about_is_a_request_all_the_same() -> None:
    plain, card = approval_card(c.REQUEST), nobody_card(c.REQUEST)

    assert (card.ref, card.rev, card.title) == (plain.ref, plain.rev, plain.title)
    assert seen.buttons(card) == seen.buttons(plain)
    assert card.said.startswith("Nobody else can be reached: Ann asks for 120 credits.")


def test_a_new_account_is_told_at_the_others() -> None:
    card = account_linked_card("telegram", "Ann B.")

    assert card.said == "An account on Telegram now acts for you."
    assert "Telegram: Ann B." in seen.words(card)
    assert "Was it not you?" in seen.words(card)


def test_so_is_one_that_is_gone() -> None:
    assert account_unlinked_card("telegram", "").said.startswith("An account on Telegram")
    assert "Telegram:" not in seen.words(account_unlinked_card("telegram", ""))
    assert "fax: 5" in seen.words(account_unlinked_card("fax", "5"))


@pytest.mark.parametrize("trouble", Trouble)
def test_a_provider_in_trouble_is_named_with_what_that_means_for_calls(trouble: Trouble) -> None:
    card = provider_card("openai", trouble)

    assert "openai" in card.title
    assert card.said.startswith(card.title)
    assert card.title in seen.words(card) or card.said.endswith(TROUBLES[trouble][1])
