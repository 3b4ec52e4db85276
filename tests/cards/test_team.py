"""Teams: what they lend, and for managers who may do what."""

from dataclasses import replace

import pytest
from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Style
from cards.team import team_card, teams_card

MANAGED = team_card(v.TEAM_VIEW, v.MEMBERS, v.RESEARCH)


def test_everybody_sees_pool_and_rules() -> None:
    words = seen.words(team_card(replace(v.TEAM_VIEW, role="member"), (), v.RESEARCH))

    assert "Team pool: 880 of 1,000 credits left" in words
    assert "Critical calls: listed members, up to 10 % of the pool each" in words
    assert "Vacation share: 10 % of the pool" in words


def test_only_those_who_manage_it_see_who_may_do_what() -> None:
    theirs = team_card(replace(v.TEAM_VIEW, role="member"), (), v.RESEARCH)

    assert "Mia | manager | stopped | active" in seen.words(MANAGED)
    assert "Joe | member | not allowed | on vacation" in seen.words(MANAGED)
    assert {Verb.TEAM_CRITICAL, Verb.TEAM_STOP, Verb.TEAM_ALLOW}.isdisjoint(seen.verbs(theirs))
    assert "Who may" not in seen.words(theirs)


def test_a_manager_of_an_empty_team_can_still_set_its_policy() -> None:
    assert Verb.TEAM_CRITICAL in seen.verbs(team_card(v.TEAM_VIEW, (), None))


@pytest.mark.parametrize(
    ("policy", "others"),
    [
        ("everyone", ["listed", "nobody"]),
        ("listed", ["everyone", "nobody"]),
        ("nobody", ["everyone", "listed"]),
    ],
)
def test_the_policy_can_become_any_other(policy: str, others: list[str]) -> None:
    card = team_card(replace(v.TEAM_VIEW, critical_policy=policy), v.MEMBERS, None)
    offered = [b for b in seen.buttons(card) if b.verb is Verb.TEAM_CRITICAL]

    assert [button.literal for button in offered] == others
    for button in offered:
        takes_away = button.literal == "nobody"
        assert bool(button.confirm) == takes_away
        assert (button.style is Style.DANGER) == takes_away


@pytest.mark.parametrize(
    ("policy", "critical", "verb"),
    [
        ("everyone", "default", Verb.TEAM_STOP),
        ("everyone", "listed", Verb.TEAM_STOP),
        ("everyone", "stopped", Verb.TEAM_ALLOW),
        ("listed", "default", Verb.TEAM_ALLOW),
        ("listed", "listed", Verb.TEAM_STOP),
        ("listed", "stopped", Verb.TEAM_ALLOW),
        ("nobody", "default", None),
        ("nobody", "listed", None),
        ("nobody", "stopped", None),
    ],
)
def test_each_member_can_be_turned_the_other_way(
    policy: str, critical: str, verb: Verb | None
) -> None:
    team = replace(v.TEAM_VIEW, critical_policy=policy)
    card = team_card(team, (replace(v.MEMBERS[0], critical=critical),), None)
    found = [each for each in seen.verbs(card) if each in {Verb.TEAM_STOP, Verb.TEAM_ALLOW}]

    assert found == ([verb] if verb else [])


def test_stopping_asks_first_and_names_team_and_member() -> None:
    stop = seen.button(MANAGED, Verb.TEAM_STOP)

    assert stop.ref == f"{v.TEAM}.{v.ANN}"
    assert (stop.label, stop.style) == ("Stop critical: Ann", Style.DANGER)
    assert stop.confirm


def test_a_large_team_says_whom_it_leaves_out() -> None:
    assert "And 1 more." in seen.words(team_card(v.TEAM_VIEW, v.MEMBERS * 7, None))


def test_a_frozen_or_strict_team_says_so() -> None:
    words = seen.words(
        team_card(replace(v.TEAM_VIEW, status="frozen", privacy="strict"), (), None)
    )

    assert "This team is frozen: its pool pays no calls." in words
    assert "Privacy: strict for all calls" in words
    assert "frozen" not in seen.words(MANAGED)


def test_my_teams_lead_to_each() -> None:
    card = teams_card((v.TEAM_VIEW, replace(v.TEAM_VIEW, name="Sales", role="member")))

    assert card.said == "You are in 2 teams."
    assert "Research: you manage it, 3 members, pool 1,000 credits" in seen.words(card)
    assert "Sales: 3 members, pool 1,000 credits" in seen.words(card)
    assert [b.label for b in seen.buttons(card) if b.verb is Verb.TEAM] == ["Research", "Sales"]


def test_an_administrator_is_not_told_to_be_in_every_team() -> None:
    card = teams_card((v.TEAM_VIEW, replace(v.TEAM_VIEW, name="Sales", role="")))

    assert card.said == "Teams: 2."


def test_whoever_is_in_none_learns_what_that_means() -> None:
    assert "An administrator can seat you in a team." in seen.words(teams_card(()))
