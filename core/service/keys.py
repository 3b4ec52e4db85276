"""API keys: made, listed, rotated and revoked by whoever holds them, or by an administrator."""

from dataclasses import replace

from core.domain import wording
from core.domain.allowance import checked
from core.domain.errors import Code, Refusal
from core.domain.members import Person
from core.service.acting import act_of
from core.service.membership import SHOWN_ONCE, fresh_key
from core.service.start import Core
from core.store import keyring
from core.store.allowances import AllowanceChange
from core.store.keyring import KeyTerms
from core.views import KeyView, NewKeyView

__all__ = ["AllowanceChange", "KeyTerms"]

OVERLAP_MS = 24 * 3_600_000
MOST_OVERLAP_MS = 30 * OVERLAP_MS
LATEST_MS = 253_402_300_799_000
"""The end of the year 9999."""


async def new_key(
    core: Core, actor: Person, member_id: str, terms: KeyTerms, by_key: str = ""
) -> NewKeyView:
    """Make a key for a member; it is shown once, in this answer.

    `by_key` is the key that asks for it, if one does: the new one may not do more (F-89).
    """
    act, label = act_of(core, actor), wording.name(terms.label, "label")
    terms = replace(terms, label=label, allowance=checked(terms.allowance))
    if terms.expires_ms is not None and not act.now_ms < terms.expires_ms <= LATEST_MS:
        raise Refusal(Code.INVALID_FIELD, "expires: a time in the future.", param="expires")
    key, fresh = fresh_key(core)
    await core.database.run(lambda: keyring.new_key(act, member_id, fresh, terms, by_key))
    return NewKeyView(key.id, key.text, label, SHOWN_ONCE)


async def list_keys(core: Core, actor: Person, member_id: str) -> tuple[KeyView, ...]:
    """Return a member's keys, revoked ones too; never a secret."""
    return await core.database.read(keyring.list_keys(act_of(core, actor), member_id))


async def rotate_key(
    core: Core, actor: Person, key_id: str, overlap_ms: int = OVERLAP_MS, by_key: str = ""
) -> NewKeyView:
    """Make a successor at once; the old key goes on for `overlap_ms`, 0 ends it now."""
    if not 0 <= overlap_ms <= MOST_OVERLAP_MS:
        raise Refusal(Code.INVALID_FIELD, "overlap_hours: 0 to 720.", param="overlap_hours")
    act = act_of(core, actor)
    key, fresh = fresh_key(core)
    until = act.now_ms + overlap_ms
    label = await core.database.run(lambda: keyring.rotate_key(act, key_id, fresh, until, by_key))
    core.callers.forget_all()
    return NewKeyView(key.id, key.text, label, SHOWN_ONCE)


async def change_key(
    core: Core, actor: Person, key_id: str, change: AllowanceChange, by_key: str = ""
) -> KeyView:
    """Change what a key may do at most; models and calls at once count for the very next hold."""
    act = act_of(core, actor)
    view = await core.database.run(lambda: keyring.change_key(act, key_id, change, by_key))
    core.callers.forget_all()
    return view


async def revoke_key(core: Core, actor: Person, key_id: str) -> KeyView:
    """Revoke a key: no hold is committed with it from now on, on any process."""
    act = act_of(core, actor)
    view = await core.database.run(lambda: keyring.revoke_key(act, key_id))
    core.callers.forget_all()
    return view
