"""Accounts: for whom one speaks, how it comes to, and how it ends."""

from core.calls import Caller
from core.domain import accounts, wording
from core.domain.accounts import CODE_LENGTH, CODE_LETTERS, Account
from core.domain.credits import MICRO
from core.domain.errors import Code, Refusal
from core.domain.members import Person, Privacy, Role
from core.service.acting import act_of, run_unique
from core.service.clock import drawn, new_id
from core.service.fingerprints import fingerprint
from core.service.start import Core
from core.store import identity_links, link_codes, linking
from core.store.chat_tables import LinkCodeRow
from core.store.database import Conflict
from core.store.linking import Introduction, Newcomer
from core.store.tables import MemberRow
from core.views.chat import IdentityView, LinkCodeView, LinkRequestView

CODE = "link code"


async def resolve(core: Core, account: Account) -> Caller | None:
    """Return the member an account speaks for, with rights as they are now; None for a stranger.

    An account with an address that its workspace vouches for is linked here, the first time.
    """
    spoken = await core.database.read(identity_links.find(account))
    if spoken is None:
        return await _introduced(core, account)
    now = core.clock.now_ms()
    if spoken.caller is not None and spoken.link.stale(account, now):
        await core.database.run(lambda: identity_links.see(spoken.link, account, now))
    return spoken.caller


async def caller_of(core: Core, account: Account) -> Caller | None:
    """Return the member an account speaks for, without taking it for a sign of life.

    Whoever is mentioned, or only looks at something, is not written to by that, nor linked.
    """
    spoken = await core.database.read(identity_links.find(account))
    return spoken.caller if spoken else None


async def address_of(core: Core, account: Account) -> str:
    """Return where whoever has an account was written to last; nothing if that is not known."""
    spoken = await core.database.read(identity_links.find(account))
    return spoken.link.address if spoken and spoken.caller else ""


async def lost(core: Core, account: Account) -> None:
    """Note that an account does not want to be written to, until something comes from it again."""
    await core.database.run(lambda: identity_links.lose(account))


async def new_code(core: Core, caller: Caller) -> LinkCodeView:
    """Return a code for an account that is to speak for the caller; it ends their last one."""
    act, code = act_of(core, caller.person), drawn(CODE_LETTERS, CODE_LENGTH)
    row = LinkCodeRow(
        id=new_id("lnk"),
        mac=fingerprint(core, CODE, code),
        kind="link",
        member_id=caller.id,
        created_ms=act.now_ms,
        expires_ms=act.now_ms + link_codes.GOOD_FOR_MS,
    )
    await run_unique(core, lambda: link_codes.new_code(act, row), "Please ask for a code again.")
    return LinkCodeView(accounts.shown_code(code), row.expires_ms)


async def claim(core: Core, account: Account, code: str) -> LinkRequestView:
    """Take the code that an account typed, and ask its issuer; nothing is linked before.

    Refusal: no code, a wrong or expired one, five wrong ones, an account that is linked already.
    """
    found, act_id, now = accounts.read_code(code), new_id("evt"), core.clock.now_ms()
    if found is None:
        sentence = "A code has eight letters and digits, such as 4F7K-2MQX."
        raise Refusal(Code.INVALID_FIELD, sentence, param="code")
    mac = fingerprint(core, CODE, found)
    return _taken(await core.database.run(lambda: link_codes.claim(act_id, account, mac, now)))


async def decide(core: Core, caller: Caller, request_id: str, *, confirm: bool) -> LinkRequestView:
    """Confirm or deny that the account which typed the caller's code is theirs.

    What was decided before, or has expired, is told as it stands.
    """
    act, link_id = act_of(core, caller.person), new_id("lnk")
    return _taken(
        await core.database.run(
            lambda: link_codes.decide(act, request_id, link_id, confirm=confirm)
        )
    )


async def request(core: Core, caller: Caller, request_id: str) -> LinkRequestView:
    """Return how a request to link an account with the caller's code stands."""
    act = act_of(core, caller.person)
    return await core.database.read(link_codes.look_up(act, request_id))


async def identity(core: Core, caller: Caller) -> IdentityView:
    return await identity_of(core, caller.person, caller.id)


async def identity_of(core: Core, actor: Person, member_id: str) -> IdentityView:
    """Return who a member is and which accounts speak for them; others' for administrators."""
    act = act_of(core, actor)
    return await core.database.read(identity_links.identity(act, member_id))


async def unlink(core: Core, caller: Caller, link_id: str) -> IdentityView:
    """Part an account from the caller; only a code links it again."""
    return await unlink_of(core, caller.person, caller.id, link_id)


async def unlink_of(core: Core, actor: Person, member_id: str, link_id: str) -> IdentityView:
    """Part an account from a member: one's own, or as an administrator anybody's."""
    act = act_of(core, actor)
    return await core.database.run(lambda: linking.unlink(act, member_id, link_id))


async def _introduced(core: Core, account: Account) -> Caller | None:
    """Link an account by its verified address, if that is somebody's or may become so."""
    email = accounts.vouched_email(account)
    if not email:
        return None
    active, newcomer = await core.database.read(linking.may_link(email)), None
    if active is None and accounts.domain_of(email) in core.settings.signup_open_to:
        newcomer = Newcomer(_member(core, account, email), core.settings.signup_team)
    elif not active:
        return None
    now = core.clock.now_ms()
    intro = Introduction(account, email, new_id("lnk"), new_id("evt"), now, newcomer)
    try:
        await core.database.run(lambda: linking.introduce(intro))
    except Conflict:  # somebody with this address was first: now there is a member to link to
        await core.database.run(lambda: linking.introduce(intro))
    spoken = await core.database.read(identity_links.find(account))
    return spoken.caller if spoken else None


def _member(core: Core, account: Account, email: str) -> MemberRow:
    return MemberRow(
        id=new_id("usr"),
        email=email,
        name=wording.line(account.name, wording.MOST_NAME) or email.partition("@")[0],
        role=Role.MEMBER.value,
        status="active",
        personal_quota=core.settings.signup_quota * MICRO,
        privacy=Privacy.STANDARD.value,
        away_since=None,
        away_until=None,
        leaderboard_hidden=False,
        created_ms=core.clock.now_ms(),
    )


def _taken(outcome: link_codes.Outcome) -> LinkRequestView:
    assert isinstance(outcome, LinkRequestView), "the database raises what a program refuses"
    return outcome
