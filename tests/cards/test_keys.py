"""API keys: what works, a new one once, and an end that asks first."""

from dataclasses import replace

from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Code, Style
from cards.keys import key_form, keys_card, new_key_card, revoked_card

REVOKED = replace(v.KEY, state="revoked")
EXPIRED = replace(v.KEY, state="expired")


def test_keys_that_work_are_shown_and_those_that_ended_counted() -> None:
    card = keys_card((v.KEY, v.CI_KEY, REVOKED, EXPIRED))
    words = seen.words(card)

    assert card.summary == "You have 2 API keys."
    assert "tp_aB3dEfGhIjKl…\nFor: laptop\nLast used: 24 Nov 11:59 UTC\n" in words
    assert "2 keys have ended." in words
    assert seen.verbs(card).count(Verb.KEY_REVOKE) == 2


def test_terms_are_shown_where_there_are_any() -> None:
    special, plain = seen.words(keys_card((v.CI_KEY,))), seen.words(keys_card((v.KEY,)))

    for term in ("Cap: 50 credits", "Priority: critical", "Privacy: strict", "Ends: 1 Dec"):
        assert term in special
    for term in ("Cap", "Priority", "Privacy", "Ends"):
        assert f"\n{term}:" not in plain
    assert "Last used: never" in special


def test_limits_are_shown_where_there_are_any() -> None:
    limited = replace(v.KEY, models=("demo", "gpt"), rpm=60, tpm=90_000, concurrency=1)
    words, plain = seen.words(keys_card((limited,))), seen.words(keys_card((v.KEY,)))

    assert "Models: demo and gpt\n" in words
    assert "Limits: 60 requests a minute, 90,000 tokens a minute and 1 call at once" in words
    assert "Models" not in plain
    assert "Limits" not in plain


def test_ending_a_key_asks_first_and_names_it() -> None:
    end = seen.button(keys_card((v.KEY,)), Verb.KEY_REVOKE)

    assert (end.ref, end.style) == (v.KEY.id, Style.DANGER)
    assert v.KEY.prefix in end.label
    assert end.confirm.startswith(f"Revoke {v.KEY.prefix}?")


def test_a_long_list_says_what_it_leaves_out() -> None:
    card = keys_card((v.KEY,) * 11)

    assert seen.verbs(card).count(Verb.KEY_REVOKE) == 10
    assert "1 more key works." in seen.words(card)
    assert "more key" not in seen.words(keys_card((v.KEY,) * 10))


def test_whoever_has_none_can_make_one() -> None:
    card = keys_card(())

    assert card.title == "You have no API key"
    assert card.said == "You have no API key."
    assert "Make one for your editor" in seen.words(card)
    assert "Make one for your editor" not in seen.words(keys_card((v.KEY,)))
    assert seen.button(card, Verb.KEY_NEW).style is Style.PRIMARY


def test_a_key_is_asked_for_by_what_it_is_for() -> None:
    assert list(seen.fields(key_form())) == ["label"]
    assert seen.button(key_form(), Verb.KEY_SEND).label == "Make key"


def test_a_new_key_is_shown_in_one_place_and_the_card_is_secret() -> None:
    card = new_key_card(v.NEW_KEY, "https://tokens.example.com")
    codes = [node for node in card.body if isinstance(node, Code)]

    assert card.secret
    assert [code.text for code in codes if code.secret] == [v.NEW_KEY.api_key]
    assert sum(v.NEW_KEY.api_key in code.text for code in codes) == 1
    assert v.NEW_KEY.api_key not in card.said
    assert "https://tokens.example.com/v1" in seen.words(card)


def test_the_model_of_the_snippets_can_be_named() -> None:
    assert 'model: "fast"' in seen.words(new_key_card(v.NEW_KEY, "", model="fast"))


def test_a_key_that_ended_says_what_that_means() -> None:
    card = revoked_card(REVOKED)

    assert card.said == "The key tp_aB3dEfGhIjKl is revoked."
    assert seen.verbs(card) == [Verb.KEY_NEW, Verb.KEYS]
