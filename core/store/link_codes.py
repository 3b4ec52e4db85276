"""Programs about one-time codes: made by a member, typed by an account, confirmed by the member.

A wrong code is counted in the transaction that looks for it, with the account's row locked, so
that guesses made at one time are counted like guesses made one after another.
"""

from dataclasses import dataclass

from core.domain.accounts import Account
from core.domain.errors import Code, Refusal, missing
from core.domain.notifying import Kind
from core.store import identity_links, notices
from core.store.acts import Act, acting
from core.store.chat_tables import LinkCodeRow, LinkTryRow
from core.store.notices import Notice
from core.store.presence import lock_active
from core.store.statements import Change, Program, Read, Row, insert
from core.views.chat import LinkRequestView

GOOD_FOR_MS = 10 * 60_000
"""A code to be typed, and then its claim to be confirmed."""
MOST_TRIES = 5
TRIES_MS = 10 * 60_000
END_OPEN = """
DELETE FROM link_code WHERE member_id = :1 AND kind = 'link' AND state = 'open' RETURNING id
"""
END_ALL = "DELETE FROM link_code WHERE member_id = :1 OR other_id = :1 RETURNING id"
CODE = """
SELECT id, member_id, platform, tenant, external_id, name, address, state, expires_ms
FROM link_code WHERE kind = 'link'
"""
LOCK_MAC = CODE + "AND mac = :1 FOR UPDATE"
READ_ID = CODE + "AND id = :1"
LOCK_ID = READ_ID + " FOR UPDATE"
LOCK_TRIES = "SELECT count, since_ms FROM link_try WHERE id = :1 FOR UPDATE"
CLAIMED = (
    "id", "state", "platform", "tenant", "external_id", "name", "address", "expires_ms",
)  # fmt: skip
DECIDED = {"used": "confirmed", "denied": "denied"}

Outcome = LinkRequestView | Refusal
"""A Refusal that is returned, not raised, keeps what the program changed."""


@dataclass(frozen=True, slots=True)
class _Code:
    id: str
    member_id: str
    account: Account
    state: str
    expires_ms: int

    def told(self, now_ms: int) -> str:
        """Return the state of a code that was typed, as people see it."""
        waiting = "claimed" if now_ms < self.expires_ms else "expired"
        return DECIDED.get(self.state, waiting)

    def view(self, state: str) -> LinkRequestView:
        one = self.account
        return LinkRequestView(self.id, self.member_id, one.platform, one.tenant, one.name, state)


def new_code(act: Act, row: LinkCodeRow) -> Program[None]:
    """Keep a code for the actor; it ends one that nobody has typed yet."""
    yield from lock_active([row.member_id])
    yield Read(END_OPEN, (row.member_id,))
    yield insert(row)
    yield act.note("link.code", row.id, member=row.member_id)


def claim(act_id: str, account: Account, mac: str, now_ms: int) -> Program[Outcome]:
    """Let an account that speaks for nobody claim to be the issuer of a code, who is then asked.

    Refusal: it is linked already, tried too often, or no such code is open.
    """
    if (yield from identity_links.is_linked(account)):
        raise Refusal(Code.CONFLICT, "This account is linked already. Type `unlink` here first.")
    tries_id = f"{account.platform}/{account.tenant}/{account.external_id}"
    tries = yield from _tries(tries_id, now_ms)
    found = yield Read(LOCK_MAC, (mac,))
    code = _code(found[0]) if found else None
    if code is not None and now_ms < code.expires_ms:
        if code.state == "open":
            return (yield from _claim(Act(act_id, code.member_id, now_ms), code, account))
        if code.state == "claimed" and _same(code.account, account):
            return code.view("claimed")
    yield Change(LinkTryRow, ("id", "count", "since_ms"), [(tries_id, tries[0] + 1, tries[1])])
    return Refusal(
        Code.NOT_FOUND,
        "This code is not known here, or has expired. Where you are known already, `link` makes"
        " a new one.",
    )


def look_up(act: Act, request_id: str) -> Program[LinkRequestView]:
    """Read how a claim to the actor's code stands."""
    code = yield from _claimed(act, READ_ID, request_id)
    return code.view(code.told(act.now_ms))


def decide(act: Act, request_id: str, link_id: str, *, confirm: bool) -> Program[Outcome]:
    """Link the account that typed the actor's code, or turn it away; decided once.

    Asking again tells how it was decided. Refusal: the account has become somebody else's.
    """
    code = yield from _claimed(act, LOCK_ID, request_id)
    if (state := code.told(act.now_ms)) != "claimed":
        return code.view(state)
    owner = act.actor
    if confirm:
        owner = yield from identity_links.join(act, code.account, link_id, "code")
    joined = confirm and owner == act.actor
    yield Change(LinkCodeRow, ("id", "state"), [(code.id, "used" if joined else "denied")])
    if not joined:
        yield act.note("link.deny", code.id, member=act.actor)
    if owner != act.actor:
        return Refusal(Code.CONFLICT, "This account belongs to somebody else here by now.")
    return code.view("confirmed" if confirm else "denied")


def end_all(member_id: str) -> Program[None]:
    """End every code and sign-in link of a member who leaves."""
    yield Read(END_ALL, (member_id,))


def _claim(act: Act, code: _Code, account: Account) -> Program[LinkRequestView]:
    """Note who typed the code, and ask its issuer; both within the act of the account."""
    until = act.now_ms + GOOD_FOR_MS
    claimed = (
        code.id, "claimed", account.platform, account.tenant, account.external_id, account.name,
        account.address, until,
    )  # fmt: skip
    yield Change(LinkCodeRow, CLAIMED, [claimed])
    yield act.note("link.claim", code.id, member=code.member_id, platform=account.platform)
    notice = Notice(Kind.LINK, f"link:{code.id}", code.id, {"platform": account.platform})
    yield from notices.tell(act, notice, [code.member_id])
    return _Code(code.id, code.member_id, account, "claimed", until).view("claimed")


def _claimed(act: Act, sql: str, request_id: str) -> Program[_Code]:
    """Read a code that was typed somewhere, for its issuer; for others there is none."""
    person = yield from acting(act)
    found = yield Read(sql, (request_id,))
    code = _code(found[0]) if found else None
    if code is None or code.member_id != person.id or code.state == "open":
        raise missing("request to link an account", request_id)
    return code


def _tries(tries_id: str, now_ms: int) -> Program[tuple[int, int]]:
    """Lock an account's wrong tries and return how many they are, and since when they count."""
    yield insert(LinkTryRow(id=tries_id, count=0, since_ms=now_ms), ignore=True)
    count, since_ms = (yield Read(LOCK_TRIES, (tries_id,)))[0]
    if now_ms - since_ms >= TRIES_MS:
        return 0, now_ms
    if count >= MOST_TRIES:
        wait_ms = since_ms + TRIES_MS - now_ms
        raise Refusal(
            Code.RATE_LIMIT_EXCEEDED,
            "Too many wrong codes came from this account."
            f" Please wait {-(-wait_ms // 60_000)} minutes.",
            facts={"retry_after_ms": wait_ms},
        )
    return int(count), int(since_ms)


def _same(one: Account, other: Account) -> bool:
    return (one.platform, one.tenant, one.external_id) == (
        other.platform, other.tenant, other.external_id,
    )  # fmt: skip


def _code(row: Row) -> _Code:
    return _Code(row[0], row[1], Account(*row[2:7]), row[7], row[8])
