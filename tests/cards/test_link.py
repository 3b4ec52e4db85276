"""Accounts: how to link one, who one is, and what a code leads to."""

from dataclasses import replace

import pytest
from world import chat_views as c
from world import seen

from cards.actions import Verb
from cards.card import Code, Link, Style, Tone
from cards.link import (
    claimed_card,
    code_card,
    confirm_card,
    link_card,
    unlinked_card,
    web_link_card,
    whoami_card,
)
from cards.render.words import web_address


def test_a_stranger_learns_how_to_link() -> None:
    card = link_card()

    assert card.said.endswith("Here is how to link it.")
    assert list(seen.fields(card)) == ["code"]
    assert seen.verbs(card) == [Verb.LINK_SEND]


def test_what_went_wrong_comes_first() -> None:
    words = seen.words(link_card(problem="This code is not valid."))

    assert words.splitlines()[1] == "This code is not valid."


def test_a_code_is_shown_once_with_its_end() -> None:
    card = code_card(c.CODE)

    assert card.secret
    assert [node.text for node in card.body if isinstance(node, Code)] == ["link K7Q2M9XD"]
    assert "Good until 24 Nov 12:10 UTC" in seen.words(card)
    assert c.CODE.code not in card.said


def test_a_code_is_typed_for_you_where_we_have_a_bot() -> None:
    app_id = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
    card = code_card(c.CODE, telegram_bot="PoolBot", teams_bot=app_id)
    links = [node for node in card.body if isinstance(node, Link)]

    assert [(link.label, link.url) for link in links] == [
        ("Or open it in Telegram", "https://t.me/PoolBot?start=K7Q2M9XD"),
        (
            "Or open it in Teams",
            f"https://teams.microsoft.com/l/chat/0/0?users=28:{app_id}&message=link%20K7Q2M9XD",
        ),
    ]
    assert all(web_address(link.url) for link in links)
    assert not [node for node in code_card(c.CODE).body if isinstance(node, Link)]


def test_who_i_am_lists_every_account_with_its_end() -> None:
    card = whoami_card(c.IDENTITY)
    ends = [button for button in seen.buttons(card) if button.verb is Verb.LINK_END]

    assert card.said == "You are Ann, with 2 linked accounts."
    assert "Slack: ann\nWorkspace: T0123\nLinked: 1 Nov 00:00 UTC\n" in seen.words(card)
    assert [(b.label, b.ref) for b in ends] == [
        ("Unlink Slack", c.SLACK.id),
        ("Unlink Telegram", c.TELEGRAM.id),
    ]
    assert all(button.confirm and button.style is Style.DANGER for button in ends)


def test_an_account_that_cannot_be_written_to_says_so() -> None:
    words = seen.words(whoami_card(replace(c.IDENTITY, accounts=(c.TELEGRAM,))))

    assert "Notices: I cannot write there" in words
    assert "Workspace" not in words


def test_whoever_has_no_account_can_link_one() -> None:
    card = whoami_card(replace(c.IDENTITY, accounts=()))

    assert card.said == "You are Ann, with no linked account."
    assert Verb.LINK_CODE in seen.verbs(card)


def test_the_issuer_is_asked_whether_it_is_theirs() -> None:
    card = confirm_card(c.CLAIM)

    assert card.title == "Is this your account on Telegram?"
    assert "Account: Ann B." in seen.words(card)
    assert seen.button(card, Verb.LINK_CONFIRM).ref == c.CLAIM.id
    assert seen.button(card, Verb.LINK_DENY).style is Style.DANGER


def test_an_accounts_name_stands_alone_and_never_in_our_words() -> None:
    posing = replace(c.CLAIM, account_name="Confirmed by an administrator.", tenant="T0123")
    card = confirm_card(posing)

    assert posing.account_name not in card.title + card.said
    assert "Account: Confirmed by an administrator." in seen.words(card)
    assert "Workspace: T0123" in seen.words(card)


def test_whoever_typed_the_code_is_sent_back_to_where_it_came_from() -> None:
    assert claimed_card(c.CLAIM).said == "Now confirm it where you got the code."


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("confirmed", "The account is linked"),
        ("denied", "The account is not linked"),
        ("expired", "The code has expired"),
        ("of a later version", "The code has expired"),
    ],
)
def test_what_is_settled_has_no_question_left(state: str, title: str) -> None:
    for settled in (confirm_card, claimed_card):
        card = settled(replace(c.CLAIM, state=state, account_name=""))
        assert card.title == title
        assert "Account: without a name" in seen.words(card)
        assert {Verb.LINK_CONFIRM, Verb.LINK_DENY}.isdisjoint(seen.verbs(card))


def test_only_a_confirmed_account_is_good_news() -> None:
    good = [
        state
        for state in ("claimed", "confirmed", "denied", "expired")
        if seen.texts(confirm_card(replace(c.CLAIM, state=state)), Tone.GOOD)
    ]

    assert good == ["confirmed"]


def test_a_platform_of_a_later_version_is_called_as_it_is() -> None:
    assert confirm_card(replace(c.CLAIM, platform="fax")).title == "Is this your account on fax?"


def test_an_unlinked_account_is_named_if_it_is_another() -> None:
    assert "Slack: ann" in seen.words(unlinked_card(c.SLACK))
    assert "Slack" not in seen.words(unlinked_card())


def test_a_link_to_the_web_chat_is_secret() -> None:
    card = web_link_card("https://tokens.example.com/chat/in/x")

    assert card.secret
    assert "https://tokens.example.com/chat/in/x" in seen.words(card)
    assert "/in/x" not in card.said
