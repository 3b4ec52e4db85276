"""Holds and settlements on plain dicts; see `plain`."""

from collections.abc import Iterator

from world.plain import Books, Fact, Hold, Key, Look, No, Paid, Row, Wish, free

SHORT = "insufficient_quota"


def hold(books: Books, wish: Wish) -> Paid | No:
    """Full bound, then the exact count, then a shorter answer: the first that somebody pays."""
    prompts = [(wish.prompt, False)]
    if wish.tighter is not None:
        prompts.append((wish.tighter, False))
    if wish.lower:
        prompts.append((prompts[-1][0], True))
    for prompt, lower in prompts:
        answer = attempt(books, wish, prompt, lower=lower)
        if isinstance(answer, Paid) or answer.code != SHORT:
            break
    return answer


def attempt(
    books: Books, wish: Wish, prompt: int, *, lower: bool = False, batch: bool = False
) -> Paid | No:
    """Decide once. In a batch the pool is looked at at once, and nothing is remembered."""
    key = books.keys[wish.key]
    open_rows(books, wish, wide=batch or key.member in books.leaning)
    if no := _barred(books, wish, key):
        return no
    answer = _choose(books, wish, prompt, lower=lower)
    if not batch:
        leans = isinstance(answer, No) or answer.payer != "own"
        (books.leaning.add if leans else books.leaning.discard)(key.member)
    return answer


def open_rows(books: Books, wish: Wish, *, wide: bool) -> None:
    books.open_own(books.keys[wish.key].member)
    team = team_of(books, wish)
    if wide and team is not None:
        books.open_pool(team)


def team_of(books: Books, wish: Wish) -> str | None:
    """The header's team, the key's team, the first team: the first in which the member sits."""
    key = books.keys[wish.key]
    seats = books.members[key.member].teams
    for team in (wish.team, key.team):
        if team in seats:
            return team
    return seats[0] if seats else None


