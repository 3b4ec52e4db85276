"""What a decision does, how it reads, and who is offered it."""

from dataclasses import replace

import pytest
from world import chat_views as c
from world import seen
from world.views import CREDIT

from cards.actions import Verb
from cards.card import Card, Style, Text, Tone
from cards.decision import decisions, effect, headline, is_short, outcome, reason
from core.views.chat import RequestView

SHORT = replace(c.REQUEST, pool_available_micro=40 * CREDIT)
EMPTY = replace(c.REQUEST, pool_available_micro=0)
NOBODYS = replace(c.REQUEST, team_name=None, pool_available_micro=None, grants=True)
HAS = "The pool of Research has "
AMOUNT = c.APPROVAL_VIEW.amount_micro


@pytest.mark.parametrize(
    ("view", "said", "tone"),
    [
        (c.REQUEST, HAS + "1,000 credits; 880 after this.", Tone.PLAIN),
        (
            SHORT,
            HAS + "40 credits: 80 too few. Approve less, or pass it to an administrator.",
            Tone.WARN,
        ),
        (
            EMPTY,
            HAS + "0 credits: 120 too few. Pass it to an administrator.",
            Tone.WARN,
        ),
        (
            replace(SHORT, passed_by="Mia"),
            HAS + "40 credits: 80 too few. Approve less, or leave it to an administrator.",
            Tone.WARN,
        ),
        (
            replace(EMPTY, passed_by="Mia"),
            HAS + "0 credits: 120 too few. An administrator can grant it.",
            Tone.WARN,
        ),
        (
            replace(SHORT, grants=True),
            HAS + "40 credits; you are an administrator, so this is granted on top of it.",
            Tone.PLAIN,
        ),
        (
            NOBODYS,
            "No team pool is behind this: you grant it as an administrator.",
            Tone.MUTED,
        ),
    ],
)
def test_the_effect_on_the_pool_is_said_before_the_click(
    view: RequestView, said: str, tone: Tone
) -> None:
    assert effect(view, AMOUNT).text == said
    assert effect(view, AMOUNT).tone is tone


@pytest.mark.parametrize("gap", [{"team_name": None}, {"pool_available_micro": None}])
def test_a_team_that_is_gone_has_no_pool(gap: dict[str, None]) -> None:
    view = replace(c.REQUEST, **gap)  # type: ignore[arg-type]  # a field of it

    assert effect(view, AMOUNT).text.startswith("No team pool is behind this")


def test_a_pool_that_just_suffices_is_not_short() -> None:
    assert effect(c.REQUEST, c.REQUEST.pool_available_micro or 0).text.endswith("; 0 after this.")
    assert not is_short(replace(c.REQUEST, pool_available_micro=AMOUNT))
    assert is_short(replace(c.REQUEST, pool_available_micro=AMOUNT - 1))
    assert not is_short(replace(SHORT, grants=True))
    assert not is_short(NOBODYS)


def offered(view: RequestView) -> list[Verb]:
    return [button.verb for button in seen.buttons(Card("", decisions(view)))]


def test_a_manager_may_approve_less_pass_on_or_reject() -> None:
    assert offered(c.REQUEST) == [Verb.APPROVE, Verb.APPROVE_LESS, Verb.PASS_ON, Verb.REJECT]


def test_a_short_pool_is_not_offered_to_be_overdrawn() -> None:
    assert offered(SHORT) == [Verb.APPROVE_LESS, Verb.PASS_ON, Verb.REJECT]
    assert offered(EMPTY) == [Verb.PASS_ON, Verb.REJECT]


def test_what_an_administrator_grants_needs_no_pool_and_nobody_above() -> None:
    granting = [Verb.APPROVE, Verb.APPROVE_LESS, Verb.REJECT]

    assert offered(replace(EMPTY, grants=True)) == granting
    assert offered(NOBODYS) == granting


def test_it_is_passed_on_once() -> None:
    assert Verb.PASS_ON not in offered(replace(c.REQUEST, passed_by="Mia"))


def test_whoever_asked_may_change_or_withdraw_it_and_others_nothing() -> None:
    assert offered(c.MINE) == [Verb.REQUEST, Verb.REQUEST_WITHDRAW]
    assert offered(replace(c.REQUEST, may_decide=False)) == []


def test_every_decision_names_the_request_and_the_revision_it_was_made_on() -> None:
    card = Card("", decisions(replace(c.REQUEST, approval=replace(c.APPROVAL_VIEW, rev=7))))

    assert {(b.ref, b.rev) for b in seen.buttons(card)} == {(c.APPROVAL, 7)}


def test_what_is_best_stands_out() -> None:
    def primary(view: RequestView) -> list[Verb]:
        buttons = seen.buttons(Card("", decisions(view)))
        return [button.verb for button in buttons if button.style is Style.PRIMARY]

    assert primary(c.REQUEST) == [Verb.APPROVE]
    assert primary(SHORT) == [Verb.PASS_ON]
    assert seen.button(Card("", decisions(SHORT)), Verb.REJECT).style is Style.DANGER


@pytest.mark.parametrize(
    ("status", "granted", "said"),
    [
        ("approved", 120, "Approved: 120 credits for Ann"),
        ("approved", 80, "Approved: 80 of 120 credits for Ann"),
        ("approved", 200, "Approved: 200 credits for Ann"),
        ("rejected", None, "Rejected: 120 credits for Ann"),
        ("withdrawn", None, "Withdrawn: 120 credits for Ann"),
        ("expired", None, "Expired: 120 credits for Ann"),
    ],
)
def test_an_outcome_makes_sense_alone(status: str, granted: int | None, said: str) -> None:
    view = c.decided(c.REQUEST, status, "", granted=granted)

    assert headline(view) == said
    assert headline(replace(view, mine=True)) == said.replace("Ann", "you")


def test_a_request_is_told_by_who_asks() -> None:
    assert headline(c.REQUEST) == "Ann asks for 120 credits"
    assert headline(c.MINE) == "You ask for 120 credits"


def test_words_of_people_are_quoted_and_never_mixed_with_ours() -> None:
    view = c.decided(c.REQUEST, "rejected", "Mia has rejected the request.", answer="Not now.")

    assert outcome(view.approval) == (
        Text("Mia has rejected the request.", Tone.BAD),
        Text("Not now.", Tone.QUOTE),
        Text("24 Nov 12:00 UTC", Tone.MUTED),
    )
    assert reason(view.approval) == (Text(view.approval.reason, Tone.QUOTE),)


def test_what_nobody_said_is_not_quoted() -> None:
    silent = replace(c.APPROVAL_VIEW, reason="", decided_ms=None, message="It waits.")

    assert reason(silent) == (Text("No reason was given.", Tone.MUTED),)
    assert outcome(silent) == (Text("It waits."),)
