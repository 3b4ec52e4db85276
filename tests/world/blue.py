"""A team whose calls ended unknown, and the people who dispute and decide."""

from dataclasses import dataclass

from world.clock import ManualClock
from world.office import Office, Somebody, open_office

from core.calls import Outcome, Ticket
from core.domain import ledger
from core.domain.ledger import Kind
from core.domain.members import Priority
from core.service.start import Core


@dataclass(frozen=True)
class Blue:
    """A team, its members, and what they did."""

    office: Office
    ana: Somebody
    mona: Somebody
    team: str

    async def captured(
        self, amount: int = 60, priority: Priority = Priority.STANDARD, who: Somebody | None = None
    ) -> Ticket:
        """Make a call of which nobody knows how it ended."""
        ticket = await self.office.hold((who or self.ana).caller, amount, priority)
        await self.end(ticket, Kind.CAPTURE, estimated=True)
        return ticket

    async def end(
        self, ticket: Ticket, kind: Kind, cost: int = 0, *, estimated: bool = False
    ) -> int:
        return await self.office.end(
            ticket, Outcome(kind, 504, cost_micro=cost, estimated=estimated)
        )

    async def own(self) -> tuple[int, int, int]:
        """Return what ana's balance has: posted, held, spent."""
        balance = await self.office.balance(ledger.user(self.ana.id))
        return balance.posted, balance.held, balance.spent

    async def transfers(self, call: str) -> list[str]:
        rows = await self.office.rows("SELECT id FROM transfer ORDER BY id")
        return [str(row[0]) for row in rows if call in row[0] and not row[0].startswith("hold")]


async def open_blue(core: Core, clock: ManualClock) -> Blue:
    office = await open_office(core, clock)
    team = await office.team("Blue", 1_000)
    ana = await office.member("ana", 100, team)
    return Blue(office, ana, await office.member("mona", 100, team, manages=True), team)
