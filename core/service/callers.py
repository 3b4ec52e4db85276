"""Memories of one process about API keys: they may admit a caller, never decide about money."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.service.waiting import Flights
from core.store.keyring import Known

TTL_SECONDS = 5.0
MOST_KEYS = 10_000
WINDOW_SECONDS = 60.0
MOST_FAILURES = 20
MOST_ADDRESSES = 10_000
MINUTE_MS = 60_000
V6_HOST_BITS = 64
"""One customer usually has a whole /64, so that is what counts as an address."""


@dataclass(frozen=True, slots=True)
class _Entry:
    mac: bytes
    caller: Caller
    until: float
    expires_ms: int | None
    round: int
    """How often all had been forgotten before."""


class Callers:
    """Keys that were valid a moment ago, by public id, compared by MAC in constant time.

    Times named `at` are seconds of a monotonic clock.
    """

    def __init__(self, most: int = MOST_KEYS) -> None:
        self._most = most
        self._entries: dict[str, _Entry] = {}
        self._round = 0
        self._used: dict[str, int] = {}
        self._written: dict[str, int] = {}
        self.flights: Flights[Known | None] = Flights()
        """Keys that are being read, by public id."""

    def find(self, key_id: str, mac: bytes, at: float, now_ms: int) -> Caller | None:
        """Return the caller if this very key was seen to be valid in the last five seconds."""
        entry = self._entries.get(key_id)
        if entry is None or not hmac.compare_digest(entry.mac, mac):
            return None
        if at >= entry.until or entry.round != self._round:
            return None
        expired = entry.expires_ms is not None and entry.expires_ms <= now_ms
        return None if expired else entry.caller

    def recognises(self, key_id: str, mac: bytes) -> bool:
        """Return whether this very key was valid once, however long ago."""
        entry = self._entries.get(key_id)
        return entry is not None and hmac.compare_digest(entry.mac, mac)

    def keep(self, caller: Caller, mac: bytes, at: float, expires_ms: int | None) -> None:
        self._entries.pop(caller.key_id, None)
        if len(self._entries) >= self._most:
            del self._entries[next(iter(self._entries))]
        self._entries[caller.key_id] = _Entry(
            mac, caller, at + TTL_SECONDS, expires_ms, self._round
        )

    def forget_all(self) -> None:
        """Let every key be read again: somebody's rights have changed. They stay recognised."""
        self._round += 1

    def use(self, key_id: str, now_ms: int) -> None:
        """Note that a key was used, to the minute."""
        minute_ms = now_ms - now_ms % MINUTE_MS
        if self._written.get(key_id) != minute_ms:
            self._used[key_id] = minute_ms

    def take_used(self) -> Mapping[str, int]:
        """Return the uses that were not taken before; each key and minute is told once."""
        used, self._used = self._used, {}
        if len(self._written) + len(used) > self._most:
            self._written.clear()
        self._written.update(used)
        return used


class Guesses:
    """Failed keys by client address: at most 20 a minute (F-92)."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}

    def failed(self, address: str, at: float) -> None:
        """Count a failure; Refusal once there were too many within the minute."""
        self.check(address, at)
        network = _network(address)
        began, count = self._windows.pop(network, (at, 0))
        if at - began >= WINDOW_SECONDS:
            began, count = at, 0
        if len(self._windows) >= MOST_ADDRESSES:
            del self._windows[next(iter(self._windows))]
        self._windows[network] = (began, count + 1)

    def check(self, address: str, at: float) -> None:
        """Raise a Refusal if this address has failed too often within the minute."""
        if wait_ms := self.too_many(address, at):
            raise Refusal(
                Code.RATE_LIMIT_EXCEEDED,
                "Too many requests with a wrong key came from this address. Please wait a minute.",
                facts={"retry_after_ms": wait_ms},
            )

    def too_many(self, address: str, at: float) -> int:
        """Return for how many milliseconds this address must wait, 0 if it need not."""
        if not self._windows:
            return 0
        began, count = self._windows.get(_network(address), (at, 0))
        wait = began + WINDOW_SECONDS - at
        return int(wait * 1000) + 1 if count >= MOST_FAILURES and wait > 0 else 0


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> V6_HOST_BITS:x}/64"
