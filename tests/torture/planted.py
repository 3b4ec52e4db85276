"""Bugs to plant in a copy of the core, one at a time: the tests must find each of them.

Every pair of texts is (as it is, as a mistake would have it); the first must occur exactly once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    name: str
    file: str
    old: str
    new: str


BUGS = [
    Bug(
        "the last microcredit is refused",
        "core/domain/balancer.py",
        "if tokens >= least:",
        "if tokens > least:",
    ),
    Bug(
        "rounded down",
        "core/domain/credits.py",
        "return -(-amount_pico // PICO_PER_MICRO)",
        "return amount_pico // PICO_PER_MICRO",
    ),
    Bug(
        "a key's cap is ignored where the team pays",
        "core/domain/balancer.py",
        "chain.append(_capped(payer, min(purses.pool_micro, share), reason, purses))",
        "chain.append((payer, min(purses.pool_micro, share), reason))",
    ),
    Bug(
        "lowered below a quarter of what was asked",
        "core/domain/balancer.py",
        "LEAST_OUTPUT_SHARE = 4",
        "LEAST_OUTPUT_SHARE = 8",
    ),
    Bug(
        "in flight though others are in the way",
        "core/domain/balancer.py",
        "return held > 0 and min(own, key) >= bound.full_micro",
        "return held > 0",
    ),
    Bug(
        "a void is spent",
        "core/domain/ledger.py",
        "return Resolution(Kind.VOID, Delta(held=-held), 0)",
        "return Resolution(Kind.VOID, Delta(held=-held, spent=held), 0)",
    ),
    Bug(
        "usage above the hold is forgiven",
        "core/domain/ledger.py",
        "return Resolution(Kind.CAPTURE, Delta(held=-held, spent=held), cost, cost - held)",
        "return Resolution(Kind.CAPTURE, Delta(held=-held, spent=held), held)",
    ),
    Bug(
        "whoever is stopped goes on",
        "core/domain/members.py",
        "    if right is CriticalRight.STOPPED:\n        return False\n",
        "",
    ),
    Bug(
        "a vacation that is over goes on",
        "core/store/holders.py",
        "AND (m.away_until IS NULL OR m.away_until > :2)",
        "",
    ),
    Bug(
        "who is away lends to themselves",
        "core/store/holding.py",
        "lends = bool(self._away.get(team.team_id, set()) - {holder.member_id})",
        "lends = bool(self._away.get(team.team_id, set()))",
    ),
    Bug(
        "the critical ceiling is ignored",
        "core/store/holding.py",
        "return max(0, vacation.share(team.pool_quota, percent) - used - held)",
        "return max(0, vacation.share(team.pool_quota, 100 if payer is Payer.CRITICAL else percent)"  # noqa: E501
        " - used - held)",
    ),
    Bug(
        "the share shrinks with the pool",
        "core/store/holding.py",
        "return max(0, vacation.share(team.pool_quota, percent) - used - held)",
        "pool = self._folio.balance(party.row(payer)).posted\n"
        "        return max(0, vacation.share(pool, percent) - used - held)",
    ),
    Bug(
        "what is held does not count for a share",
        "core/store/holding.py",
        "return max(0, vacation.share(team.pool_quota, percent) - used - held)",
        "return max(0, vacation.share(team.pool_quota, percent) - used)",
    ),
    Bug(
        "a revoked key goes on",
        "core/store/holders.py",
        'dead=first[7] is not None or first[8] != "active",',
        'dead=first[8] != "active",',
    ),
    Bug(
        "a correction is booked as often as it is told",
        "core/store/settling.py",
        "elif ticket.call_id in self._guessed and kind is not Kind.CAPTURE:",
        "elif state is HoldState.CAPTURED and kind is not Kind.CAPTURE:",
    ),
    Bug(
        "a hold is settled as often as it is told",
        "core/store/settling.py",
        "if state is HoldState.OPEN:",
        "if state in {HoldState.OPEN, HoldState.SETTLED}:",
    ),
    Bug(
        "limits are not released",
        "core/store/settling.py",
        "self._folio.count(limit, used=resolution.delta.spent, held=-ticket.amount_micro)",
        "self._folio.count(limit, used=resolution.delta.spent)",
    ),
    Bug(
        "a correction leaves its limits as they were",
        "core/store/settling.py",
        "            self._folio.count(limit, used=-back)\n",
        "            pass\n",
    ),
    Bug(
        "the cut is forgotten when a hold settles",
        "core/store/settling.py",
        '            self._folio.take_cut(ticket.row_id, f"cut:{call_id}", freed)\n',
        "            pass\n",
    ),
    Bug(
        "a cut takes what an approval gave",
        "core/store/folio.py",
        "taken = min(balance.cut, balance.available, most)",
        "taken = min(balance.cut, balance.available)",
    ),
    Bug(
        "a raise does not cancel a cut",
        "core/store/folio.py",
        "cancelled = min(self._balances[row].cut, amount)",
        "cancelled = 0",
    ),
    Bug(
        "rolled over without taking it from the period before",
        "core/store/folio.py",
        'self.move(f"rollover:{name}", before.id, row, rest)',
        'self.post(f"rollover:{name}", Kind.GRANT, row, before.account, Delta(posted=rest))',
    ),
    Bug(
        "rolled over without its ceiling",
        "core/store/folio.py",
        "(rest := min(before.available, most)) > 0",
        "(rest := before.available) > 0",
    ),
    Bug(
        "a debt is repaid on paper only",
        "core/store/folio.py",
        '            self.post(f"repay:{name}", Kind.ADJUST, row, owed.account, Delta(posted=-paid))\n',  # noqa: E501
        "",
    ),
    Bug(
        "a voided call keeps its idempotency key",
        "core/store/settling.py",
        "if kind is Kind.VOID and item.ticket.idempotency_id:",
        "if False:",
    ),
    Bug(
        "a refused call keeps its idempotency key",
        "core/store/idempotency.py",
        "        if lost:\n",
        "        if False:\n",
    ),
    Bug(
        "another body is taken for the same call",
        "core/store/idempotency.py",
        "if body_mac != item.ask.body_mac:",
        "if False:",
    ),
    Bug(
        "holds of living processes are captured",
        "core/store/recovery.py",
        "AND (l.until_ms IS NULL OR l.until_ms <= :2)",
        "AND :2 >= 0",
    ),
    Bug(
        "an unknown COMMIT books twice",
        "core/store/holding.py",
        "if item.ask.call_id in self._made:",
        "if False:",
    ),
    Bug(
        "approved after it has expired",
        "core/store/approval_log.py",
        "    if approval.expires_ms <= act.now_ms:\n        yield from _expire(act, approval)\n        gone",  # noqa: E501
        "    if False:\n        yield from _expire(act, approval)\n        gone",
    ),
    Bug(
        "a manager grants from nowhere",
        "core/store/approval_log.py",
        "if person.is_admin or team_id is None:",
        "if True:",
    ),
    Bug(
        "any manager decides",
        "core/domain/members.py",
        "return decider.id != requester_id and (decider.is_admin or decider.manages(team_id))",
        "return decider.id != requester_id and (decider.is_admin or bool(decider.seats))",
    ),
    Bug(
        "the period ends an hour late",
        "core/domain/periods.py",
        "return _at_hour(now_ms // HOUR_MS, length)",
        "return _at_hour(now_ms // HOUR_MS - 1, length)",
    ),
    Bug(
        "only its own cap binds a key",
        "core/domain/caps.py",
        "left = max(0, min(micro - held for micro, held in rooms))",
        "left = max(0, rooms[-1][0] - rooms[-1][1])",
    ),
    Bug(
        "a period without a call is lost",
        "core/store/folio.py",
        "for opening in sorted([*skipped, *unopened], key=lambda one: one.row_id):",
        "for opening in unopened:",
    ),
]
