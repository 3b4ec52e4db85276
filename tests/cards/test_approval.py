"""Requests as those see them who decide and who asked, before and after the decision."""

from dataclasses import replace

import pytest
from world import chat_views as c
from world import seen
from world.views import CREDIT

from cards.actions import Verb
from cards.approval import approval_card, approvals_card, decided_card, less_form, reject_form
from cards.card import Divider, Style, Tone
from core.views.chat import RequestView

APPROVED = c.decided(c.REQUEST, "approved", "Mia has approved the request.", granted=120)
REJECTED = c.decided(c.REQUEST, "rejected", "Mia has rejected the request.", answer="Not now.")
EXPIRED = c.decided(c.REQUEST, "expired", "The request has expired.")
SHORT = replace(c.REQUEST, pool_available_micro=40 * CREDIT)


def mine(view: RequestView) -> RequestView:
    return replace(view, mine=True, may_decide=False)


def test_a_decider_sees_who_how_much_why_and_what_it_does() -> None:
    card = approval_card(c.REQUEST)
    words = seen.words(card)

    assert card.title == "Ann asks for 120 credits"
    assert seen.texts(card, Tone.QUOTE) == [c.APPROVAL_VIEW.reason]
    assert "Own quota: 5 of 500 credits left\nSpent so far: 495 credits" in words
    assert "The pool of Research has 1,000 credits; 880 after this." in words
    assert Verb.APPROVE in seen.verbs(card)


def test_it_follows_its_request() -> None:
    assert (approval_card(c.REQUEST).ref, approval_card(c.REQUEST).rev) == (c.APPROVAL, 1)
    assert (approval_card(APPROVED).ref, approval_card(APPROVED).rev) == (c.APPROVAL, 2)


def test_whoever_asked_sees_who_was_told_and_nothing_of_the_pool() -> None:
    words = seen.words(approval_card(c.MINE))

    assert "Mia and Joe were told." in words
    assert "pool" not in words
    assert "Mia was told." in seen.words(approval_card(replace(c.MINE, asked=("Mia",))))


def test_whoever_asked_sees_who_could_not_be_reached_and_who_hears_of_it_instead() -> None:
    some = approval_card(replace(c.MINE, asked=("Mia",), unreached=("Joe",)))
    none = approval_card(replace(c.MINE, asked=(), unreached=("Joe", "Mia")))
    seen_by_others = approval_card(replace(c.REQUEST, asked=(), unreached=("Joe",)))

    assert "Mia was told." in seen.words(some)
    assert "Joe could not be reached in chat." in seen.words(some)
    missed = "Joe and Mia could not be reached in chat, so the administrators were told."
    assert missed in seen.words(none)
    assert "reached" not in seen.words(seen_by_others)


def test_who_was_told_is_no_news_to_those_who_were() -> None:
    assert "told" not in seen.words(approval_card(replace(c.REQUEST, asked=("Mia",))))


def test_a_request_without_a_team_names_none() -> None:
    words = seen.words(approval_card(replace(c.REQUEST, team_name=None)))

    assert "Team:" not in words


def test_passing_it_on_shows() -> None:
    words = seen.words(approval_card(replace(c.REQUEST, passed_by="Mia")))

    assert "Mia has passed it to an administrator." in words


@pytest.mark.parametrize("view", [APPROVED, REJECTED, EXPIRED, mine(APPROVED)])
def test_after_the_decision_there_is_an_outcome_and_no_button(view: RequestView) -> None:
    card = approval_card(view)

    assert seen.buttons(card) == []
    assert view.approval.message in seen.words(card)
    assert "24 Nov 12:00 UTC" in seen.words(card)
    asked = f"{'You' if view.mine else 'Ann'} asked for 120 credits on 24 Nov 11:00 UTC:"
    assert asked in seen.texts(card, Tone.MUTED)


def test_whoever_was_given_more_is_told_that_the_key_works() -> None:
    words = seen.words(decided_card(mine(APPROVED)))

    assert "You have 125 credits now, good until 1 Dec 00:00 UTC." in words
    assert "Your key works now: send the same call again." in words


@pytest.mark.parametrize("view", [REJECTED, EXPIRED])
def test_whoever_was_not_can_ask_again(view: RequestView) -> None:
    card = decided_card(mine(view))

    assert Verb.REQUEST in seen.verbs(card)
    assert "works now" not in seen.words(card)


def test_the_news_follows_nothing_and_says_what_came_of_it() -> None:
    card = decided_card(mine(REJECTED))

    assert card.ref == ""
    assert card.title == "Your request is rejected: 120 credits"
    assert card.summary == "Your request is rejected. Mia has rejected the request."
    assert seen.texts(card, Tone.QUOTE) == ["Not now."]


def test_the_list_begins_with_ones_own() -> None:
    card = approvals_card((c.REQUEST, SHORT, c.MINE))

    assert card.title == "2 requests wait for you"
    assert card.summary == "2 requests wait for you. You ask for 120 credits."
    assert seen.texts(card, Tone.STRONG) == [
        "You ask for 120 credits",
        "Ann asks for 120 credits",
        "Ann asks for 120 credits",
    ]


def test_lines_part_the_requests_and_nothing_else() -> None:
    nodes = approvals_card((c.MINE, c.REQUEST, SHORT)).body
    lines = [at for at, node in enumerate(nodes) if isinstance(node, Divider)]

    assert len(lines) == 2
    assert 0 < lines[0] < lines[1] < len(nodes) - 1


def test_the_list_says_what_a_decision_does_to_whoever_makes_it() -> None:
    effect = "The pool of Research has 1,000 credits; 880 after this."

    assert effect in seen.words(approvals_card((c.REQUEST,)))
    assert effect not in seen.words(approvals_card((c.MINE,)))


def test_a_long_list_says_what_it_leaves_out() -> None:
    card = approvals_card((c.REQUEST,) * 12)

    assert seen.verbs(card).count(Verb.APPROVE) == 10
    assert "2 more requests wait: decide these first, then look again." in seen.words(card)
    assert "1 more request waits:" in seen.words(approvals_card((c.REQUEST,) * 11))
    assert "more request" not in seen.words(approvals_card((c.REQUEST,) * 10))


def test_an_empty_list_is_no_dead_end() -> None:
    card = approvals_card(())

    assert card.title == "No request waits for you"
    assert "When somebody asks you for more, it shows up here." in seen.words(card)
    assert "When somebody asks" not in seen.words(approvals_card((c.MINE,)))
    assert seen.verbs(card) == [Verb.REQUEST, Verb.HOME]
    assert Verb.HOME not in seen.verbs(approvals_card((c.MINE,)))


def test_what_one_may_only_look_at_leads_to_its_details() -> None:
    assert seen.verbs(approvals_card((replace(c.REQUEST, may_decide=False),)))[0] is Verb.APPROVAL


def test_approving_less_offers_half_or_what_the_pool_has() -> None:
    assert seen.fields(less_form(c.REQUEST))["amount"].value == "60"
    assert seen.fields(less_form(SHORT))["amount"].value == "40"
    assert seen.fields(less_form(replace(SHORT, grants=True)))["amount"].value == "60"
    assert seen.button(less_form(SHORT), Verb.APPROVE_GIVE).ref == c.APPROVAL


def test_rejecting_takes_a_word_that_may_be_left_out() -> None:
    form = reject_form(c.REQUEST)

    assert not seen.fields(form)["reason"].required
    assert seen.button(form, Verb.REJECT_SEND).style is Style.DANGER
    assert seen.button(form, Verb.APPROVAL).label == "Back"
