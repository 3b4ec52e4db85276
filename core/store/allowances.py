"""What keys may do at most, as their rows keep it, and who may make or change it."""

from dataclasses import dataclass, replace

import msgspec

from core.domain import keys
from core.domain.allowance import COUNTED, Allowance
from core.domain.errors import Code, Refusal
from core.store.statements import Program, Read, Row

OWN = "SELECT models, rpm, tpm, concurrency, cap, expires_ms FROM api_key WHERE id = :1"

_NAMES = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class AllowanceChange:
    """What changes; None stays as it is, 0 and no models take a limit off."""

    models: tuple[str, ...] | None = None
    rpm: int | None = None
    tpm: int | None = None
    concurrency: int | None = None

    def of(self, now: Allowance) -> Allowance:
        """Return what comes of it."""
        given = {name: getattr(self, name) for name in COUNTED}
        changed = {name: value or None for name, value in given.items() if value is not None}
        models = now.models if self.models is None else self.models
        return replace(now, models=models, **changed)


def models_text(models: tuple[str, ...]) -> str:
    return msgspec.json.encode(models).decode() if models else ""


def models_of(text: str) -> tuple[str, ...]:
    return _NAMES.decode(text) if text else ()


def allowance_of(columns: Row) -> Allowance:
    """Return the allowance that the columns models, rpm, tpm, concurrency keep."""
    return Allowance(models_of(columns[0]), columns[1], columns[2], columns[3])


def within_own(by_key: str, wanted: Allowance, cap_micro: int | None) -> Program[int | None]:
    """Refuse what the key that asks may not do itself (F-89); return when that key ends.

    Chat and shell have no key.
    """
    rows = (yield Read(OWN, (by_key,))) if by_key else []
    for row in rows:
        wider = wanted.wider_than(allowance_of(row))
        if wider is None and row[4] is not None and (cap_micro is None or cap_micro > row[4]):
            wider = "cap"
        if wider is not None:
            raise too_wide(by_key, wider)
        if row[5] is not None:
            return int(row[5])
    return None


def too_wide(key_id: str, term: str) -> Refusal:
    return Refusal(
        Code.PERMISSION_DENIED,
        f"{term}: more than the key {keys.prefix(key_id)} may do itself.",
        param=term,
    )
