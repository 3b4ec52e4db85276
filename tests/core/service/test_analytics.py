"""Usage: every sum equals a plain sum over the same calls, and nobody sees what is not theirs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world.clock import STARTS_MS, ManualClock
from world.people import Town
from world.reports import Made, hold, make, person, settle

from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind
from core.domain.members import Person
from core.domain.periods import Length, period_at
from core.domain.spans import DAY_MS
from core.service.analytics import By, Question, find_span, usage
from core.service.start import Core
from core.views import UsageView

MANAGER = person("mia", "red", manages=("blue",))
ADMIN = person("root", admin=True)
MEMBERS = {"ada": ("blue",), "bob": ("red",), "cyd": ("blue", "red"), "dan": (), "mia": ("red",)}


@dataclass(frozen=True, slots=True)
class Known:
    """A call as the test remembers it."""

    made: Made
    team: str
    period: str
    ended_ms: int


Keep = Callable[[Known], bool]
_known: dict[str, list[Known]] = {}


@pytest.fixture
async def town(core: Core, clock: ManualClock) -> Town:
    town = Town(core.database, core.database.journal.rules, clock)
    for team in ("blue", "red"):
        await town.team(team, pool=10**9)
    for name, teams in MEMBERS.items():
        await town.member(name, 10**9, team=teams[0] if teams else None)
    await town.query("INSERT INTO membership SELECT 'red', 'cyd', 'member', 'default', 1"
                     " FROM team WHERE id = 'red' RETURNING team_id")  # fmt: skip
    return town


async def ask(core: Core, asker: Person, by: By = By.DAY, **more: str | bool) -> UsageView:
    period, team = str(more.get("period", "")), more.get("team")
    span = find_span(core, period)
    question = Question(by, span, str(team) if team else None, bool(more.get("mine")))
    return await usage(core, asker, question)


def key_of(by: By, one: Known, ends_ms: int) -> str:
    match by:
        case By.DAY:
            at = datetime.fromtimestamp(min(one.ended_ms, ends_ms - 1) / 1000, UTC)
            return f"{at:%Y-%m-%d}"
        case By.MODEL:
            return one.made.model
        case By.MEMBER:
            return one.made.member
        case By.TEAM:
            return one.team
        case By.PAYER:
            return "own"


def summed(by: By, calls: list[Known], ends_ms: int) -> dict[str, tuple[int, int, int, int]]:
    """Add up in plain Python what the view should say."""
    sums: dict[str, tuple[int, int, int, int]] = {}
    for one in calls:
        if one.made.kind is not Kind.VOID:
            key, made = key_of(by, one, ends_ms), one.made
            n, p, c, cost = sums.get(key, (0, 0, 0, 0))
            sums[key] = (n + 1, p + made.prompt, c + made.completion, cost + made.cost)
    return sums


def lines(view: UsageView) -> dict[str, tuple[int, int, int, int]]:
    return {
        line.group: (line.calls, line.prompt_tokens, line.completion_tokens, line.cost_micro)
        for line in view.lines
    }


def total(sums: Iterator[tuple[int, int, int, int]]) -> tuple[int, ...]:
    columns = list(zip(*sums, strict=True)) or [(0,)] * 4
    return tuple(sum(column) for column in columns)


CALLS = st.lists(
    st.tuples(
        st.sampled_from(sorted(MEMBERS)),
        st.integers(0, 10**6),
        st.integers(0, 10**5),
        st.integers(0, 10**5),
        st.sampled_from(["demo", "gpt-5", "claude"]),
        st.sampled_from([Kind.SETTLE, Kind.SETTLE, Kind.VOID]),
        st.floats(0, 40),
    ),
    max_size=8,
)
ASKERS: list[tuple[Person, dict[str, str | bool], Keep]] = [
    (person("ada", "blue"), {}, lambda k: k.made.member == "ada"),
    (person("cyd", "red"), {"team": "red"}, lambda k: (k.made.member, k.team) == ("cyd", "red")),
    (person("dan"), {}, lambda k: k.made.member == "dan"),
    (MANAGER, {}, lambda k: k.made.member == "mia" or k.team == "blue"),
    (MANAGER, {"team": "blue"}, lambda k: k.team == "blue"),
    (MANAGER, {"team": "red"}, lambda k: (k.made.member, k.team) == ("mia", "red")),
    (MANAGER, {"mine": True}, lambda k: k.made.member == "mia"),
    (ADMIN, {}, lambda _: True),
    (ADMIN, {"team": "red"}, lambda k: k.team == "red"),
    (ADMIN, {"mine": True}, lambda _: False),
]  # fmt: skip
"""Who asks, for what, and which calls that must cover."""


@given(CALLS)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_view_is_the_plain_sum_of_the_calls_the_asker_may_see(
    core: Core,
    town: Town,
    clock: ManualClock,
    calls: list[tuple[str, int, int, int, str, Kind, float]],
) -> None:
    """The examples share one database: each adds its calls to those before it."""
    known = _known.setdefault(core.epoch, [])
    clock.ms = STARTS_MS
    for member, cost, prompt, completion, model, kind, days in calls:
        clock.ms = STARTS_MS + int(days * DAY_MS)
        teams = MEMBERS[member]
        team = teams[-1] if teams else None
        made = Made(member, cost, prompt, completion, model, team, kind=kind, held=cost + 1)
        await make(town, made)
        known.append(Known(made, made.team or "", town.period.name, clock.ms))

    clock.ms = STARTS_MS + 20 * DAY_MS
    for name in ("2026-11", "current", "2027-01", "week", "30d"):
        span = find_span(core, name)
        within = [
            one
            for one in known
            if (
                one.period == span.name
                if span.settled
                else _inside(one, span.starts_ms, span.ends_ms)
            )
        ]
        for asker, more, keep in ASKERS:
            seen = [one for one in within if keep(one)]
            for by in By:
                view = await ask(core, asker, by, period=name, **more)

                assert lines(view) == summed(by, seen, span.ends_ms)
                totals = (view.calls, view.prompt_tokens, view.completion_tokens, view.cost_micro)
                assert totals == total(iter(lines(view).values()))


def _inside(one: Known, starts_ms: int, ends_ms: int) -> bool:
    return starts_ms <= one.ended_ms < ends_ms


async def test_the_costs_of_a_period_are_what_its_balances_spent(
    core: Core, town: Town, clock: ManualClock
) -> None:
    late = await hold(town, Made("ada", held=500))
    await make(town, Made("ada", cost=120, held=200))
    await make(town, Made("ada", kind=Kind.CAPTURE, held=70))
    clock.ms = period_at(clock.ms, Length.MONTH).ends_ms + 60_000
    await settle(town, late, Made("ada", cost=300))

    view = await ask(core, person("ada"), By.DAY, period="2026-11")

    _, _, spent = await town.standing("user:ada/2026-11")
    assert view.cost_micro == spent == 490
    assert [line.group for line in view.lines] == ["2026-11-24", "2026-11-30"]
    assert (await ask(core, person("ada"))).calls == 0


async def test_names_are_told_and_the_dearest_comes_first(core: Core, town: Town) -> None:
    await town.query("UPDATE member SET name = 'Ada L.' WHERE id = 'ada' RETURNING id")
    await make(town, Made("ada", cost=10, team="blue"))
    await make(town, Made("dan", cost=20))

    by_member = await ask(core, ADMIN, By.MEMBER)
    by_team = await ask(core, ADMIN, By.TEAM)

    assert [(line.group, line.name) for line in by_member.lines] == [
        ("dan", "dan"),
        ("ada", "Ada L."),
    ]
    assert [(line.group, line.name) for line in by_team.lines] == [
        ("", "(no team)"),
        ("blue", "blue"),
    ]


async def test_the_payers_are_told_apart(core: Core, town: Town) -> None:
    await town.query("UPDATE member SET personal_quota = 100 RETURNING id")
    await make(town, Made("ada", cost=100))
    await make(town, Made("ada", cost=30, critical=True))
    await town.leave("cyd")
    await make(town, Made("ada", cost=7))

    view = await ask(core, person("ada", "blue"), By.PAYER)

    assert [(line.group, line.cost_micro) for line in view.lines] == [
        ("own", 100),
        ("critical", 30),
        ("vacation", 7),
    ]


async def test_what_one_member_sees_does_not_change_by_what_another_does(
    core: Core, town: Town
) -> None:
    await make(town, Made("ada", cost=10))
    before = [await ask(core, person("ada", "blue"), by) for by in By]
    await make(town, Made("cyd", cost=999, team="blue"))
    await make(town, Made("bob", cost=999))

    assert [await ask(core, person("ada", "blue"), by) for by in By] == before


@pytest.mark.parametrize("team", ["red", "green", "bl\0ue", "bl\udc80ue", "x" * 101, "blu'e"])
async def test_a_foreign_team_is_refused_as_one_that_does_not_exist(
    core: Core, town: Town, team: str
) -> None:
    assert await town.query("SELECT 1")
    with pytest.raises(Refusal) as refused:
        await ask(core, person("ada", "blue"), team=team)

    assert refused.value.code is Code.NOT_FOUND
    assert refused.value.message == f"There is no such team: {team}."


@pytest.mark.parametrize(
    ("period", "starts", "ends"),
    [
        ("soon", None, None),
        ("", STARTS_MS, STARTS_MS),
        ("", STARTS_MS + 1, None),
        ("", 0, STARTS_MS),
        ("2026-11", STARTS_MS - 1, None),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused(
    core: Core, period: str, starts: int | None, ends: int | None
) -> None:
    with pytest.raises(Refusal) as refused:
        find_span(core, period, starts, ends)

    assert refused.value.code is Code.INVALID_FIELD


async def test_a_span_between_two_times_defaults_to_thirty_days_until_now(core: Core) -> None:
    both = find_span(core, "", STARTS_MS - DAY_MS, STARTS_MS)
    since = find_span(core, "", STARTS_MS - 3 * DAY_MS)
    until = find_span(core, "", None, STARTS_MS - 5 * DAY_MS)

    assert (both.starts_ms, both.ends_ms) == (STARTS_MS - DAY_MS, STARTS_MS)
    assert (since.starts_ms, since.ends_ms) == (STARTS_MS - 3 * DAY_MS, STARTS_MS)
    assert (until.starts_ms, until.ends_ms) == (STARTS_MS - 35 * DAY_MS, STARTS_MS - 5 * DAY_MS)
