"""What keys may do at most, as their rows keep it, and who may make or change it."""

from dataclasses import dataclass, replace

import msgspec

from core.domain import keys
from core.domain.allowance import COUNTED, Allowance
from core.domain.caps import Cap, Caps, own_cap
from core.domain.errors import Code, Refusal, invalid_key
from core.store.statements import Program, Read, Row

OWN = """
SELECT models, rpm, tpm, concurrency, caps, expires_ms, member_id, revoked_ms FROM api_key
WHERE id = :1
"""

_NAMES = msgspec.json.Decoder(tuple[str, ...])
_CAPS = msgspec.json.Decoder(tuple[Cap, ...])


@dataclass(frozen=True, slots=True)
class Maker:
    """The key that asks for another: when it ends and what binds it. Chat and shell have none."""

    ends_ms: int | None = None
    member_id: str = ""
    caps: Caps = ()
    counted: str | None = None
    """The first of its limits a minute or at once; another key would count anew."""

    def binds(self, member_id: str) -> Caps:
        """Return the caps that a key of this member has from it; another's spends other credit.

        Refusal if it may make none of this member, as that were a way around its limits.
        """
        if member_id == self.member_id and self.counted is not None:
            text = (
                f"{self.counted}: a key with this limit makes and rotates no other of its owner's."
                " Do it in chat, or with a key that has no limits a minute or at once."
            )
            raise Refusal(Code.PERMISSION_DENIED, text, param=self.counted)
        return self.caps if member_id == self.member_id else ()


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


def caps_text(caps: Caps) -> str:
    return msgspec.json.encode(caps).decode() if caps else ""


def caps_of(text: str) -> Caps:
    return _CAPS.decode(text) if text else ()


def allowance_of(columns: Row) -> Allowance:
    """Return the allowance that the columns models, rpm, tpm, concurrency keep."""
    return Allowance(models_of(columns[0]), columns[1], columns[2], columns[3])


def within_own(
    by_key: str, wanted: Allowance, cap_micro: int | None, now_ms: int
) -> Program[Maker]:
    """Refuse what the key that asks may not do itself (F-89); return what it hands on.

    A key that was revoked, or came to its end, since it was let in, hands on nothing.
    """
    if not by_key:
        return Maker()
    row = (yield Read(OWN, (by_key,)))[0]
    if row[7] is not None or (row[5] is not None and row[5] <= now_ms):
        raise invalid_key()
    own = allowance_of(row)
    counted = next((name for name in COUNTED if getattr(own, name) is not None), None)
    maker = Maker(row[5], row[6], caps_of(row[4]), counted)
    wider, most = wanted.wider_than(own), own_cap(maker.caps)
    if wider is None and most is not None and (cap_micro is None or cap_micro > most):
        wider = "cap"
    if wider is not None:
        raise too_wide(by_key, wider)
    return maker


def too_wide(key_id: str, term: str) -> Refusal:
    return Refusal(
        Code.PERMISSION_DENIED,
        f"{term}: more than the key {keys.prefix(key_id)} may do itself.",
        param=term,
    )
