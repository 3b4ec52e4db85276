"""Privacy: what each mode means, and the way to the other."""

from world import seen

from cards.actions import Verb
from cards.card import Tone
from cards.privacy import privacy_card


def test_strict_is_one_click_away() -> None:
    card = privacy_card("standard")

    assert card.title == "Privacy: standard"
    assert (seen.button(card, Verb.PRIVACY_SET).literal, card.said) == (
        "strict",
        "The privacy of your calls is standard.",
    )


def test_giving_up_strict_asks_first() -> None:
    card = privacy_card("strict")
    back = seen.button(card, Verb.PRIVACY_SET)

    assert seen.texts(card, Tone.GOOD)[0].startswith("No word of your calls is kept anywhere")
    assert seen.texts(privacy_card("standard"), Tone.GOOD) == []
    assert back.literal == "standard"
    assert back.confirm
