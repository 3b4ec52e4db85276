"""An office with chat accounts, a vendor they are on, and a courier that works when it is told."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from world.clock import ManualClock
from world.office import Office, Somebody, ask, open_office
from world.vendor import HttpVendor, Vendor, vending

from bots.courier import Courier
from core.domain.notifying import Kind
from core.service.start import Core
from core.store import notices
from core.store.acts import Act
from core.store.chat_tables import IdentityLinkRow
from core.store.notices import Notice
from core.store.statements import Program, insert
from core.views import ApprovalView

PLATFORMS = ("slack", "telegram", "web")
SECONDS = 10


@dataclass(slots=True)
class Mailroom:
    """Whoever waits for the courier calls `work`; the clock is moved by hand."""

    office: Office
    vendors: dict[str, Vendor]
    transports: dict[str, HttpVendor]
    courier: Courier
    down: set[str] = field(default_factory=set)
    """Platforms that have not been started."""
    _links: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def core(self) -> Core:
        return self.office.core

    @property
    def clock(self) -> ManualClock:
        return self.office.clock

    @property
    def slack(self) -> Vendor:
        return self.vendors["slack"]

    @property
    def telegram(self) -> Vendor:
        return self.vendors["telegram"]

    @property
    def web(self) -> Vendor:
        return self.vendors["web"]

    async def account(self, who: Somebody, platform: str = "slack") -> str:
        """Give somebody an account; return its place at the vendor."""
        number = next(self._links)
        place = f"{platform[0].upper()}{number}"
        row = IdentityLinkRow(
            platform=platform, tenant="", external_id=f"u{number}", id=f"lnk_{number}",
            member_id=who.id, name="", address=place, linked_ms=self.clock.ms + number, seen_ms=0,
        )  # fmt: skip

        def program() -> Program[None]:
            yield insert(row)

        await self.core.database.run(program)
        return place

    async def person(self, name: str, platform: str = "slack") -> tuple[Somebody, str]:
        """Hire somebody with one account; return them and its place."""
        who = await self.office.member(name)
        return who, await self.account(who, platform)

    async def manager(self, team: str, name: str, *platforms: str) -> Somebody:
        """Hire a manager with accounts on these platforms."""
        who = await self.office.member(name, team=team, manages=True)
        for platform in platforms:
            await self.account(who, platform)
        return who

    async def asked(self, team: str, *platforms: str) -> tuple[Somebody, ApprovalView]:
        """Let ann ask bob, who manages the team and has a card of it on these platforms."""
        bob = await self.manager(team, "bob", *platforms)
        ann = await self.office.member("ann", team=team)
        request = await ask(self.office, ann)
        await self.work()
        return bob, request

    async def copies(self) -> list[tuple[int, bool]]:
        """Return which revision each copy shows, and whether it can still change."""
        sql = "SELECT rendered_rev, live FROM card_ref ORDER BY id"
        return [(row[0], bool(row[1])) for row in await self.office.rows(sql)]

    async def tell(self, who: Somebody, *events: str, kind: Kind = Kind.THANKS) -> None:
        """Write notices of these events, each in a transaction of its own."""
        act = Act("evt_test", "clock", self.clock.ms)
        payload = {"since": self.clock.ms - 1000, "until": self.clock.ms}
        for event in events:
            notice = Notice(kind, event, who.id, payload)
            await self.core.database.run(partial(notices.tell, act, notice, [who.id]))

    async def work(self) -> None:
        """Do all that is due now."""
        while await self.courier.turn():
            await self.courier.drain(SECONDS)

    async def work_on(self, *, hours: float = 0, seconds: float = 0, step: float = 1) -> None:
        """Let time pass in steps of so many seconds, and do what is due at each."""
        for _ in range(int((hours * 3600 + seconds) / step)):
            self.clock.advance(seconds=step)
            await self.work()

    async def states(self, who: Somebody) -> list[str]:
        """Return how the notices to somebody stand, in order."""
        sql = "SELECT state FROM outbox WHERE member_id = :1 ORDER BY no"
        return [row[0] for row in await self.office.rows(sql, who.id)]


@asynccontextmanager
async def opened(core: Core, clock: ManualClock, *, gap: float = 0.0) -> AsyncIterator[Mailroom]:
    """Open a mailroom whose platforms are all up."""
    async with AsyncExitStack() as stack:
        vendors = {name: await stack.enter_async_context(vending()) for name in PLATFORMS}
        transports = {
            name: HttpVendor(name, vendor.base, gap=gap, seconds=SECONDS)
            for name, vendor in vendors.items()
        }
        for transport in transports.values():
            await transport.start()
            stack.push_async_callback(transport.stop)
        down: set[str] = set()
        courier = Courier(core, transports, lambda name: name not in down)
        office = await open_office(core, clock)
        yield Mailroom(office, vendors, transports, courier, down)
