"""Where requests and tokens a minute are counted: the storages behind the library `limits`.

In memory for one process; for several in Redis, if a URL is set, else in their PostgreSQL. It
takes a tenth of a second to import, so that is done when the first limit is met.
"""

from abc import abstractmethod
from collections import OrderedDict

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter

from core.domain.errors import Refusal
from core.service import rates
from core.service.start import Core
from gateway.rates import CountersAway

PREFIX = "tokenpool"
MOST_SEEN = 10_000
REDIS_SECONDS = 0.5


class Shared(Storage):
    """Counters that other processes use too. What they showed last is remembered for headers."""

    STORAGE_SCHEME = None

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self._seen: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @abstractmethod
    async def add(self, key: str, expiry: int, amount: int) -> tuple[int, float]:
        """Count, and return the count and when its window ends, in seconds since the epoch."""

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        try:
            self._seen[key] = count, _ = await self.add(key, expiry, amount)
        except self.base_exceptions as error:
            raise CountersAway(type(error).__name__) from error
        self._seen.move_to_end(key)
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        return count

    async def get(self, key: str) -> int:
        count, ends = self._seen.get(key, (0, 0.0))
        return count if ends * 1000 > self._core.clock.now_ms() else 0

    async def get_expiry(self, key: str) -> float:
        return self._seen.get(key, (0, 0.0))[1]

    async def reset(self) -> int | None:
        """Forget nothing: the counters are others' too, and end by themselves."""
        return None

    async def close(self) -> None:
        """Give up what it holds open."""


class LedgerWindows(Shared):
    """Counters in the database, by the use case that the core has for them."""

    @property
    def base_exceptions(self) -> type[Exception]:
        return Refusal

    async def add(self, key: str, expiry: int, amount: int) -> tuple[int, float]:
        count, ends_ms = await rates.add(self._core, key, expiry, amount)
        return count, ends_ms / 1000

    async def check(self) -> bool:
        await rates.look(self._core)
        return True

    async def clear(self, key: str) -> None:
        await rates.clear(self._core, key)


class RedisWindows(Shared):
    """Counters in Redis: one round trip each, in one transaction, without a script."""

    def __init__(self, core: Core) -> None:
        from redis import asyncio as redis  # noqa: PLC0415 - an extra
        from redis.exceptions import RedisError  # noqa: PLC0415 - as above

        super().__init__(core)
        self._errors = (RedisError, OSError)
        self._redis = redis.from_url(
            core.settings.rate_limits_url,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
        )

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return self._errors

    async def add(self, key: str, expiry: int, amount: int) -> tuple[int, float]:
        async with self._redis.pipeline(transaction=True) as both:
            both.set(key, 0, ex=expiry, nx=True)
            both.incrby(key, amount)
            both.pttl(key)
            _, count, left_ms = await both.execute()
        return int(count), (self._core.clock.now_ms() + int(left_ms)) / 1000

    async def check(self) -> bool:
        return bool(await self._redis.ping())

    async def clear(self, key: str) -> None:
        await self._redis.delete(key)

    async def close(self) -> None:
        await self._redis.aclose()


class Windows:
    """Fixed windows of a minute, each beginning with its first request."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._limiter = FixedWindowRateLimiter(storage)

    async def hit(self, name: str, amount: int, cost: int) -> bool:
        return await self._limiter.hit(_item(amount), name, cost=cost)

    async def add(self, name: str, amount: int, more: int) -> None:
        """Correct what was counted, by less too."""
        item = _item(amount)
        await self._storage.incr(item.key_for(name), item.get_expiry(), more)

    async def left(self, name: str, amount: int) -> tuple[int, float]:
        """Return what is left of the window, and when it ends, in seconds since the epoch."""
        stats = await self._limiter.get_window_stats(_item(amount), name)
        return stats.remaining, stats.reset_time

    async def close(self) -> None:
        if isinstance(self._storage, Shared):
            await self._storage.close()


def open_windows(core: Core) -> Windows:
    """Return the counters that the settings ask for."""
    if core.settings.rate_limits_url:
        return Windows(RedisWindows(core))
    return Windows(MemoryStorage() if core.database.one_server else LedgerWindows(core))


def _item(amount: int) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(amount, namespace=PREFIX)
