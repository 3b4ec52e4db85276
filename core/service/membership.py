"""Who is who: keys to callers, members, and the first administrator."""

import asyncio
import hmac
from dataclasses import dataclass, replace
from functools import partial

from core.calls import Caller
from core.domain import keys, wording
from core.domain.credits import MICRO
from core.domain.errors import Code, Refusal, invalid_key
from core.domain.members import Person, Privacy, Role
from core.service.acting import OPERATOR, act_of, run_unique
from core.service.clock import base62, new_id
from core.service.start import Core
from core.store import directory, keyring, presence
from core.store.directory import MemberChange
from core.store.keyring import Fresh
from core.store.statements import Program
from core.store.tables import MemberRow
from core.views import CreatedUserView, MemberView

__all__ = ["OPERATOR", "MemberChange", "NewUser", "identify"]

FIRST_EMAIL = "admin@localhost"
FIRST_LABEL = "first key"
FIRST_QUOTA_MICRO = 5_000 * MICRO
"""So that whoever starts TokenPool can try it at once."""
MOST_LISTED = 1_000
MOST_QUOTA_MICRO = 10**12 * MICRO
BOOTSTRAP_MS = 15 * 60_000
SHOWN_ONCE = "This key is shown once. Keep it: only its fingerprint is stored here."
TAKEN = "There is already a member with this e-mail address."


@dataclass(frozen=True, slots=True)
class NewUser:
    """A member to be."""

    email: str
    name: str
    personal_quota_micro: int = 0
    role: Role = Role.MEMBER
    team_id: str | None = None


async def identify(core: Core, text: str, *, fresh: bool = False) -> Caller:
    """Return who holds this API key; one Refusal for everything that is wrong with one.

    A key that was valid in the last five seconds is not read again, unless `fresh` is wanted:
    such a caller may be admitted, and whoever lets them pay or decide reads their rights anew.
    """
    key = keys.parse(text)
    if key is None:
        raise invalid_key()
    found, at = keys.mac(core.pepper, key), asyncio.get_running_loop().time()
    now = core.clock.now_ms()
    caller = None if fresh else core.callers.find(key.id, found, at, now)
    if caller is None:
        read = partial(core.database.read, keyring.find(key.id))
        known = await (read() if fresh else core.callers.flights.join(key.id, read))
        if known is None or not hmac.compare_digest(known.mac, found) or not known.valid(now):
            raise invalid_key()
        caller = known.caller
        core.callers.keep(caller, found, at, known.expires_ms)
    core.callers.use(key.id, now)
    return caller


async def present(core: Core, member_id: str) -> Caller:
    """Return an active member as a caller without a key, with rights as they are now."""
    caller = await core.database.read(presence.present(member_id))
    if caller is None:
        raise presence.not_active()
    return caller


def recognised(core: Core, text: str) -> bool:
    """Return whether this key was valid here before: no guess, whatever has become of it."""
    key = keys.parse(text)
    return key is not None and core.callers.recognises(key.id, keys.mac(core.pepper, key))


async def write_last_used(core: Core) -> None:
    """Write down which keys were used, to the minute; for upkeep, never for a request."""
    if used := core.callers.take_used():
        await core.database.run(lambda: keyring.write_last_used(used))


async def create_user(core: Core, actor: Person, user: NewUser) -> CreatedUserView:
    """Add a member with a first key, as an administrator."""
    act, row = act_of(core, actor), _row(core, user)
    key, fresh = fresh_key(core)

    def program() -> Program[None]:
        yield from directory.add_member(act, row, user.team_id)
        yield from keyring.first_key(act, row.id, fresh, FIRST_LABEL)

    await run_unique(core, program, TAKEN)
    return CreatedUserView(row.id, key.text, SHOWN_ONCE)


async def create_admin(core: Core, email: str, name: str = "") -> CreatedUserView:
    """Add an administrator from the command line of the machine."""
    return await create_user(core, OPERATOR, NewUser(email, name or email, role=Role.ADMIN))


async def first_admin(core: Core, email: str = FIRST_EMAIL, name: str = "Admin") -> str | None:
    """Add the first administrator of a new database and return the key; None if there is one."""
    user = NewUser(email, name, FIRST_QUOTA_MICRO, Role.ADMIN)
    made = await _first_admin(core, OPERATOR, user)
    return made.api_key if made else None


async def has_admin(core: Core) -> bool:
    return await core.database.read(directory.has_admin())


