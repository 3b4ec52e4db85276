"""Home: where somebody stands, and the way to everything else."""

from dataclasses import replace

from world import chat_views as c
from world import seen
from world import views as v

from cards.actions import Verb
from cards.card import Style
from cards.home import home_card

CALM = home_card(v.QUOTA, c.ABSENCE, None, 0)
BUSY = home_card(v.LOW, c.AWAY, c.MINE, 3)


def test_it_says_what_is_left_and_until_when() -> None:
    assert CALM.title == "You have 4,200 of 5,000 credits left"
    assert CALM.summary == "You have 4,200 of 5,000 credits left until 1 Dec 00:00 UTC."
    assert "Pool of Research: 880 of 1,000 credits left" in seen.words(CALM)


def test_asking_for_more_stands_out_once_little_is_left() -> None:
    assert seen.button(CALM, Verb.REQUEST).style is Style.DEFAULT
    assert seen.button(BUSY, Verb.REQUEST).style is Style.PRIMARY


def test_an_open_vacation_share_is_good_news() -> None:
    shut = home_card(v.OUT, c.ABSENCE, None, 0)

    assert "Vacation share: 88 credits free for you." in seen.words(CALM)
    assert "Vacation share" not in seen.words(shut)


def test_it_leads_to_all_the_rest() -> None:
    assert seen.verbs(CALM) == [
        Verb.REQUEST, Verb.QUOTA, Verb.VACATION, Verb.KEYS,
        Verb.WHY, Verb.USAGE, Verb.LEADERBOARD, Verb.TEAM, Verb.HELP,
    ]  # fmt: skip


def test_what_waits_for_me_and_what_i_wait_for_is_here() -> None:
    words = seen.words(BUSY)

    assert "You asked for 120 credits on 24 Nov 11:00 UTC. It waits for a decision." in words
    assert "Told: Mia and Joe." in words
    assert "3 requests wait for you." in words
    assert seen.button(BUSY, Verb.APPROVALS).style is Style.PRIMARY
    assert seen.button(BUSY, Verb.APPROVAL).ref == c.APPROVAL


def test_nobody_is_named_where_nobody_was_told() -> None:
    assert "Told" not in seen.words(home_card(v.LOW, c.AWAY, replace(c.MINE, asked=()), 0))


def test_whoever_is_away_can_come_back_from_here() -> None:
    forever = home_card(v.LOW, replace(c.AWAY, until_ms=None), None, 0)

    assert "You are on vacation until 1 Dec 00:00 UTC." in seen.words(BUSY)
    assert "You are on vacation until further notice." in seen.words(forever)
    assert Verb.VACATION_OFF in seen.verbs(BUSY)
    assert Verb.VACATION_OFF not in seen.verbs(CALM)
