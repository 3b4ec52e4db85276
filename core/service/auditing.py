"""The audit and the daily seal."""

from dataclasses import dataclass

from core.service.start import Core
from core.store import auditing, sealing
from core.store.auditing import PeriodSum
from core.store.database import Conflict


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was recomputed, and what does not agree: sentences with ids, never anyone's words."""

    rows: int
    transfers: int
    holds: int
    calls: int
    limits: int
    seals: int
    periods: tuple[PeriodSum, ...]
    findings: tuple[str, ...]
    """The first hundred; `count` is how many there are."""
    count: int

    @property
    def clean(self) -> bool:
        return self.count == 0


async def audit(core: Core) -> AuditReport:
    """Recompute the whole ledger on one snapshot, beside a running server."""
    audited = await core.database.read(auditing.audit(core.pepper))
    return AuditReport(
        rows=audited.rows,
        transfers=audited.transfers,
        holds=audited.holds,
        calls=audited.calls,
        limits=audited.limits,
        seals=audited.seals,
        periods=audited.periods,
        findings=tuple(audited.findings.sentences),
        count=audited.findings.count,
    )


async def seal(core: Core) -> int | None:
    """Seal the journal; return the seal's number, None if another process just made it."""
    now_ms = core.clock.now_ms()
    try:
        return await core.database.run(lambda: sealing.seal(core.pepper, now_ms))
    except Conflict:
        return None
