"""Quotas, vacations and approvals on plain dicts; see `plain`. "" is a yes, else a code."""

from copy import deepcopy

from world.plain import DAY_MS, Approval, Books, Row, free
from world.plain_calls import take

PENDING = "pending"


def set_quota(books: Books, member: str, quota: int) -> None:
    before = books.members[member].quota
    if quota != before:
        _follow(books.open_own(member), quota - before)
    books.members[member].quota = quota


def set_pool(books: Books, team: str, pool: int) -> None:
    before = books.teams[team].pool
    if pool != before:
        _follow(books.open_pool(team), pool - before)
    books.teams[team].pool = pool


def _follow(row: Row, change: int) -> None:
    """A raise first cancels what is still to be taken; a cut takes what is free, now or later."""
    if change < 0:
        row["cut"] -= change
        take(row, -change)
        return
    cancelled = min(row["cut"], change)
    row["cut"] -= cancelled
    row["posted"] += change - cancelled


def set_vacation(books: Books, name: str, until: int | None, *, on: bool) -> str:
    member, now = books.members[name], books.now
    away = member.away(now)
    if away == on and (not on or member.away_until == until):
        return ""
    if len([at for at in member.changes if at > now - DAY_MS]) >= 10:
        return "rate_limit_exceeded"
    member.changes.append(now)
    if on:
        member.away_since, member.away_until = (member.away_since if away else now), until
    else:
        member.away_since = member.away_until = None
    return ""


def request(books: Books, member: str, amount: int, new_id: str) -> str:
    """Ask for more, or edit what waits; return the request's id."""
    teams, found = books.members[member].teams, books.pending(member)
    if found is not None and books.approvals[found].expires <= books.now:
        books.approvals[found].state, found = "expired", None
    name = found or new_id
    created = books.approvals[name].created if found else books.now
    books.approvals[name] = Approval(
        member, teams[0] if teams else None, amount, created, books.now + DAY_MS
    )
    return name


def decide(books: Books, decider: str, name: str, amount: int | None, *, approve: bool) -> str:
    by, approval = books.members[decider], books.approvals[name]
    if decider == approval.member:
        return "permission_denied"
    if not by.admin and (not approval.team or by.manages != approval.team):
        return "not_found"
    if approval.state == PENDING and approval.expires <= books.now:
        approval.state = "expired"
    if approval.state != PENDING:
        return "conflict"
    if not approve:
        approval.state = "rejected"
        return ""
    given = approval.amount if amount is None else amount
    return _give(books, approval, given, from_pool=not by.admin)


def _give(books: Books, approval: Approval, given: int, *, from_pool: bool) -> str:
    rows, debts = deepcopy(books.rows), deepcopy(books.debts)
    row = books.open_own(approval.member)
    if from_pool and approval.team:
        pool = books.open_pool(approval.team)
        if free(pool) < given:
            books.rows, books.debts = rows, debts  # a refusal leaves nothing behind, no open row
            return "pool_short"
        pool["posted"] -= given
    row["posted"] += given
    approval.state, approval.given = "approved", given
    return ""
