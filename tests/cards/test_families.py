"""What holds for every card, whatever is in the views it is made of."""

import msgspec
import pytest
from hypothesis import given
from world import seen
from world.any_families import any_card
from world.any_views import amounts, any_of
from world.calm import calmly
from world.cards_shown import CARDS

from cards import request
from cards.actions import Verb, decode
from cards.card import Card, Form, Meter, Style, Table
from core.views import QuotaView

TAKES_AWAY = {
    Verb.KEY_REVOKE, Verb.LINK_END, Verb.TEAM_STOP, Verb.KEY_ROTATE,
}  # fmt: skip


@calmly
@given(any_card)
def test_every_button_of_any_card_carries_what_comes_back_from_it(card: Card) -> None:
    for button in seen.buttons(card):
        assert decode(button.token) == (button.verb, button.literal, button.ref, button.rev)


@calmly
@given(any_card)
def test_any_card_is_the_same_after_json(card: Card) -> None:
    assert msgspec.json.decode(msgspec.json.encode(card), type=Card) == card


@calmly
@given(any_card)
def test_any_card_can_be_said_and_drawn(card: Card) -> None:
    assert card.title
    assert card.said
    assert sum(isinstance(node, Form) for node in card.body) <= 1
    for node in card.body:
        if isinstance(node, Meter):
            assert 0 <= node.percent <= 100
        if isinstance(node, Table):
            assert {len(row) for row in node.rows} <= {len(node.columns)}


@calmly
@given(any_card)
def test_whatever_takes_something_away_asks_first(card: Card) -> None:
    for button in seen.buttons(card):
        assert bool(button.confirm) or button.verb not in TAKES_AWAY


@given(any_of(QuotaView), amounts)
def test_presets_are_three_round_amounts_that_can_be_asked_for(
    view: QuotaView, missing: int
) -> None:
    offers = request.presets(view.own.granted_micro, missing)

    assert list(offers) == sorted(set(offers))
    assert len(offers) == 3
    assert {str(offer).rstrip("0") for offer in offers} <= {"1", "2", "5"}
    assert offers[-1] <= 1_000_000_000


@pytest.mark.parametrize("name", CARDS)
def test_a_card_that_is_shown_has_a_summary_of_its_own(name: str) -> None:
    assert CARDS[name].summary


def test_every_verb_is_on_some_card() -> None:
    assert {verb for card in CARDS.values() for verb in seen.verbs(card)} == set(Verb)


def test_a_row_of_buttons_has_one_that_stands_out_at_most() -> None:
    for name, card in CARDS.items():
        for node in card.body:
            row = getattr(node, "buttons", ())
            assert sum(button.style is Style.PRIMARY for button in row) <= 1, name


def test_only_what_is_shown_once_is_secret() -> None:
    secret = {name for name, card in CARDS.items() if card.secret}

    assert secret == {"key-new", "key-new-no-address", "link-code", "link-web"}
