"""Disputes as those see them who asked and who decide."""

from dataclasses import replace

from world import dispute_views as d

from cards import dispute
from cards.actions import Verb
from cards.card import Actions, Card, Facts, Form, Text


def verbs(card: Card) -> list[Verb]:
    return [b.verb for node in card.body if isinstance(node, Actions) for b in node.buttons]


def said(card: Card) -> str:
    return "\n".join(node.text for node in card.body if isinstance(node, Text))


def facts(card: Card) -> dict[str, str]:
    return {f.label: f.value for node in card.body if isinstance(node, Facts) for f in node.items}


def test_whoever_decides_sees_what_is_known_and_three_ways() -> None:
    card = dispute.dispute_card(d.DISPUTE)

    assert card.title == "Ann disputes 2 credits"
    assert verbs(card) == [Verb.DISPUTE_ALL, Verb.DISPUTE_PART, Verb.DISPUTE_KEEP]
    assert facts(card)["Held"] == facts(card)["Charged"] == "2 credits"
    assert "Attempt 2 at openai/gpt-4o-mini: broke off, status 504, after 60,004 ms." in said(card)
    assert "Nothing of an answer was seen." in said(card)
    assert (card.ref, card.rev) == (d.DISPUTE.id, 0)


def test_whoever_asked_waits_and_nobody_else_can_click() -> None:
    assert verbs(dispute.dispute_card(d.MINE)) == []
    assert "decides" in said(dispute.dispute_card(d.MINE))
    assert verbs(dispute.dispute_card(replace(d.DISPUTE, may_decide=False))) == []


def test_a_charge_that_was_corrected_says_so() -> None:
    card = dispute.dispute_card(d.CORRECTED)

    assert "became known since" in said(card)
    assert facts(card)["Charged now"] == "1 credit"
    assert "1,200 tokens of prompt and 1 token of answer" in said(card)
    assert verbs(dispute.dispute_card(replace(d.CORRECTED, cost_micro=0))) == [Verb.DISPUTE_KEEP]


def test_the_outcome_is_told_to_both() -> None:
    decided = dispute.dispute_card(d.RETURNED)
    told = dispute.disputed_card(replace(d.RETURNED, mine=True))

    assert decided.title == "1.50 credits of 2 credits returned to Ann"
    assert told.title == "1.50 credits came back"
    assert verbs(decided) == []
    assert dispute.dispute_card(d.KEPT).title == "The charge of 2 credits stands"
    assert dispute.disputed_card(d.KEPT).title == "Your charge stands"


def test_a_part_is_asked_for_with_all_of_it_filled_in() -> None:
    card = dispute.part_form(replace(d.DISPUTE, cost_micro=1_500_000))
    form = next(node for node in card.body if isinstance(node, Form))

    assert form.fields[0].value == "1.5"
    assert (form.submit.verb, form.submit.ref) == (Verb.DISPUTE_GIVE, d.DISPUTE.id)


def test_the_list_begins_with_what_waits() -> None:
    card = dispute.disputes_card((replace(d.KEPT, mine=True), d.DISPUTE))

    assert card.title == "1 dispute waits for you"
    assert said(card).index("Ann disputes") < said(card).index("stands")
    assert dispute.disputes_card(()).title == "No dispute waits for you"
    assert "2 more not shown." in said(dispute.disputes_card((d.DISPUTE,) * 12))


def test_fifty_calls_are_one_card_with_the_dearest_on_it() -> None:
    card = dispute.estimated_card(d.MANY)

    assert card.title == "50 calls of unknown outcome: 41 credits"
    assert verbs(card).count(Verb.DISPUTE) == 2
    assert verbs(card).count(Verb.WHY) == 3
    assert "And 47 more calls" in said(card)
    assert "more call" not in said(dispute.estimated_card(d.ONE))
    assert "did not say what it counted" in said(dispute.estimated_card(d.COUNTED))


def test_administrators_hear_of_all_of_them_at_once() -> None:
    card = dispute.unknown_card(d.UNKNOWN)

    assert card.title == "53 calls of unknown outcome"
    assert "4 people" in said(card)
    assert facts(card)["Models"].endswith("1 more")
