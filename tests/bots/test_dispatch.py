import re
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from world.clock import ManualClock
from world.lobby import STRANGER, Lobby, account, card_of, open_lobby, shown

from bots import dispatch
from bots.commands.registry import COMMANDS
from cards.actions import Action, Verb, fits
from cards.refusal import refusal_card
from core.domain.errors import Code, Refusal
from core.service.start import Core
from core.store.database import Database
from core.store.statements import Program

ROLES = ("stranger", "ben", "ann", "chief", "other", "admin")
ANY = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = sorted({name for one in COMMANDS for name in (one.name, *one.aliases)})
ARGUMENTS = (
    "@ann", "ann in red", "500", "-5", "1,5", "5k credits", "until friday", "until lunch", "off",
    "week", "30d", "strict", "listed", "80, 100", "22-7 +01:00", "via", "telegram", "laptop",
    "0000-0000", "\u201cx\u201d", "<@U1|ann>", "\U0001f937", "a" * 300,
)  # fmt: skip
LINES = st.text(max_size=520) | st.builds(
    lambda lead, name, rest: f"{lead}{name} {' '.join(rest)}",
    st.sampled_from(["", "/", "/tokenpool ", "@tokenpool: ", "<@U1> ", "\u00a0"]),
    st.sampled_from(NAMES) | st.text(max_size=12),
    st.lists(st.sampled_from(ARGUMENTS) | st.text(max_size=20), max_size=3),
)
VALUES = st.dictionaries(
    st.sampled_from(["amount", "reason", "until", "label", "code", "thresholds", "quiet"])
    | st.text(max_size=50),
    st.sampled_from(ARGUMENTS) | st.text(max_size=700),
    max_size=25,
)


@pytest.fixture
async def lobby(core: Core, clock: ManualClock) -> Lobby:
    return await open_lobby(core, clock)


