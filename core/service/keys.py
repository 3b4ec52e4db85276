"""API keys: made, listed, rotated and revoked by whoever holds them, or by an administrator."""

from dataclasses import replace

from core.domain import wording
from core.domain.errors import Code, Refusal
from core.domain.members import Person
from core.service.acting import act_of
from core.service.membership import SHOWN_ONCE, fresh_key
from core.service.start import Core
from core.store import keyring
from core.store.keyring import KeyTerms
from core.views import KeyView, NewKeyView

__all__ = ["KeyTerms"]

OVERLAP_MS = 24 * 3_600_000
MOST_OVERLAP_MS = 30 * OVERLAP_MS
LATEST_MS = 253_402_300_799_000
"""The end of the year 9999."""


async def new_key(core: Core, actor: Person, member_id: str, terms: KeyTerms) -> NewKeyView:
    """Make a key for a member; it is shown once, in this answer."""
    act = act_of(core, actor)
    checked = replace(terms, label=wording.name(terms.label, "label"))
    if terms.expires_ms is not None and not act.now_ms < terms.expires_ms <= LATEST_MS:
        raise Refusal(Code.INVALID_FIELD, "expires: a time in the future.", param="expires")
    key, fresh = fresh_key(core)
    await core.database.run(lambda: keyring.new_key(act, member_id, fresh, checked))
    return NewKeyView(key.id, key.text, checked.label, SHOWN_ONCE)


async def list_keys(core: Core, actor: Person, member_id: str) -> tuple[KeyView, ...]:
    """Return a member's keys, revoked ones too; never a secret."""
    return await core.database.read(keyring.list_keys(act_of(core, actor), member_id))


async def rotate_key(
    core: Core, actor: Person, key_id: str, overlap_ms: int = OVERLAP_MS
) -> NewKeyView:
    """Make a successor at once; the old key goes on for `overlap_ms`, 0 ends it now."""
    if not 0 <= overlap_ms <= MOST_OVERLAP_MS:
        raise Refusal(Code.INVALID_FIELD, "overlap_hours: 0 to 720.", param="overlap_hours")
    act = act_of(core, actor)
    key, fresh = fresh_key(core)
    until = act.now_ms + overlap_ms
    label = await core.database.run(lambda: keyring.rotate_key(act, key_id, fresh, until))
    core.callers.forget_all()
    return NewKeyView(key.id, key.text, label, SHOWN_ONCE)


async def revoke_key(core: Core, actor: Person, key_id: str) -> KeyView:
    """Revoke a key: no hold is committed with it from now on, on any process."""
    act = act_of(core, actor)
    view = await core.database.run(lambda: keyring.revoke_key(act, key_id))
    core.callers.forget_all()
    return view