def chain(books: Books, wish: Wish) -> Iterator[tuple[str, int, str]]:
    """Every payer with what it can give, and why that may be too little.

    The pool is looked at by those alone who cannot pay from their own.
    """
    key, name = books.keys[wish.key], team_of(books, wish)
    own = free(books.open_own(key.member))
    yield _capped(books, wish, ("own", own, "personal_exhausted"))
    if name is None:
        return
    team, pool = books.teams[name], free(books.open_pool(name))
    shares = []
    if (wish.critical or key.critical) and team.lets(key.member):
        limit = f"critical:{name}:{key.member}/{books.period}"
        shares.append(("critical", team.critical_percent, limit))
    if books.somebody_else_is_away(name, key.member):
        shares.append(("vacation", team.vacation_percent, f"vacation:{name}/{books.period}"))
    for payer, percent, limit in shares:
        share = max(0, team.pool * percent // 100 - books.counted(limit))
        reason = "team_pool_exhausted" if pool <= share else f"{payer}_cap"
        yield _capped(books, wish, (payer, min(pool, share), reason))


def _capped(books: Books, wish: Wish, link: tuple[str, int, str]) -> tuple[str, int, str]:
    room = min((cap - books.counted(limit) for limit, cap in _caps(books, wish)), default=None)
    room = None if room is None else max(0, room)
    return link if room is None or room >= link[1] else (link[0], room, "key_cap")


def _caps(books: Books, wish: Wish) -> list[tuple[str, int]]:
    """Return each limit that counts for the key, and the most it may count."""
    caps = books.keys[wish.key].caps
    return [(f"key:{subject}/{books.period}", cap) for subject, cap in caps]


def _barred(books: Books, wish: Wish, key: Key) -> No | None:
    if key.revoked:
        return No("invalid_api_key")
    if wish.team is not None and wish.team not in books.members[key.member].teams:
        return No("invalid_field")
    known = books.tokens.get((key.member, wish.token)) if wish.token else None
    if known is None:
        return None
    body, call = known
    if body != wish.body:
        return No("idempotency_mismatch")
    if books.holds[call].state == "open":
        return No("in_progress")
    cost = books.holds[call].charged or 0
    return No("replay_without_content", (("call_id", call), ("cost_micro", cost)))


def _choose(books: Books, wish: Wish, prompt: int, *, lower: bool) -> Paid | No:
    least = wish.tokens
    if lower:
        quarter = wish.tokens // 4 + (1 if wish.tokens % 4 else 0)
        least = max(quarter, min(1024, wish.tokens))
    looks: list[Look] = []
    for payer, have, reason in chain(books, wish):
        tokens = wish.longest(prompt, least, have)
        if tokens is not None:
            return _book(books, wish, payer, (wish.cost(prompt, tokens), tokens), tuple(looks))
        looks.append((payer, reason, have))
    return _refused(books, wish, wish.cost(prompt, wish.tokens), tuple(looks))


def _denied(books: Books, wish: Wish) -> bool:
    key, team = books.keys[wish.key], team_of(books, wish)
    asked = wish.critical or key.critical
    return asked and (team is None or not books.teams[team].lets(key.member))


def _refused(books: Books, wish: Wish, required: int, looks: tuple[Look, ...]) -> No:
    member = books.keys[wish.key].member
    own, waiting = books.open_own(member), books.pending(member)
    facts: dict[str, Fact] = {
        "reason": looks[-1][1],
        "limit_micro": own["posted"],
        "remaining_micro": free(own),
        "required_micro": required,
        "pending_since_ms": books.approvals[waiting].created if waiting else None,
        "critical_denied": _denied(books, wish),
    }
    return No(SHORT, tuple(sorted(facts.items())), looks)


def could_wait(books: Books, wish: Wish) -> bool:
    """Whether the call would be paid if nothing of the member's own were in flight."""
    own = books.open_own(books.keys[wish.key].member)
    caps, cost = _caps(books, wish), wish.cost(wish.prompt, wish.tokens)
    waits = own["held"] > 0 or any(books.reserved.get(limit, 0) > 0 for limit, _ in caps)
    room = all(cap - books.used.get(limit, 0) >= cost for limit, cap in caps)
    return waits and free(own) + own["held"] >= cost and room


def _book(
    books: Books, wish: Wish, payer: str, size: tuple[int, int], looks: tuple[Look, ...]
) -> Paid:
    amount, tokens = size
    key, team = books.keys[wish.key], team_of(books, wish)
    subject = {"own": "", "vacation": f"{team}", "critical": f"{team}:{key.member}"}[payer]
    limits = [limit for limit, _ in _caps(books, wish)]
    if subject:
        limits.append(f"{payer}:{subject}/{books.period}")
    account = f"team:{team}" if subject else f"user:{key.member}"
    books.rows[account, books.period]["held"] += amount
    for limit in limits:
        books.reserved[limit] = books.reserved.get(limit, 0) + amount
    books.holds[wish.call] = Hold(
        key.member, account, books.period, payer, amount, tuple(limits), wish.token
    )
    if wish.token:
        books.tokens[key.member, wish.token] = (wish.body, wish.call)
    own, row = books.open_own(key.member), f"{account}/{books.period}"
    return Paid(
        payer, amount, tokens, row, tuple(limits), looks,
        own["posted"], free(own), _denied(books, wish),
    )  # fmt: skip


def settle(books: Books, call: str, kind: str, cost: int) -> tuple[int, int | None]:
    """End a hold; return what the call was charged, and what its own row has left."""
    hold = books.holds[call]
    ends = hold.state == "open" or (hold.correctable and kind != "CAPTURE")
    if hold.state == "open":
        _end(books, hold, kind, cost)
    elif ends:
        _correct(books, hold, cost if kind == "SETTLE" else 0)
    if ends and kind == "VOID" and hold.token:
        del books.tokens[hold.member, hold.token]
    own = books.rows[hold.account, hold.period] if hold.payer == "own" else None
    return hold.charged or 0, None if own is None else free(own)


def _end(books: Books, hold: Hold, kind: str, cost: int) -> None:
    charged = {"SETTLE": cost, "VOID": 0, "CAPTURE": hold.amount}[kind]
    spent, row = min(charged, hold.amount), books.rows[hold.account, hold.period]
    row["held"] -= hold.amount
    row["spent"] += spent
    for limit in hold.limits:
        books.reserved[limit] -= hold.amount
        books.used[limit] = books.used.get(limit, 0) + spent
    hold.charged, hold.correctable = charged, kind == "CAPTURE"
    over = kind == "CAPTURE" or charged > hold.amount
    hold.state = "captured" if over else {"SETTLE": "settled", "VOID": "voided"}[kind]
    _owe(books, hold, charged - spent)
    take(row, hold.amount - spent)


def _correct(books: Books, hold: Hold, cost: int) -> None:
    """A captured call turned out to have cost something else: corrected once."""
    back, row = hold.amount - min(cost, hold.amount), books.rows[hold.account, hold.period]
    row["spent"] -= back
    for limit in hold.limits:
        books.used[limit] -= back
    hold.charged, hold.correctable = cost, False
    _owe(books, hold, max(0, cost - hold.amount))
    take(row, back)


def _owe(books: Books, hold: Hold, amount: int) -> None:
    if amount:
        books.debts[hold.account] = books.debts.get(hold.account, 0) + amount


def take(row: Row, freed: int) -> None:
    """Take what a lowered quota still wants out of credit that has just come free."""
    taken = max(0, min(row["cut"], free(row), freed))
    row["posted"] -= taken
    row["cut"] -= taken
