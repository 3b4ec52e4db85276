"""The open streams of this process: few for each browser, and none once the server ends.

A browser opens at most six connections to one host; streams of forgotten tabs must not use them
up, so a new one ends the oldest of its session, whose tab comes back when somebody looks at it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST = 4


@dataclass(slots=True)
class Place:
    """One open stream."""

    news: asyncio.Event
    """Set when there is something to look at."""
    ended: str = ""
    """Why it is over: `elsewhere`, `closing` or `gone`; empty while it is not."""

    def end(self, why: str) -> None:
        self.ended = self.ended or why
        self.news.set()


class Streams:
    """Who listens."""

    def __init__(self) -> None:
        self._closing = False
        self._places: dict[str, list[Place]] = defaultdict(list)

    @contextmanager
    def place(self, cookie: str, news: asyncio.Event) -> Iterator[Place]:
        """Take a place for one stream of a session."""
        place, others = Place(news), self._places[cookie]
        if self._closing:
            place.end("closing")
        others.append(place)
        if len(others) > MOST:
            others[-MOST - 1].end("elsewhere")
        try:
            yield place
        finally:
            others.remove(place)
            if not others:
                self._places.pop(cookie, None)

    def end(self, cookie: str) -> None:
        """End all streams of a session: it is over."""
        for place in self._places.get(cookie, ()):
            place.end("over")

    def close(self) -> None:
        """End all of them, for good: the server waits for open answers before it ends."""
        self._closing = True
        for places in self._places.values():
            for place in places:
                place.end("closing")
