"""Connections to PostgreSQL that break at the n-th statement, in a process that lives on."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

STATEMENTS = ("execute", "fetch", "fetchval")


@dataclass(slots=True)
class Breaker:
    """Breaks a connection once, right before its n-th statement or when that has been done."""

    n: int
    late: bool
    met: bool = False
    _seen: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def wrap(self, plain: Any) -> Any:
        async def counted(connection: Any, *arguments: Any, **named: Any) -> Any:
            now = next(self._seen) == self.n
            if now and not self.late:
                self._break(connection)
            answer = await plain(connection, *arguments, **named)
            if now:
                self._break(connection)
            return answer

        return counted

    def _break(self, connection: Any) -> None:
        self.met = True
        connection.terminate()
        raise ConnectionResetError


@contextmanager
def breaking(n: int, *, late: bool) -> Iterator[Breaker]:
    breaker = Breaker(n, late)
    plain = {name: getattr(asyncpg.Connection, name) for name in STATEMENTS}
    try:
        for name in STATEMENTS:
            setattr(asyncpg.Connection, name, breaker.wrap(plain[name]))
        yield breaker
    finally:
        for name in STATEMENTS:
            setattr(asyncpg.Connection, name, plain[name])