async def bootstrap(core: Core, token: str, email: str, name: str = "") -> CreatedUserView:
    """Add the first administrator by TOKENPOOL_BOOTSTRAP_TOKEN: once, within 15 min of the start.

    Otherwise the route does not exist; a wrong token is a wrong key.
    """
    expected = core.settings.bootstrap_token
    late = core.clock.now_ms() - core.started_ms >= BOOTSTRAP_MS
    if expected is None or late or await has_admin(core):
        raise _no_bootstrap()
    if not hmac.compare_digest(expected.get_secret_value().encode(), token.encode()):
        raise invalid_key()
    made = await _first_admin(core, OPERATOR, NewUser(email, name or email, role=Role.ADMIN))
    if made is None:
        raise _no_bootstrap()
    return made


async def list_users(
    core: Core, actor: Person, after: str = "", most: int = 100
) -> tuple[MemberView, ...]:
    """Return members in the order of their ids, those behind `after`."""
    act = act_of(core, actor)
    return await core.database.read(directory.list_members(act, after, min(most, MOST_LISTED)))


async def get_user(core: Core, actor: Person, member_id: str) -> MemberView:
    return await core.database.read(directory.look_up(act_of(core, actor), member_id))


async def find_user(core: Core, email: str) -> str | None:
    """Return the id of the member with this address, for the command line."""
    return await core.database.read(directory.find_email(wording.email(email)))


async def me(core: Core, caller: Caller) -> MemberView:
    return await core.database.read(directory.read_member(caller.id, core.clock.now_ms()))


async def update_user(
    core: Core, actor: Person, member_id: str, change: MemberChange
) -> MemberView:
    """Change a member; disabling ends their keys, accounts, sessions and open request for good."""
    change = _checked(change)
    act, period, journal = act_of(core, actor), core.period(), core.database.journal
    view = await core.database.run(
        lambda: directory.change_member(act, member_id, change, journal.folio(act.now_ms), period)
    )
    core.callers.forget_all()
    return view


async def set_privacy(core: Core, actor: Person, member_id: str, mode: Privacy) -> MemberView:
    """Set the default privacy of a member's calls: one's own, or as an administrator anybody's."""
    act = act_of(core, actor)
    view = await core.database.run(lambda: directory.set_privacy(act, member_id, mode))
    core.callers.forget_all()
    return view


def fresh_key(core: Core) -> tuple[keys.ApiKey, Fresh]:
    """Return a new key, and what will be kept of it."""
    key = keys.compose(base62(keys.ID_LENGTH), base62(keys.SECRET_LENGTH))
    return key, Fresh(key.id, keys.mac(core.pepper, key))


def quota_micro(amount_micro: int, param: str) -> int:
    """Return a quota that can be kept; Refusal for any other."""
    if not 0 <= amount_micro <= MOST_QUOTA_MICRO:
        most = MOST_QUOTA_MICRO // MICRO
        raise Refusal(Code.INVALID_FIELD, f"{param}: 0 to {most:,} credits.", param=param)
    return amount_micro


async def _first_admin(core: Core, actor: Person, user: NewUser) -> CreatedUserView | None:
    act, row = act_of(core, actor), _row(core, user)
    key, fresh = fresh_key(core)

    def program() -> Program[bool]:
        added = yield from directory.add_first_admin(act, row)
        if added:
            yield from keyring.first_key(act, row.id, fresh, FIRST_LABEL)
        return added

    added = await run_unique(core, program, TAKEN)
    return CreatedUserView(row.id, key.text, SHOWN_ONCE) if added else None


def _checked(change: MemberChange) -> MemberChange:
    if change.name is not None:
        change = replace(change, name=wording.name(change.name))
    if change.personal_quota_micro is not None:
        quota_micro(change.personal_quota_micro, "personal_quota")
    return change


def _row(core: Core, user: NewUser) -> MemberRow:
    return MemberRow(
        id=new_id("usr"),
        email=wording.email(user.email),
        name=wording.name(user.name),
        role=user.role.value,
        status="active",
        personal_quota=quota_micro(user.personal_quota_micro, "personal_quota"),
        privacy=Privacy.STANDARD.value,
        away_since=None,
        away_until=None,
        leaderboard_hidden=False,
        created_ms=core.clock.now_ms(),
    )


def _no_bootstrap() -> Refusal:
    return Refusal(Code.NOT_FOUND, "There is no such route. GET /docs on this server lists them.")