class Broken:
    """A database that fails as nobody foresaw, with words that nobody may read."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def read(self, program: Program[object]) -> object:
        program.close()
        raise self.error


def broken(lobby: Lobby, error: Exception) -> Core:
    return replace(lobby.core, database=cast("Database", Broken(error)))


@pytest.mark.parametrize("kind", ["say", "act"])
async def test_what_nobody_foresaw_becomes_a_card_and_one_line_in_the_log(
    lobby: Lobby, kind: str
) -> None:
    core, ann = broken(lobby, RuntimeError("secret words")), account(lobby.ann)
    with capture_logs() as logs:
        if kind == "say":
            answer = await dispatch.say(core, ann, "key new my secret label")
        else:
            answer = await dispatch.act(core, ann, "key.make|x|0", {"label": "my secret label"})

    (event,) = logs
    assert not answer.done
    assert event["event"] == "chat_failed"
    assert event["error"] == "RuntimeError"
    assert event["kind"] == ("key new" if kind == "say" else "key.make")
    assert re.fullmatch(r"\w+\.py:\d+", event["at"])
    assert re.fullmatch("[0-9A-Za-z]{8}", event["request_id"])
    assert event["request_id"] in shown(answer)
    assert "secret" not in str(event) + shown(answer)


async def test_a_refusal_is_told_with_what_to_do_next(lobby: Lobby) -> None:
    refusal = Refusal(Code.QUOTA_UNAVAILABLE, "The ledger cannot be reached.")

    answer = await dispatch.say(broken(lobby, refusal), account(lobby.ann), "quota")

    assert card_of(answer) == refusal_card(refusal.message, refusal.code)
    assert (answer.done, answer.toast) == (False, "The ledger cannot be reached.")


async def test_whoever_is_disabled_meanwhile_hears_nothing_of_keys(lobby: Lobby) -> None:
    refusal = Refusal(Code.INVALID_API_KEY, "This API key is not valid.")

    answer = await dispatch.say(broken(lobby, refusal), account(lobby.ann), "quota")

    assert "Your account is not active" in answer.toast
    assert "key" not in shown(answer)


async def test_a_text_is_at_most_500_characters_long(lobby: Lobby) -> None:
    fits_, long = "request 5 " + "x" * 490, "request 5 " + "x" * 491
    before = await lobby.digest()
    refused = await lobby.say(lobby.ann, long)
    unchanged = await lobby.digest()

    assert not refused.done
    assert "at most 500 characters" in refused.toast
    assert unchanged == before
    assert (await lobby.say(lobby.ann, fits_)).done
    assert await lobby.digest() != before


async def test_a_word_that_is_none_gets_the_commands_and_a_guess(lobby: Lobby) -> None:
    near, far = await lobby.say(lobby.ann, "qouta please"), await lobby.say(lobby.ann, "xyzzy")

    assert not near.done
    assert "Did you mean quota?" in shown(near)
    assert near.toast == "I did not understand that. Did you mean quota?"
    assert "Did you mean" not in shown(far)
    assert "request" in shown(far)


async def test_a_second_word_that_is_none_is_guessed_too(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.ann, "key nwe laptop")

    assert not answer.done
    assert answer.toast == "key takes nothing more. Did you mean key new?"


async def test_help_is_what_one_may_say(lobby: Lobby) -> None:
    member, chief = await lobby.say(lobby.ann, "help"), await lobby.say(lobby.chief, "HELP!")
    admin = await lobby.say(lobby.admin, "help team")
    clicked = await lobby.act(lobby.ann, Action(Verb.HELP))

    assert shown(member) == shown(clicked)
    assert "team [<name>]" in shown(member)
    assert "team [critical|vacation|stop|allow]" in str(card_of(chief))
    assert "team quota @who" in shown(admin)
    assert "team quota" not in shown(await lobby.say(lobby.chief, "help team"))
    assert "key rotate" in shown(await lobby.say(lobby.ann, "help /keys"))
    assert "no such command" in (await lobby.say(lobby.ann, "help yourself")).toast


async def test_help_is_given_where_others_read_along(lobby: Lobby) -> None:
    assert (await lobby.say(lobby.ann, "help", private=False)).done
    assert (await lobby.act(lobby.ann, Action(Verb.HELP), private=False)).done


async def test_nothing_personal_is_shown_where_others_read_along(lobby: Lobby) -> None:
    before = await lobby.digest()

    for one in COMMANDS:
        if not one.anywhere:
            answer = await lobby.say(lobby.ann, f"{one.name} {one.hint}", private=False)

            assert (answer.done, "direct chat" in answer.toast) == (False, True), one.name
    assert await lobby.digest() == before


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "home.show", "home.show||", "home.show||x", "nope.nope||0", "HOME.SHOW||0",
        "home.show||0\n", "appr.ok|apr_1|0|0", "appr.ok|" + "x" * 60 + "|0", "\u0660", "|" * 200,
    ],
)  # fmt: skip
async def test_a_token_that_is_none_is_told_kindly(lobby: Lobby, token: str) -> None:
    before = await lobby.digest()
    answer = await lobby.act(lobby.ann, token)

    assert not answer.done
    assert "I do not know this button any more" in answer.toast
    assert await lobby.digest() == before


def test_values_are_few_single_lines_and_none_of_them_long() -> None:
    sent = {str(n): "a\nb\x00\u202e" + "x" * 10_000 for n in range(100)}

    found = dispatch.cleaned(sent)

    assert len(found) == dispatch.MOST_VALUES
    assert {len(value) for value in found.values()} <= set(range(dispatch.MOST_VALUE + 1))
    assert all(value.startswith("a bx") for value in found.values())


@ANY
@given(role=st.sampled_from(ROLES), line=LINES, private=st.booleans())
async def test_any_line_gets_an_answer_and_changes_nothing_unless_understood(
    lobby: Lobby, role: str, line: str, *, private: bool
) -> None:
    """The examples share one database: each goes on from what those before it left."""
    who = STRANGER if role == "stranger" else getattr(lobby, role)
    before = await lobby.digest()

    answer = await lobby.say(who, line, private=private)

    assert shown(answer)
    assert answer.done or answer.toast
    assert answer.done or await lobby.digest() == before


@ANY
@given(data=st.data(), role=st.sampled_from(ROLES), values=VALUES, private=st.booleans())
async def test_any_click_gets_an_answer_and_changes_nothing_unless_it_may(
    lobby: Lobby, data: st.DataObject, role: str, values: dict[str, str], *, private: bool
) -> None:
    ids = [row[0] for row in await lobby.office.rows("SELECT id FROM approval")]
    ids += [lobby.red, f"{lobby.red}.{lobby.ann.id}", lobby.ann.id, "x", "", ".."]
    ids += [row[0] for row in await lobby.office.rows("SELECT id FROM api_key")]
    action = data.draw(
        st.builds(
            Action,
            st.sampled_from(Verb),
            st.sampled_from(
                ["", "5", "7d", "week", "strict", "listed", "form", "no-critical", "x"]
            ),
            st.sampled_from(ids),
            st.integers(0, 3),
        ).filter(lambda each: fits(*each))
    )
    who = STRANGER if role == "stranger" else getattr(lobby, role)
    before = await lobby.digest()

    answer = await lobby.act(who, action, values, private=private)

    assert shown(answer)
    assert answer.done or answer.toast
    assert answer.done or await lobby.digest() == before


@ANY
@given(token=st.text(max_size=80), values=VALUES)
async def test_any_token_gets_an_answer(lobby: Lobby, token: str, values: dict[str, str]) -> None:
    assert shown(await lobby.act(lobby.ann, token, values))
