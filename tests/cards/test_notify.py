"""Notices: what is told, when and where, and a switch for each."""

from dataclasses import replace

import pytest
from world import chat_views as c
from world import seen

from cards.actions import Verb
from cards.notify import notify_card
from core.views.chat import NotifyView


def literals(view: NotifyView) -> list[str]:
    buttons = seen.buttons(notify_card(view))
    return [button.literal for button in buttons if button.verb is Verb.NOTIFY_SET]


def test_it_says_what_is_told_when_and_where() -> None:
    card = notify_card(c.NOTIFY)

    assert card.summary == (
        "Quota warnings: at 80 % and 100 % used. Quiet hours: 22:00 to 07:00 (UTC+01:00)."
    )
    assert "Vacations: off\nCritical calls of my team: on\n" in seen.words(card)
    assert "Sent to: Slack" in seen.words(card)


def test_each_kind_can_be_turned_the_other_way() -> None:
    assert literals(c.NOTIFY)[:3] == ["no-quota", "on-vacation", "no-critical"]
    assert literals(replace(c.NOTIFY, muted=("critical", "quota")))[:3] == [
        "on-quota",
        "no-vacation",
        "on-critical",
    ]
    assert seen.labels(notify_card(c.NOTIFY))[:2] == [
        "Quota warnings: turn off",
        "Vacations: turn on",
    ]


def test_a_platform_can_be_chosen_where_there_is_a_choice() -> None:
    assert literals(c.NOTIFY)[3:5] == ["to-telegram", "to-any"]
    assert literals(replace(c.NOTIFY, channel=""))[3:5] == ["to-slack", "to-telegram"]
    assert "to-any" not in literals(replace(c.NOTIFY, channels=("slack",)))
    assert "to-fax" not in literals(replace(c.NOTIFY, channels=("slack", "fax")))


@pytest.mark.parametrize(
    ("offset", "said"), [(0, "+00:00"), (60, "+01:00"), (-210, "-03:30"), (345, "+05:45")]
)
def test_the_form_holds_what_is_set_as_it_is_typed(offset: int, said: str) -> None:
    fields = seen.fields(notify_card(replace(c.NOTIFY, utc_offset_minutes=offset)))

    assert fields["thresholds"].value == "80, 100"
    assert fields["quiet"].value == f"22:00-07:00 {said}"


@pytest.mark.parametrize("gap", [{"quiet_from": None}, {"quiet_to": None}])
def test_without_quiet_hours_there_are_none_to_end(gap: dict[str, None]) -> None:
    view = replace(c.NOTIFY, **gap)  # type: ignore[arg-type]  # a field of it

    assert "Quiet hours: none" in seen.words(notify_card(view))
    assert seen.fields(notify_card(view))["quiet"].value == ""
    assert "quiet-off" not in literals(view)
    assert "quiet-off" in literals(c.NOTIFY)


@pytest.mark.parametrize("off", [{"thresholds": ()}, {"muted": ("quota",)}])
def test_warnings_can_be_off(off: dict[str, tuple[str, ...]]) -> None:
    card = notify_card(replace(c.NOTIFY, **off))  # type: ignore[arg-type]  # a field of it

    assert "Quota warnings: off" in seen.words(card)


def test_whoever_chose_no_platform_is_told_where_the_last_account_is() -> None:
    words = seen.words(notify_card(replace(c.NOTIFY, channel="")))

    assert "Sent to: the account you linked last" in words
