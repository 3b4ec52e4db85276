"""A real core on a real database, driven step by step from code that knows no event loop."""

import asyncio
import shutil
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace
from world.clock import ManualClock
from world.plain import Books, No, Paid, Wish
from world.postgres import execute

from core.calls import Ask, Caller, Denied, Outcome, Receipt, Ticket
from core.domain.balancer import Bound
from core.domain.caps import Cap
from core.domain.errors import Refusal
from core.domain.ledger import Kind
from core.domain.members import Person, Priority, Privacy, Role, Seat, TeamRole
from core.domain.periods import Length
from core.service import spending
from core.service.auditing import audit
from core.service.clock import new_id
from core.service.start import Core
from core.settings import Settings
from core.store.allowances import caps_text
from core.store.database import Database, dialect_of, sqlite_path
from core.store.folio import Rules
from core.store.items import HoldItem, SettleItem
from core.store.statements import Dialect, Insert, Program, Read, Row, columns_of
from core.store.tables import ApiKeyRow, MemberRow, MembershipRow, TeamRow

PEPPER = b"0123456789abcdef" * 2
TEAM = ("id", "name", "slug", "pool_quota", "critical_policy", "critical_percent",
        "vacation_percent", "privacy", "status", "created_ms")  # fmt: skip
KEY = ("id", "member_id", "team_id", "label", "mac", "priority", "privacy", "caps", "created_ms")
T = TypeVar("T")
Answer = Paid | No


@dataclass
class Stage:
    """One database for all examples; each has people of its own, and its own rules."""

    settings: Settings
    runner: asyncio.Runner
    clock: ManualClock = field(default_factory=ManualClock)
    core: Core | None = None

    def play(self, scene: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(scene)

    def start(self, length: str, rollover: int) -> Core:
        """Start a process with these rules; the one before ends without settling anything."""
        if self.core is not None:
            self.play(self.core.database.close())
        self.core = self.play(self._start(length, rollover))
        return self.core

    async def _start(self, length: str, rollover: int) -> Core:
        rules = Rules(PEPPER, Length(length), rollover)
        settings = self.settings.model_copy(update={"period": rules.length})
        database = Database(settings.database_url or "", rules)
        await database.open()
        return Core(settings, database, self.clock, PEPPER, new_id("epoch"))

    def close(self) -> None:
        if self.core is not None:
            self.play(self.core.database.close())


def populate(books: Books) -> Program[None]:
    """Write the people of the books into the database."""
    teams = [
        (name, name, name, team.pool, team.policy, team.critical_percent, team.vacation_percent,
         "standard", "active", 0)
        for name, team in books.teams.items()
    ]  # fmt: skip
    members = [
        (name, name, name, "admin" if member.admin else "member", "active", member.quota,
         "standard", member.away_since, member.away_until, False, 0)
        for name, member in books.members.items()
    ]  # fmt: skip
    seats = [
        (team, name, "manager" if member.manages == team else "member",
         books.teams[team].rights.get(name, "default"), joined)
        for name, member in books.members.items()
        for joined, team in enumerate(member.teams)
    ]  # fmt: skip
    keys = [
        (name, key.member, key.team, name, b"", "critical" if key.critical else "standard",
         "standard", caps_text(tuple(Cap(*cap) for cap in key.caps)), 0)
        for name, key in books.keys.items()
    ]  # fmt: skip
    yield Insert(TeamRow, TEAM, list(teams))
    yield Insert(MemberRow, columns_of(MemberRow), list(members))
    yield Insert(MembershipRow, columns_of(MembershipRow), list(seats))
    yield Insert(ApiKeyRow, KEY, list(keys))


def person(books: Books, name: str) -> Person:
    member = books.members[name]
    seats = tuple(
        Seat(team, TeamRole.MANAGER if member.manages == team else TeamRole.MEMBER)
        for team in member.teams
    )
    return Person(name, Role.ADMIN if member.admin else Role.MEMBER, seats)


def caller(books: Books, name: str, key_id: str = "") -> Caller:
    """Whoever holds a key, as the door would let them in; what it says of the key is not used."""
    return Caller(
        person(books, name), name, name, key_id, None, Priority.STANDARD, Privacy.STANDARD
    )


def ask_of(wish: Wish) -> Ask:
    return Ask(
        call_id=wish.call,
        model="demo",
        bound=Bound(wish.prompt, wish.price, wish.tokens, wish.lower),
        priority=Priority.CRITICAL if wish.critical else Priority.STANDARD,
        team=wish.team,
        idempotency_key=wish.token,
        body_mac=wish.body,
    )


async def hold(core: Core, holder: Caller, wish: Wish) -> Ticket | Refusal:
    """Ask as the pump does; the exact count is known beforehand."""
    ask = ask_of(wish)

    async def exact() -> Bound | None:
        return None if wish.tighter is None else replace(ask.bound, prompt_pico=wish.tighter)

    try:
        return await spending.hold(core, holder, ask, exact)
    except Refusal as refusal:
        return refusal


def hold_item(core: Core, holder: Caller, wish: Wish) -> HoldItem:
    return HoldItem(
        ask_of(wish),
        wish.key,
        holder.id,
        core.period(),
        core.clock.now_ms(),
        core.epoch,
        wide=True,
    )


def outcome(kind: str, cost: int) -> Outcome:
    return Outcome(Kind(kind), 200, cost_micro=cost, estimated=kind == "CAPTURE")


async def batch(
    core: Core, items: list[HoldItem | SettleItem], *, recheck: bool = False
) -> list[object]:
    """Commit exactly these items in one transaction, as the writer does when they queue."""
    return await core.database.run(lambda: core.database.journal(items, recheck=recheck))


async def rows(core: Core, sql: str, *params: str | list[str]) -> list[Row]:
    def program() -> Program[list[Row]]:
        return (yield Read(sql, params))

    return await core.database.read(program())


def paid(ticket: Ticket) -> Paid:
    return Paid(
        ticket.payer.value,
        ticket.amount_micro,
        ticket.output_tokens,
        ticket.row_id,
        ticket.limits,
        tuple((look.payer, look.reason, look.available_micro) for look in ticket.looks),
        ticket.quota_micro,
        ticket.remaining_micro,
        ticket.critical_denied,
    )


def looks_of(denied: Denied) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (look.payer.value, look.reason.value, look.available_micro)
        for look in denied.refused.looks
    )


