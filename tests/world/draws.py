"""What the machine draws: six people in two teams, and calls they make."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st
from world.plain import Books, Calendar, Key, Member, Team, Wish

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
STARTS_MS = 20_781 * DAY_MS + 12 * HOUR_MS
"""Noon of 24 November 2026."""
ADMIN = 6
PEOPLE = 7
KEYS = 10
SHAPES = [
    (0, 1), (0, 1), (10**6, 16), (10**6 + 1, 100), (10**5, 3000), (7, 2000), (2 * 10**4, 6000),
]  # fmt: skip
"""Picocredits a token, and how many."""

whos = st.integers(0, 5)
"""Users: 0 to 2 sit in team 0, 3 to 5 in team 1, and 2 in both; 0 and 3 manage."""
deciders = st.sampled_from(["manager", "admin"] * 3 + ["self", "stranger"])
holders = st.sampled_from([*range(KEYS), 0, 1, 2, 1, 7, 8, 9])
"""Keys: 0 to 6 are the people's own; 7 and 8 are critical. 1, 7, 8 and 9 may have a cap.

9 counts for the cap of 1 too, which made it.
"""
micros = st.one_of(st.sampled_from([60, 0, 20, 100, 150, 300]), st.integers(0, 300))
pools = st.one_of(st.sampled_from([1_000, 0, 100, 500, 2_000]), st.integers(0, 2_000))
spans = st.one_of(
    st.integers(0, 3 * HOUR_MS),
    st.sampled_from([DAY_MS, 7 * DAY_MS, 31 * DAY_MS, -HOUR_MS]),
    st.integers(0, 40 * DAY_MS),
)


@dataclass(frozen=True)
class Setting:
    """Where an example begins."""

    length: str
    rollover: int
    quotas: list[int]
    pools: list[int]
    policies: list[str]
    percents: list[int]
    caps: list[int | None]
    away: list[int]
    back_after: int | None

    def books(self, mark: str) -> Books:
        """Return the books of an example whose ids all contain `mark`."""
        books = Books(Calendar(self.length), self.rollover, STARTS_MS)
        names, teams = [f"{mark}u{n}" for n in range(PEOPLE)], [f"{mark}t{n}" for n in range(2)]
        for n, team in enumerate(teams):
            rights = {names[1]: "listed", names[4]: "listed", names[5]: "stopped"}
            books.teams[team] = Team(
                self.pools[n], self.policies[n], self.percents[n], self.percents[n + 2], rights
            )
        for n, name in enumerate(names):
            seats = [] if n == ADMIN else [teams[n // 3], *([teams[1]] if n == 2 else [])]
            manages = seats[0] if n in {0, 3} else ""
            books.members[name] = Member(self.quotas[n], seats, manages, admin=n == ADMIN)
            if n in self.away:
                books.members[name].away_since = 0
                books.members[name].away_until = self.back_after and STARTS_MS + self.back_after
            books.keys[f"{mark}k{n}"] = Key(name)
        caps = [self.capped(f"{mark}k{key}", n) for n, key in enumerate([1, 7, 8, 9])]
        books.keys[f"{mark}k1"].caps = caps[0]
        books.keys[f"{mark}k7"] = Key(names[2], caps[1], critical=True, team=teams[1])
        books.keys[f"{mark}k8"] = Key(names[0], caps[2], critical=True)
        books.keys[f"{mark}k9"] = Key(names[1], caps[0] + caps[3])
        return books

    def capped(self, key: str, n: int) -> tuple[tuple[str, int], ...]:
        cap = self.caps[n]
        return () if cap is None else ((key, cap),)


def _lists(values: st.SearchStrategy[int], size: int) -> st.SearchStrategy[list[int]]:
    return st.lists(values, min_size=size, max_size=size)


settings_of_examples = st.builds(
    Setting,
    st.sampled_from(["month", "week", "day"]),
    st.sampled_from([0, 0, 50]),
    _lists(micros, PEOPLE),
    _lists(pools, 2),
    st.lists(
        st.sampled_from(["everyone", "everyone", "listed", "nobody"]), min_size=2, max_size=2
    ),
    _lists(st.sampled_from([10, 10, 11, 50]), 4),
    st.lists(st.sampled_from([50, None, 5, 20, 100]), min_size=4, max_size=4),
    st.sampled_from([[], [1], [4], [1, 4]]),
    st.sampled_from([None, 2 * HOUR_MS]),
)


def decider_of(who: str, requester: int) -> int:
    """Return who that is to a requester: the manager of their team, the other team's, …"""
    manager = 3 * (requester // 3)
    return {"manager": manager, "admin": ADMIN, "self": requester, "stranger": 3 - manager}[who]


@dataclass(frozen=True)
class Draft:
    """A call before it has ids."""

    key: int
    wish: Wish
    team: int | None = None

    def named(self, mark: str, call: str) -> Wish:
        team = None if self.team is None else f"{mark}t{self.team}"
        return replace(self.wish, call=call, key=f"{mark}k{self.key}", team=team)


@st.composite
def drafts(draw: st.DrawFn, *, idempotent: bool = True) -> Draft:
    price, tokens = draw(st.sampled_from(SHAPES))
    prompt = draw(st.sampled_from([40, 1, 5, 10, 20, 70, 100, 150])) * 10**6
    prompt -= draw(st.sampled_from([0, 0, 1, 999_999]))
    wish = Wish("", "", prompt, price, tokens, critical=draw(st.booleans()))
    if idempotent:
        tighter = draw(st.one_of(st.none(), st.integers(0, prompt)))
        token = draw(st.sampled_from([None, None, "a", "b"]))
        body = draw(st.sampled_from([b"x", b"x", b"y"])) if token else b""
        lower = tokens > 1000 and draw(st.sampled_from([True, True, False]))
        wish = replace(wish, lower=lower, tighter=tighter, token=token, body=body)
    return Draft(draw(holders), wish, draw(st.sampled_from([None] * 8 + [0, 1])))


@dataclass(frozen=True)
class Ending:
    """How a hold ends: which, how, and what it cost, in per cent of the hold and one more."""

    hold: int
    kind: str
    percent: int
    more: int
    again: bool
    """Whether it may be one that has ended."""

    def cost(self, amount: int) -> int:
        return amount * self.percent // 100 + self.more if self.kind == "SETTLE" else 0


endings = st.builds(
    Ending,
    st.integers(0, 1_000),
    st.sampled_from(["SETTLE", "SETTLE", "SETTLE", "VOID", "CAPTURE"]),
    st.sampled_from([0, 30, 100, 100, 160]),
    st.sampled_from([0, 0, 1, 50]),
    st.sampled_from([False, False, True]),
)
