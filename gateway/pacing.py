"""Requests and tokens a minute of keys and teams, where they have such limits.

Counted are calls that are about to be sent, and tokens: a quarter of the request's bytes at first,
and what the provider counted once the call has ended. They are no money: while the counters are
away, calls pass.
"""

import asyncio
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Protocol

import structlog

from core.calls import Caller, Outcome
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind
from core.service.start import Core
from core.settings import SettingsError
from gateway.rates import CountersAway, Headers, RateState, duration, rate_headers

PATIENCE_SECONDS = 0.5
QUIET_SECONDS = 60.0
MINUTE_MS = 60_000
EDGE_MS = 1_000
"""So close to its end a window is not given anything back: it may be the next one already."""
BYTES_PER_TOKEN = 4
REQUESTS, TOKENS = "requests", "tokens"

log = structlog.get_logger("tokenpool.limits")


class Windows(Protocol):
    """Counters by name; see gateway.windows."""

    async def hit(self, name: str, amount: int, cost: int) -> bool: ...
    async def add(self, name: str, amount: int, more: int) -> None: ...
    async def left(self, name: str, amount: int) -> tuple[int, float]: ...
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests or tokens a minute, of a key or a team."""

    kind: str
    subject: str
    amount: int

    @property
    def name(self) -> str:
        return f"{self.subject}/{self.kind}"

    def cost(self, tokens: int) -> int:
        """Return what a call counts; one that exceeds the limit alone passes when it is alone."""
        return 1 if self.kind == REQUESTS else min(tokens, self.amount)


@dataclass(frozen=True, slots=True)
class Counted:
    """What one call has counted of one limit."""

    limit: Limit
    cost: int
    ends_ms: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What a call has counted, and the headers that tell it."""

    pacing: "Pacing"
    counted: tuple[Counted, ...]
    headers: Headers

    async def correct(self, outcome: Outcome | None) -> None:
        """Count the tokens that were used instead of the estimate; None: nothing was sent."""
        used = 0
        if outcome is not None and outcome.kind is not Kind.VOID:
            used = outcome.prompt_tokens + outcome.completion_tokens
            if not used:
                return  # nobody knows, so the estimate stands
        await self.pacing.correct(self.counted, used)


@dataclass(slots=True)
class Pacing:
    """The counters of this process, opened when the first limit is met."""

    core: Core
    _windows: Windows | None = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _quiet_until: float = 0.0

    def __post_init__(self) -> None:
        if self.core.settings.rate_limits_url and find_spec("redis") is None:
            raise SettingsError("TOKENPOOL_RATE_LIMITS_URL needs TokenPool's extra `redis`.")

    async def take(self, caller: Caller, team: str | None, sent_bytes: int) -> Taken | None:
        """Count a call, or refuse it; None if nothing limits it, or the counters are away."""
        limits = limits_of(caller, team)
        if not limits:
            return None
        windows = await self._opened()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._take(windows, limits, max(1, sent_bytes // BYTES_PER_TOKEN))
        except (CountersAway, TimeoutError) as error:
            self._away(error)
            return None

    async def correct(self, counted: tuple[Counted, ...], used: int) -> None:
        """Count what was used; what was counted too much is given back to its own window only."""
        windows, now = await self._opened(), self.core.clock.now_ms()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for one in counted:
                    more = used - one.cost
                    if one.limit.kind == TOKENS and (more > 0 or now < one.ends_ms - EDGE_MS):
                        await windows.add(one.limit.name, one.limit.amount, more)
        except (CountersAway, TimeoutError) as error:
            self._away(error)

    async def close(self) -> None:
        if self._windows is not None:
            await self._windows.close()

    async def _take(self, windows: Windows, limits: tuple[Limit, ...], tokens: int) -> Taken:
        hits: list[Limit] = []
        for limit in limits:
            hits.append(limit)
            if not await windows.hit(limit.name, limit.amount, limit.cost(tokens)):
                for one in hits:
                    if one.kind == TOKENS or one is not limit:
                        await windows.add(one.name, one.amount, -one.cost(tokens))
                states = [await self._state(windows, one) for one in limits]
                raise _refusal(limit, states[limits.index(limit)], states)
        states = [await self._state(windows, one) for one in limits]
        now = self.core.clock.now_ms()
        return Taken(
            self,
            tuple(
                Counted(one, one.cost(tokens), now + state.reset_ms)
                for one, state in zip(limits, states, strict=True)
            ),
            rate_headers(states),
        )

    async def _state(self, windows: Windows, limit: Limit) -> RateState:
        remaining, ends = await windows.left(limit.name, limit.amount)
        reset_ms = int(ends * 1000) - self.core.clock.now_ms()
        reset_ms = min(max(reset_ms, 0), MINUTE_MS)
        return RateState(limit.kind, limit.amount, min(remaining, limit.amount), reset_ms)

    async def _opened(self) -> Windows:
        async with self._opening:
            if self._windows is None:
                self._windows = await asyncio.to_thread(_windows_of, self.core)
        return self._windows

    def _away(self, error: Exception) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until:
            self._quiet_until = now + QUIET_SECONDS
            log.warning("rate_limits_away", error=str(error) or type(error).__name__)


def limits_of(caller: Caller, team: str | None) -> tuple[Limit, ...]:
    """Return what limits this caller's calls for that team, requests first."""
    own = caller.allowance
    found = [(f"key:{caller.key_id}", own.rpm, own.tpm)]
    wanted = team or _team_of(caller)
    found += [
        (f"team:{pace.team_id}", pace.rpm, pace.tpm)
        for pace in caller.team_paces
        if wanted in {pace.team_id, pace.slug}
    ]
    return (
        *(Limit(REQUESTS, subject, rpm) for subject, rpm, _ in found if rpm is not None),
        *(Limit(TOKENS, subject, tpm) for subject, _, tpm in found if tpm is not None),
    )


def _team_of(caller: Caller) -> str | None:
    """Return the team of a call that names none, as the hold will find it."""
    teams = [seat.team_id for seat in caller.seats]
    if caller.key_team in teams:
        return caller.key_team
    return teams[0] if teams else None


def _refusal(limit: Limit, state: RateState, states: list[RateState]) -> Refusal:
    wait_ms = max(1, state.reset_ms)
    whose = "your team's " if limit.subject.startswith("team:") else ""
    return Refusal(
        Code.RATE_LIMIT_EXCEEDED,
        f"Rate limit reached for {whose}{limit.kind} per minute."
        f" Please retry in {duration(wait_ms)}.",
        facts={"kind": limit.kind, "retry_after_ms": wait_ms, "states": states},
    )


def _windows_of(core: Core) -> Windows:
    from gateway.windows import open_windows  # noqa: PLC0415 - the library takes 120 ms

    return open_windows(core)