def receipt(answer: object, *, own: bool) -> tuple[int, int | None]:
    assert isinstance(answer, Receipt), answer
    return answer.cost_micro, answer.remaining_micro if own else None


def hold_of(answer: object) -> tuple[str, str, int, int]:
    """Return what must be the same when a hold is found again after an unknown COMMIT."""
    assert isinstance(answer, Ticket), answer
    return answer.call_id, answer.row_id, answer.amount_micro, answer.output_tokens


MEMORY = Path("/dev/shm")


@contextmanager
def quick(url: str) -> Iterator[str]:
    """Return the same database without waits for the disk: thousands of commits, none lost.

    That commits survive is for the tests that kill; this one is about what they say.
    """
    if dialect_of(url) is Dialect.POSTGRES:
        name = urlsplit(url).path.removeprefix("/")
        asyncio.run(execute(url, f"ALTER DATABASE {name} SET synchronous_commit = off"))
        yield url
        return
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield f"sqlite:///{shutil.copy(sqlite_path(url), folder)}"


@contextmanager
def on_stage(settings: Settings) -> Iterator[Stage]:
    """Open a stage on the settings' database, and audit that database in the end."""
    with quick(settings.database_url or "") as url, asyncio.Runner() as runner:
        stage = Stage(settings.model_copy(update={"database_url": url}), runner)
        try:
            yield stage
            report = stage.play(audit(stage.start("month", 0)))
            assert report.clean, report.findings
        finally:
            stage.close()
