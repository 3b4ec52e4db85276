"""Throws bent requests at the whole application, and watches what it answers, logs and keeps."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import structlog
from starlette.types import ASGIApp, Message
from structlog.typing import EventDict
from world.fuzz import Bender, Thrown
from world.whole import Whole

from core.domain.members import Status
from core.service import approving, keys, teaming
from core.service.keys import KeyTerms
from core.service.teaming import TeamChange

AT_ONCE = 8
BETWEEN = 200
"""So many requests, then what they revoked, decided and disabled is made anew."""
PAGE_BYTES = 4096
HANGS_SECONDS = 20
SPARE = "spare"
NUMBERS = count(1)


@dataclass(slots=True)
class Seen:
    """What came of it: answers by status, the worst of them, and complaints in the log."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    grown_bytes: int = 0

    def note(self, thrown: Thrown, status: int) -> None:
        self.statuses[status] += 1
        if status >= 500:
            self.faults.append(f"{status} {thrown}")


async def throw(whole: Whole, many: int, seed: int) -> Seen:
    """Throw so many requests as members, managers and the administrator."""
    seen, luck = Seen(), Random(seed)
    names = (*("ana",) * 6, "mona", "mona", "rosa", "finn", "admin", "revoked", "wrong")
    bender = Bender(seed, tuple(whole.keys[name] for name in names), whole.keys["admin"])
    resident = 0
    with listening(seen.logged):
        for begun in range(0, many, BETWEEN):
            bender.ids = await _fresh(whole)
            for _ in range(0, min(BETWEEN, many - begun), AT_ONCE):
                batch = list(bender.requests(min(AT_ONCE, many - begun)))
                found = await asyncio.gather(*(ask(whole.door, one, luck) for one in batch))
                for thrown, status in zip(batch, found, strict=True):
                    seen.note(thrown, status)
            resident = resident or resident_bytes()
    seen.grown_bytes = resident_bytes() - resident
    return seen


async def ask(app: ASGIApp, thrown: Thrown, luck: Random) -> int:
    """Hand one request to the application as uvicorn would; return the status."""
    pieces = [thrown.body]
    if luck.random() < 0.2:
        at = luck.randrange(len(thrown.body) + 1)
        pieces = [thrown.body[:at], b"", thrown.body[at:]]
    left = luck.random() < 0.01
    incoming: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    statuses: list[int] = []

    async def receive() -> Message:
        if incoming:
            return incoming.pop(0)
        if not left:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async with asyncio.timeout(HANGS_SECONDS):
        await app(scope_of(thrown, luck), receive, send)
    return statuses[0] if statuses else 0


def scope_of(thrown: Thrown, luck: Random) -> MutableMapping[str, Any]:
    address = f"10.{luck.randrange(256)}.{luck.randrange(256)}.{luck.randrange(256)}"
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": thrown.method.upper(), "scheme": "http", "root_path": "",
        "path": unquote(thrown.raw_path.decode("ascii")), "raw_path": thrown.raw_path,
        "query_string": thrown.query, "headers": thrown.headers,
        "client": (address, 1), "server": ("127.0.0.1", 8000), "state": {}, "extensions": {},
    }  # fmt: skip


@contextmanager
def listening(heard: list[str]) -> Iterator[None]:
    """Note every event of our log from `error` on, and all that asyncio and libraries warn of."""

    def processor(_logger: object, method: str, event: EventDict) -> str:
        if method in {"error", "critical", "exception"}:
            heard.append(str(event))
        raise structlog.DropEvent

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    ear, before = Ear(logging.WARNING), structlog.get_config()
    logging.getLogger().addHandler(ear)
    structlog.configure(processors=[processor])
    try:
        yield
    finally:
        structlog.configure(**before)
        logging.getLogger().removeHandler(ear)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


async def _fresh(whole: Whole) -> dict[str, str]:
    """Return ids of things that get used up, and thaw the team."""
    office, core, team = whole.office, whole.office.core, whole.ids["team_id"]
    ana = whole.people["ana"]
    thawed = TeamChange(status=Status.ACTIVE)
    await teaming.update_team(core, office.admin.person, team, thawed)
    victim = await office.member(f"victim{next(NUMBERS)}", 1_000, team)
    for view in await keys.list_keys(core, ana.person, ana.id):
        if view.label == SPARE and view.state != "revoked":
            await keys.revoke_key(core, ana.person, view.id)
    spare = await keys.new_key(core, ana.person, ana.id, KeyTerms(SPARE))
    request = await approving.request_more(core, ana.caller, 50, "demo")
    changing = {"user_id": victim.id, "key_id": spare.id, "approval_id": request.id}
    return {**whole.ids, **changing}
