import inspect
from importlib import import_module
from pkgutil import iter_modules

import pytest

from bots import commands as families
from bots.commands.actions import ACTIONS
from bots.commands.command import Who, shown_to
from bots.commands.finding import find, nearest
from bots.commands.help import overview
from bots.commands.registry import COMMANDS
from bots.parsing.letters import plain
from cards.actions import Verb
from core.domain.members import Person, Role, Seat, TeamRole

MEMBER = Person("usr_m", Role.MEMBER, (Seat("team_a", TeamRole.MEMBER),))
MANAGER = Person("usr_c", Role.MEMBER, (Seat("team_a", TeamRole.MANAGER),))
ADMIN = Person("usr_a", Role.ADMIN)


def test_every_verb_has_a_handler_and_every_handler_a_verb() -> None:
    assert set(ACTIONS) == set(Verb)


def test_every_handler_is_said_or_clicked() -> None:
    used = {one.run for one in COMMANDS} | {one.run for one in ACTIONS.values()}
    handlers = {
        function
        for module in iter_modules(families.__path__)
        for function in vars(import_module(f"{families.__name__}.{module.name}")).values()
        if inspect.iscoroutinefunction(function)
        and function.__module__ == f"{families.__name__}.{module.name}"
        and not function.__name__.startswith("_")
        and next(iter(inspect.signature(function).parameters), "") in {"ctx", "_ctx"}
    }
    shared = {"shown", "form", "find_person", "find_team", "managed_team", "teams_in_sight"}

    assert {
        f"{f.__module__}.{f.__name__}" for f in handlers - used if f.__name__ not in shared
    } == set()


def test_no_two_commands_share_a_name() -> None:
    names = [name for one in COMMANDS for name in (one.name, *one.aliases)]

    assert len(names) == len(set(names))
    assert {plain(name) for name in names} == set(names)


def test_the_whole_table_of_commands_is_there() -> None:
    assert {one.name for one in COMMANDS} == {
        "home", "quota", "request", "approvals", "vacation", "vacation on", "vacation off", "key",
        "key new", "key rotate", "key revoke", "why", "disputes", "usage", "leaderboard", "models",
        "privacy", "team",
        "team quota", "team critical", "team vacation", "team stop", "team allow", "notify",
        "notify at", "notify quiet", "notify via", "notify mute", "notify unmute", "link",
        "whoami", "unlink", "web", "help",
    }  # fmt: skip


def test_texts_fit_every_menu() -> None:
    for one in COMMANDS:
        assert 1 <= len(one.summary) <= 100
        assert not one.summary.endswith(".")
        assert len(one.line) <= 60


@pytest.mark.parametrize(
    ("person", "hidden"),
    [(MEMBER, {Who.MANAGERS, Who.ADMINS}), (MANAGER, {Who.ADMINS}), (ADMIN, set())],
)
def test_help_lists_what_somebody_may_do(person: Person, hidden: set[Who]) -> None:
    assert {who for who in Who if not shown_to(who, person)} == hidden


def test_an_overview_has_one_line_a_verb() -> None:
    lines = [line.usage for line in overview(COMMANDS)]

    assert "key [new|rotate|revoke]" in lines
    assert "vacation [on|off]" in lines
    assert "team [quota|critical|vacation|stop|allow]" in lines
    assert len(lines) == len({line.split()[0] for line in lines}) == 19


@pytest.mark.parametrize(
    ("line", "name", "left"),
    [
        ("", "home", ""),
        ("quota", "quota", ""),
        ("QUOTA!", "quota", ""),
        ("\uff51uota @ann", "quota", "@ann"),
        ("balance", "quota", ""),
        ("vacation on until friday", "vacation on", "until friday"),
        ("Vacation, off", "vacation off", ""),
        ("vacation until friday", "vacation", "until friday"),
        ("I\u2019m back", "vacation off", ""),
        ("key list", "key", ""),
        ("keys new My Laptop", "key new", "My Laptop"),
        ("who am i", "whoami", ""),
        ("start", "home", ""),
        ("start 4F7K-2MQX", "link", "4F7K-2MQX"),
        ("link web", "web", ""),
        ("team stop @ann", "team stop", "@ann"),
    ],
)
def test_a_line_begins_with_the_longest_name_that_fits(line: str, name: str, left: str) -> None:
    found = find(line)

    assert found is not None
    assert (found[0].name, found[1].left) == (name, left)


@pytest.mark.parametrize("line", ["qota", "@ann quota", "!", "please help", "\u200b"])
def test_what_begins_with_no_name_is_not_guessed(line: str) -> None:
    assert find(line) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("qouta", "quota"),
        ("requets 500", "request"),
        ("aprovals", "approvals"),
        ("vaction on", "vacation on"),
        ("vacatoin", "vacation"),
        ("key nwe laptop", "key new"),
        ("leaderbord", "leaderboard"),
        ("hepl", "help"),
        ("balence", "quota"),
    ],
)
def test_what_is_nearly_a_command_is_suggested(line: str, name: str) -> None:
    near = nearest(line, COMMANDS)

    assert near is not None
    assert near.name == name


@pytest.mark.parametrize("line", ["xyzzy", "12345", "\U0001f937"])
def test_what_is_like_nothing_gets_no_suggestion(line: str) -> None:
    assert nearest(line, COMMANDS) is None
