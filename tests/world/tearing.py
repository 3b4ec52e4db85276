"""A write-ahead log that ends anywhere, as a power failure leaves it (F-28)."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from world.people import Town

from core.domain.periods import Length
from core.store import auditing
from core.store.database import Database, sqlite_path
from core.store.folio import Rules

RULES = Rules(b"pepper", Length.MONTH)
FRAME_BYTES = 24 + 4096


@dataclass(frozen=True, slots=True)
class Torn:
    """A database file, its log, where in it the last transaction begins, and both states."""

    folder: Path
    file: bytes
    log: bytes
    begins: int
    before: int
    after: int
    """Transfers without the last transaction, and with it."""

    async def found(self, cut: int) -> int:
        """Open what a power failure left that wrote so much of the log; return its transfers."""
        path = self.folder / "torn.db"
        path.write_bytes(self.file)
        path.with_name("torn.db-wal").write_bytes(self.log[:cut])
        path.with_name("torn.db-shm").unlink(missing_ok=True)
        database = Database(f"sqlite:///{path}", RULES)
        await database.open()
        try:
            town = Town(database, RULES)
            assert (await town.query("PRAGMA integrity_check"))[0][0] == "ok"
            report = await database.read(auditing.audit(RULES.pepper))
            assert report.findings.sentences == []
            return report.transfers
        finally:
            await database.close()

    async def assert_all_or_nothing(self, cuts: Iterable[int]) -> None:
        for cut in cuts:
            whole = cut >= len(self.log)
            assert await self.found(cut) == (self.after if whole else self.before), cut


async def torn(url: str, folder: Path) -> Torn:
    """Spend a few times, and keep what is on the disk before and after the last settlement."""
    path, database = sqlite_path(url), Database(url, RULES)
    await database.open()
    try:
        town = Town(database, RULES)
        await town.member("ada")
        for amount in range(1, 4):
            await town.spend("ada", amount)
        ticket = await town.hold("ada", 9)
        log = path.with_name(f"{path.name}-wal")
        begins = log.stat().st_size
        before = (await town.query("SELECT count(*) FROM transfer"))[0][0]
        await town.settle(ticket, 5)
        return Torn(folder, path.read_bytes(), log.read_bytes(), begins, before, before + 1)
    finally:
        await database.close()
