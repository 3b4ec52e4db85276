"""Requests and tokens a minute: which limits count a call, and what is put right afterwards."""

import asyncio
from importlib import util

import pytest
from world.clock import ManualClock

from core.calls import Caller, Outcome, TeamPace
from core.domain.allowance import FREE, Allowance
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind
from core.domain.members import Person, Priority, Privacy, Role, Seat, TeamRole
from core.service.start import Core
from core.settings import Settings, SettingsError
from gateway.pacing import Limit, Pacing, Taken, limits_of
from gateway.rates import RateState, rate_headers
from gateway.windows import LedgerWindows

ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
BLUE, RED = TeamPace("team_b", "blue", 60, None), TeamPace("team_r", "red", None, 900)


def caller(allowance: Allowance = FREE, *paces: TeamPace, key_team: str | None = None) -> Caller:
    """Return somebody of the teams blue, green and red, in this order."""
    seats = tuple(Seat(team, TeamRole.MEMBER) for team in ("team_b", "team_g", "team_r"))
    return Caller(
        person=Person("ann", Role.MEMBER, seats),
        email="ann@x.example",
        name="Ann",
        key_id="k",
        key_team=key_team,
        priority=Priority.STANDARD,
        privacy=Privacy.STANDARD,
        allowance=allowance,
        team_paces=paces,
    )


def names(found: tuple[Limit, ...]) -> list[str]:
    return [one.name for one in found]


@pytest.mark.parametrize(
    ("team", "key_team", "counted"),
    [
        (None, None, ["team:team_b/requests"]),
        ("blue", "team_r", ["team:team_b/requests"]),
        ("team_b", None, ["team:team_b/requests"]),
        (None, "team_r", ["team:team_r/tokens"]),
        ("red", None, ["team:team_r/tokens"]),
        (None, "team_g", []),
        ("team_g", None, []),
        (None, "team_left", ["team:team_b/requests"]),
    ],
)
def test_the_team_of_the_call_counts_it(
    team: str | None, key_team: str | None, counted: list[str]
) -> None:
    """The same team as the hold finds (core.store.holders)."""
    assert names(limits_of(caller(FREE, BLUE, RED, key_team=key_team), team)) == counted


def test_requests_are_asked_before_tokens() -> None:
    found = limits_of(caller(Allowance(rpm=9, tpm=90), BLUE), None)

    assert names(found) == ["key:k/requests", "team:team_b/requests", "key:k/tokens"]
    assert [one.amount for one in found] == [9, 60, 90]
    assert not caller().paced
    assert limits_of(caller(), None) == ()


def test_of_two_limits_of_a_kind_the_tighter_is_told() -> None:
    states = (RateState("requests", 9, 4, 17_000), RateState("requests", 60, 3, 2_600))

    assert rate_headers(states) == [
        (b"x-ratelimit-limit-requests", b"60"),
        (b"x-ratelimit-remaining-requests", b"3"),
        (b"x-ratelimit-reset-requests", b"2.6s"),
    ]


async def take(pacing: Pacing, who: Caller, sent_bytes: int = 4) -> Taken:
    taken = await pacing.take(who, None, sent_bytes)
    assert taken is not None
    return taken


async def refused(pacing: Pacing, who: Caller, sent_bytes: int = 4) -> Refusal:
    with pytest.raises(Refusal) as error:
        await pacing.take(who, None, sent_bytes)
    return error.value


def remaining(taken: Taken) -> int:
    return int(dict(taken.headers)[b"x-ratelimit-remaining-tokens"])


def used(prompt: int, completion: int, kind: Kind = Kind.SETTLE) -> Outcome:
    return Outcome(kind, 200, prompt_tokens=prompt, completion_tokens=completion)


@pytest.fixture
def pacing(core: Core) -> Pacing:
    """In memory on SQLite, in the table on PostgreSQL."""
    return Pacing(core)


async def test_what_was_used_takes_the_place_of_the_estimate(pacing: Pacing) -> None:
    who = caller(Allowance(tpm=1_000))
    first = await take(pacing, who, 1_200)  # 300 tokens
    await first.correct(used(40, 10))
    second = await take(pacing, who, 4)
    await second.correct(used(500, 100))
    third = await take(pacing, who, 4)
    await third.correct(None)
    fourth = await take(pacing, who, 4)
    await fourth.correct(used(0, 0, Kind.CAPTURE))  # nobody knows: the estimate stands
    fifth = await take(pacing, who, 4)

    assert [remaining(one) for one in (first, second, third, fourth, fifth)] == [
        700, 949, 349, 349, 348,
    ]  # fmt: skip


async def test_a_call_that_one_limit_refuses_counts_for_none(pacing: Pacing) -> None:
    who = caller(Allowance(rpm=2, tpm=1_000))
    await take(pacing, who, 3_200)

    error = await refused(pacing, who, 3_200)
    small = await take(pacing, who, 400)

    assert (error.code, error.facts["kind"]) == (Code.RATE_LIMIT_EXCEEDED, "tokens")
    assert dict(small.headers)[b"x-ratelimit-remaining-requests"] == b"0"
    assert remaining(small) == 100
    assert (await refused(pacing, who)).facts["kind"] == "requests"


async def test_as_many_pass_at_once_as_may(pacing: Pacing) -> None:
    who = caller(Allowance(rpm=7))

    results = await asyncio.gather(
        *(pacing.take(who, None, 4) for _ in range(40)), return_exceptions=True
    )

    assert sum(isinstance(one, Taken) for one in results) == 7
    assert sum(isinstance(one, Refusal) for one in results) == 33


@ON_POSTGRES
async def test_a_window_ends_a_minute_after_its_first_call(
    pacing: Pacing, clock: ManualClock
) -> None:
    who = caller(Allowance(rpm=1, tpm=1_000))
    first = await take(pacing, who, 2_000)
    clock.advance(seconds=20)
    error = await refused(pacing, who)
    clock.advance(seconds=40)
    second = await take(pacing, who, 4)
    await first.correct(used(1, 1))  # its window is over: the new one is given nothing
    clock.advance(seconds=60)
    third = await take(pacing, who, 4)

    assert error.facts["retry_after_ms"] == 40_000
    assert error.message.endswith("Please retry in 40s.")
    assert [remaining(one) for one in (second, third)] == [999, 999]


@ON_POSTGRES
async def test_the_table_counts_for_all_who_share_it(core: Core) -> None:
    here, there = LedgerWindows(core), LedgerWindows(core)

    counts = [await one.incr("w", 60, 5) for one in (here, there, here)]
    seen = await there.get("w")
    await here.clear("w")

    assert counts == [5, 10, 15]
    assert seen == 10  # as it showed last there
    assert await here.check()
    assert await there.incr("w", 60) == 1


def test_redis_needs_its_extra(
    core: Core, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = settings.model_copy(update={"rate_limits_url": "redis://127.0.0.1:9/0"})
    monkeypatch.setattr("gateway.pacing.find_spec", lambda name: util.find_spec(f"no_{name}"))

    with pytest.raises(SettingsError, match="extra `redis`"):
        Pacing(Core(there, core.database, core.clock, core.pepper, core.epoch))
