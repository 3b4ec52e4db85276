"""Cards and blocks as the publishers of the formats define them."""

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import schemas
from world.adaptive import PLACES
from world.any_cards import cards
from world.cards_shown import CARDS

from cards.card import Card
from cards.render import slack, teams

fewer = settings(max_examples=15, deadline=None)


@pytest.mark.parametrize("name", CARDS)
def test_schemas_accept_every_sample(name: str) -> None:
    for draw in PLACES.values():
        schemas.adaptive_card(draw(CARDS[name]))
    schemas.slack_blocks(slack.message(CARDS[name])["blocks"])
    schemas.slack_blocks(slack.view(CARDS[name])["blocks"])


@fewer
@given(cards, st.sampled_from(sorted(PLACES)))
def test_schemas_accept_any_card_on_teams(card: Card, place: str) -> None:
    schemas.adaptive_card(PLACES[place](card))


@fewer
@given(cards)
def test_schemas_accept_any_card_on_slack(card: Card) -> None:
    schemas.slack_blocks(slack.message(card)["blocks"])
    schemas.slack_blocks(slack.view(card)["blocks"])


def test_schemas_refuse_what_is_wrong() -> None:
    card = teams.card(CARDS["home"])
    card["body"].append({"type": "RichTextBlock"})

    with pytest.raises(jsonschema_rs.ValidationError):
        schemas.adaptive_card(card)
    with pytest.raises(jsonschema_rs.ValidationError):
        schemas.slack_blocks([{"type": "header", "text": "A card"}])
