"""The ledger told a second time, on plain dicts: what every answer and every balance must be.

It imports nothing of `core`: a rule that both get wrong alike would have to be misread twice.
Amounts are microcredits, prices picocredits, times milliseconds.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

DAY_MS = 86_400_000
Row = dict[str, int]
Fact = str | int | bool | None
Look = tuple[str, str, int]


def row_of(posted: int = 0) -> Row:
    return {"posted": posted, "held": 0, "spent": 0, "cut": 0}


def free(row: Row) -> int:
    return row["posted"] - row["held"] - row["spent"]


@dataclass
class Member:
    quota: int
    teams: list[str] = field(default_factory=list)
    manages: str = ""
    admin: bool = False
    away_since: int | None = None
    away_until: int | None = None
    changes: list[int] = field(default_factory=list)

    def away(self, now: int) -> bool:
        if self.away_since is None:
            return False
        return self.away_since <= now and (self.away_until is None or self.away_until > now)


@dataclass
class Team:
    pool: int
    policy: str
    critical_percent: int
    vacation_percent: int
    rights: dict[str, str] = field(default_factory=dict)

    def lets(self, member: str) -> bool:
        right = self.rights.get(member, "default")
        by_policy = {"everyone": True, "listed": right == "listed", "nobody": False}
        return by_policy[self.policy] and right != "stopped"


@dataclass
class Key:
    member: str
    caps: tuple[tuple[str, int], ...] = ()
    """The key that counts, and the most it may count in a period."""
    critical: bool = False
    team: str | None = None
    revoked: bool = False


@dataclass(frozen=True)
class Wish:
    """A call somebody wants to make; `tighter` is what an exact count makes of `prompt`."""

    call: str
    key: str
    prompt: int
    price: int = 0
    tokens: int = 1
    lower: bool = False
    tighter: int | None = None
    critical: bool = False
    team: str | None = None
    token: str | None = None
    body: bytes = b""

    def cost(self, prompt: int, tokens: int) -> int:
        """Round up to whole microcredits, once."""
        whole, rest = divmod(prompt + self.price * tokens, 10**6)
        return whole + (1 if rest else 0)

    def longest(self, prompt: int, least: int, have: int) -> int | None:
        """Try every output limit from what was asked downwards."""
        for tokens in range(self.tokens, least - 1, -1):
            if self.cost(prompt, tokens) <= have:
                return tokens
        return None


@dataclass
class Hold:
    member: str
    account: str
    period: str
    payer: str
    amount: int
    limits: tuple[str, ...]
    token: str | None
    state: str = "open"
    charged: int | None = None
    correctable: bool = False


@dataclass(frozen=True)
class Paid:
    """Leave to call: who pays how much, and what the answer says beside it."""

    payer: str
    amount: int
    tokens: int
    row: str
    limits: tuple[str, ...]
    looks: tuple[Look, ...]
    quota: int
    remaining: int
    denied: bool


@dataclass(frozen=True)
class No:
    """A refusal, with every fact that comes with it."""

    code: str
    facts: tuple[tuple[str, Fact], ...] = ()
    looks: tuple[Look, ...] = ()


@dataclass
class Approval:
    member: str
    team: str | None
    amount: int
    created: int
    expires: int
    state: str = "pending"
    given: int | None = None


@dataclass
class Calendar:
    """Names of periods: `2026-11`, `2026-W48`, `2026-11-24`."""

    length: str

    def name(self, day: date) -> str:
        forms = {"month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d"}
        return day.strftime(forms[self.length])

    def at(self, now: int) -> str:
        return self.name(datetime.fromtimestamp(now // 1000, UTC).date())

    def before(self, period: str) -> str:
        if self.length == "month":
            first = date.fromisoformat(f"{period}-01")
        elif self.length == "week":
            year, week = period.split("-W")
            first = date.fromisocalendar(int(year), int(week), 1)
        else:
            first = date.fromisoformat(period)
        return self.name(first - timedelta(days=1))


@dataclass
class Books:
    """Everything there is, and how rows come to be."""

    calendar: Calendar
    rollover: int
    now: int
    members: dict[str, Member] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    debts: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    tokens: dict[tuple[str, str], tuple[bytes, str]] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    leaning: set[str] = field(default_factory=set)
    """Members whose last call was not paid from own quota: their pool is looked at at once."""

    @property
    def period(self) -> str:
        return self.calendar.at(self.now)

    def open(self, account: str, quota: int) -> Row:
        """Return the account's row of this period; a new one has grant, left-over, less debt."""
        place = (account, self.period)
        if place not in self.rows:
            row = self.rows[place] = row_of(quota)
            old = self._left_over(account, quota)
            if old is not None:
                kept = min(free(old), quota * self.rollover // 100)
                old["posted"] -= kept
                row["posted"] += kept
            self._repay(account, row)
        return self.rows[place]

    def _left_over(self, account: str, quota: int) -> Row | None:
        """Return the row of the period before; nobody needed it, so its grant is there still."""
        place = (account, self.calendar.before(self.period))
        if self.rollover and quota and place not in self.rows:
            self.rows[place] = row_of(quota)
            self._repay(account, self.rows[place])
        return self.rows.get(place)

    def _repay(self, account: str, row: Row) -> None:
        paid = min(self.debts.get(account, 0), row["posted"])
        row["posted"] -= paid
        self.debts[account] = self.debts.get(account, 0) - paid

    def open_own(self, member: str) -> Row:
        return self.open(f"user:{member}", self.members[member].quota)

    def open_pool(self, team: str) -> Row:
        return self.open(f"team:{team}", self.teams[team].pool)

    def counted(self, limit: str) -> int:
        return self.used.get(limit, 0) + self.reserved.get(limit, 0)

    def somebody_else_is_away(self, team: str, member: str) -> bool:
        return any(
            other.away(self.now)
            for name, other in self.members.items()
            if name != member and team in other.teams
        )

    def pending(self, member: str) -> str | None:
        for name, approval in self.approvals.items():
            if approval.member == member and approval.state == "pending":
                return name
        return None
