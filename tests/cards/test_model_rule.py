"""Models without a price, as administrators are asked about them."""

from world import model_views as m

from cards import model_rule
from cards.actions import Verb
from cards.card import Actions, Card, Form, Style, Text


def verbs(card: Card) -> list[Verb]:
    return [b.verb for node in card.body if isinstance(node, Actions) for b in node.buttons]


def said(card: Card) -> str:
    return "\n".join(node.text for node in card.body if isinstance(node, Text))


def form_of(card: Card) -> Form:
    return next(node for node in card.body if isinstance(node, Form))


def test_a_new_name_can_be_priced_mapped_or_blocked() -> None:
    card = model_rule.model_card(m.ASKED)

    assert card.title == "openai/gpt-99 has no price here"
    assert verbs(card) == [Verb.MODEL_PRICE, Verb.MODEL_MAP, Verb.MODEL_BLOCK]
    assert (card.ref, card.rev) == (m.ASKED.id, 0)


def test_what_was_decided_can_be_changed() -> None:
    assert verbs(model_rule.model_card(m.PRICED)) == [Verb.MODEL_CHANGE, Verb.MODELS]
    assert Verb.MODEL_BLOCK in verbs(model_rule.model_card(m.PRICED, change=True))
    assert "mapped it to gpt-4o-mini" in said(model_rule.model_card(m.MAPPED))


def test_the_price_form_knows_what_is_known() -> None:
    form = form_of(model_rule.price_form(m.PRICED))
    again = form_of(model_rule.price_form(m.ASKED, ("a/b", "1", "2", "3"), "0123456789ab"))

    assert [field.value for field in form.fields] == ["2", "8", "0.5", "openai/gpt-99"]
    assert (form.submit.literal, form.submit.style) == ("", Style.PRIMARY)
    assert [field.value for field in again.fields] == ["1", "2", "3", "a/b"]
    assert (again.submit.literal, again.submit.style) == ("0123456789ab", Style.DANGER)


def test_the_map_form_offers_names_like_it() -> None:
    card = model_rule.map_form(m.ASKED, m.NEAR)

    assert form_of(card).fields[0].value == "gpt-4o-mini"
    assert "gpt-4o-mini, gpt-4o" in said(card)
    assert form_of(model_rule.map_form(m.MAPPED, ())).fields[0].value == "gpt-4o-mini"
    assert form_of(model_rule.map_form(m.ASKED, (), "x")).fields[0].value == "x"
    assert form_of(model_rule.map_form(m.ASKED, ())).fields[0].value == ""


def test_the_list_counts_what_waits() -> None:
    assert model_rule.models_card((m.ASKED, m.PRICED)).title == "1 model waits for a price"
    assert model_rule.models_card(()).title == "No model waits for a price"
    assert "2 more not shown." in said(model_rule.models_card((m.ASKED,) * 12))
