"""Looks at a ledger from outside while servers work on it and die: laws I1 to I6 of faults.md §4.

Each look is one snapshot, so whatever it finds was committed like that.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flow.processes import SECRET_KEY

from core.domain.periods import Length
from core.store.database import Database, Unavailable
from core.store.folio import Rules
from core.store.statements import Program, Read, Row

LOOK_SECONDS = 0.2
LAWS = {
    "I1 a balance is the sum of its transfers": """
        SELECT b.id FROM balance b LEFT JOIN (
          SELECT row_id, sum(posted) AS posted, sum(held) AS held, sum(spent) AS spent
          FROM transfer GROUP BY row_id
        ) t ON t.row_id = b.id WHERE t.row_id IS NULL
          OR b.posted <> t.posted OR b.held <> t.held OR b.spent <> t.spent""",
    "I1 what is held is what open holds hold": """
        SELECT b.id FROM balance b LEFT JOIN (
          SELECT row_id, sum(amount) AS amount FROM hold WHERE state = 'open' GROUP BY row_id
        ) h ON h.row_id = b.id WHERE b.held <> COALESCE(h.amount, 0)""",
    "I2 what is posted was granted": """
        SELECT b.posted - t.posted FROM (SELECT sum(posted) AS posted FROM balance) b,
          (SELECT sum(posted) AS posted FROM transfer WHERE kind IN ('GRANT', 'ADJUST')) t
        WHERE b.posted <> t.posted""",
    "I3, I4 never negative, never overspent": """
        SELECT id FROM balance WHERE held < 0 OR spent < 0 OR spent + held > posted""",
    "I4 no share of a pool is exceeded": """
        SELECT id FROM limit_row WHERE kind IN ('critical', 'vacation')
          AND used + held > (SELECT max(pool_quota) FROM team) / 10""",
    "I5 a hold ends once": """
        SELECT substr(id, length(kind) + 2) FROM transfer
        WHERE kind IN ('SETTLE', 'VOID', 'CAPTURE')
        GROUP BY substr(id, length(kind) + 2) HAVING count(*) > 1""",
    "I5 a hold has ended as its state says": """
        SELECT h.id FROM hold h LEFT JOIN call c ON c.id = h.id
        WHERE (h.state = 'open') <> (c.id IS NULL)""",
    "I8 an idempotency key is spent once": """
        SELECT idempotency_id FROM hold WHERE idempotency_id <> '' AND state <> 'voided'
        GROUP BY idempotency_id HAVING count(*) > 1""",
}
OPEN = "SELECT count(*) FROM hold WHERE state = 'open'"


@dataclass(slots=True)
class Witness:
    """Keeps what it found; nothing is the only good answer."""

    url: str
    looks: int = 0
    blind: int = 0
    """Looks that the database did not answer."""
    broken: Counter[str] = field(default_factory=Counter)
    unheld: list[str] = field(default_factory=list)
    """Calls that reached the provider without an open hold (I6)."""
    _database: Database = field(init=False)

    async def open(self) -> None:
        self._database = Database(self.url, Rules(SECRET_KEY.encode(), Length.MONTH))
        await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    async def look_on_and_on(self) -> None:
        while True:
            try:
                await self.look()
            except Unavailable:
                self.blind += 1
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        def program() -> Program[dict[str, list[Row]]]:
            found = {}
            for law, sql in LAWS.items():
                found[law] = yield Read(sql)
            return found

        for law, rows in (await self._database.read(program())).items():
            for row in rows:
                self.broken[f"{law}: {row[0]}"] += 1
        self.looks += 1

    async def provider_called(self, call_id: str) -> None:
        """Note a call that is at the provider without a committed hold that is open."""
        try:
            held = await self.rows("SELECT state FROM hold WHERE id = :1", call_id)
        except Unavailable:
            return
        if [row[0] for row in held] not in (["open"], ["captured"]):  # its server may be dead
            self.unheld.append(call_id)

    async def rows(self, sql: str, *params: str) -> list[Row]:
        def program() -> Program[list[Row]]:
            return (yield Read(sql, params))

        return await self._database.read(program())

    async def damage(self) -> list[str]:
        """Return what is wrong with the file of a SQLite database; PostgreSQL has none (F-27)."""
        if not self._database.one_server:
            return []
        return [row[0] for row in await self.rows("PRAGMA integrity_check") if row[0] != "ok"]

    async def calm_after(self, seconds: float) -> float:
        """Return after how many seconds no hold was open; TimeoutError if that took too long."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(seconds):
            while (await self.rows(OPEN))[0][0]:
                await asyncio.sleep(0.05)
        return loop.time() - began

    async def counts(self) -> dict[str, Any]:
        outcomes = await self.rows("SELECT outcome, count(*) FROM call GROUP BY outcome")
        payers = await self.rows("SELECT payer, count(*) FROM hold GROUP BY payer")
        return {
            "calls": {row[0]: row[1] for row in outcomes},
            "paid by": {row[0]: row[1] for row in payers},
        }
