"""Replaying a journal: rows of transfers in order, and everything they must agree with.

Sentences name ids and numbers only. Rows come as the database returns them, a page at a time, so
that a million of them need seconds and no memory.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.domain import ledger
from core.domain.ledger import RESOLVES, HoldState, Kind, Payer
from core.store.allowances import caps_of
from core.store.folio import key_limits
from core.store.statements import Row

MOST_SENTENCES = 100
MOST_REMEMBERED = 100_000
"""Combinations of row, payer and limits that were found right; each is checked once."""
OPEN = HoldState.OPEN.value
ENDS = {kind.value: state.value for kind, state in RESOLVES.items()}


@dataclass(slots=True)
class Findings:
    """What is wrong, as sentences: the first hundred, and how many in all."""

    sentences: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, sentence: str) -> None:
        self.count += 1
        if len(self.sentences) < MOST_SENTENCES:
            self.sentences.append(sentence)


class Held(NamedTuple):
    """A hold and, once it has ended, its call, in the order of auditing.READ_HOLDS."""

    id: str
    amount: int
    state: str
    cost: int | None
    """What its call cost; None as long as there is no call."""
    agrees: bool
    """Whether hold and call say the same of all that both know."""
    row_id: str
    limits: str
    payer: str
    member_id: str
    team_id: str | None
    caps: str | None
    """Those of its key, which never change."""


class Replayed(NamedTuple):
    """A balance row as its transfers say it must be."""

    row_id: str
    posted: int
    held: int
    spent: int
    cut: int
    n: int
    head: bytes


@dataclass(slots=True)
class Sums:
    """What came into a period's rows, debt apart, in microcredits."""

    issued: int = 0
    moved: int = 0


class Replay:
    """Walks the journal in the order of rows and numbers; a page's holds are told beforehand."""

    def __init__(self, pepper: bytes, findings: Findings) -> None:
        self._pepper = pepper
        self._findings = findings
        self._row = ""
        self._n = self._posted = self._held = self._spent = self._cut = 0
        self._head = b""
        self._known: dict[str, Held] = {}
        self._open: dict[str, Held] = {}
        self._sum = Sums()
        self.kinds: dict[str, Callable[[Row], None]] = {
            Kind.GRANT.value: self._grant,
            Kind.MOVE.value: self._move,
            Kind.ADJUST.value: self._adjust,
            Kind.HOLD.value: self._hold,
            **dict.fromkeys(ENDS, self._end),
        }
        self.transfers = self.finished = self.holds = self.ended = 0
        self.sums: defaultdict[str, Sums] = defaultdict(Sums)
        self._counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._right: set[tuple[object, ...]] = set()
        self.rows: list[Replayed] = []
        """Finished rows, suspicious calls and partners to find; the caller takes them away."""
        self.suspects: list[str] = []
        self.partners: list[tuple[str, str, str, str, int]] = []

    def know(self, holds: Iterable[Held]) -> None:
        self._known = {held.id: held for held in holds}

    def walk(self, page: Sequence[Row]) -> None:
        """Take the next transfers: n, id, kind, row, counter, posted, held, spent, at_ms, mac."""
        pepper, kinds = self._pepper, self.kinds
        self.transfers += len(page)
        for t in page:
            if t[3] != self._row:
                self.turn(t[3])
            self._n += 1
            if t[0] != self._n:
                self._say(t, f"has number {t[0]}, but {self._n} is due")
                self._n = t[0]
            if ledger.link(pepper, self._head, t[:9]) != t[9]:
                self._say(t, "does not match the chain: it or one before it was changed")
            self._head = t[9]
            self._posted += t[5]
            self._held += t[6]
            self._spent += t[7]
            kinds.get(t[2], self._unknown)(t)

    def turn(self, row: str) -> None:
        """Finish a row and begin the next."""
        for held in self._open.values():
            if held.state != OPEN:
                self._findings.add(f"Hold {held.id} is {held.state}, but no transfer ended it.")
        if self._row:
            self.finished += 1
            counters = (self._posted, self._held, self._spent, self._cut)
            self.rows.append(Replayed(self._row, *counters, self._n, self._head))
        self._row, self._open, self._head = row, {}, b""
        self._n = self._posted = self._held = self._spent = self._cut = 0
        account, _, period = row.rpartition("/")
        self._sum = Sums() if account.startswith("debt:") else self.sums[period]

    def _say(self, t: Row, what: str) -> None:
        self._findings.add(f"Transfer {t[1]} in {t[3]} {what}.")

    def _unknown(self, t: Row) -> None:
        self._say(t, "is of no known kind")

    def _grant(self, t: Row) -> None:
        self._sum.issued += t[5]
        account, _, period = t[3].rpartition("/")
        first = t[1] == f"grant:{account}:{period}"
        if first != (t[0] == 1) or (t[1].startswith("grant:") and not first):
            self._say(t, "is not the one grant that opens its row")
        if t[6] or t[7] or t[5] < 0:
            self._say(t, "is no grant: it must add credit and nothing else")

    def _move(self, t: Row) -> None:
        self._sum.moved += t[5]
        partner = t[1].removesuffix(":in") if t[1].endswith(":in") else f"{t[1]}:in"
        self.partners.append((t[1], partner, t[3], t[4], -t[5]))
        if t[6] or t[7]:
            self._say(t, "is no move: it must change what is posted and nothing else")

    def _adjust(self, t: Row) -> None:
        self._sum.issued += t[5]
        verb, _, rest = t[1].partition(":")
        if verb in {"lower", "forgive"}:
            self._cut += int(rest.rpartition(":")[2])
        elif verb == "cut":
            self._cut += t[5]
        elif verb == "repay":
            self.partners.append((t[1], f"repaid:{rest}", t[3], t[4], t[5]))
        elif verb == "repaid":
            self.partners.append((t[1], f"repay:{rest}", t[3], t[4], t[5]))
        elif t[4] == "usage":
            self.suspects.append(rest.partition(":")[0])
        if t[6] or (t[7] and verb not in {"adjust", "dispute"}):
            self._say(t, "is no adjustment: it touches what is held or spent")

    def _hold(self, t: Row) -> None:
        self.holds += 1
        held = self._known.get(t[1][5:])
        if held is None:
            self._say(t, "belongs to no hold")
            return
        if held.row_id != t[3] or held.amount != t[6] or t[5] or t[7]:
            self._say(t, f"and hold {held.id} differ in row or amount")
        self._open[held.id] = held
        self._check(held)
        counted = self._counted[held.limits]
        if held.state == OPEN:
            counted[1] += held.amount
        else:  # what its limits count as used is all but the debt
            counted[0] += min(held.cost or 0, held.amount)

    def _check(self, held: Held) -> None:
        """Compare a hold with itself and with its call."""
        if held.state == OPEN:
            if held.cost is not None:
                self._findings.add(f"Hold {held.id} is open, but its call has ended.")
        elif not held.agrees:
            self._findings.add(f"Hold {held.id} is {held.state}; its call says otherwise.")
        if held[5:] not in self._right:
            self._check_payer(held)

    def _check_payer(self, held: Held) -> None:
        """Check that the hold's row and limits are those of its payer."""
        member, team = held.member_id, held.team_id
        account, _, period = held.row_id.rpartition("/")
        mine = held.payer == Payer.OWN
        subject = team if held.payer == Payer.VACATION else f"{team}:{member}"
        share = [] if mine else [f"{held.payer}:{subject}/{period}"]
        capped = key_limits(caps_of(held.caps or ""), period)
        if account != (f"user:{member}" if mine else f"team:{team}"):
            self._findings.add(f"Hold {held.id} with payer {held.payer} is on {held.row_id}.")
        elif held.limits.split() != [*capped, *share]:
            self._findings.add(f"Hold {held.id} with payer {held.payer} counts on wrong limits.")
        elif len(self._right) < MOST_REMEMBERED:
            self._right.add(held[5:])

    def limits(self) -> dict[str, list[int]]:
        """Return used and held of every limit that a hold lists."""
        limits: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for listed, (used, held) in self._counted.items():
            for limit in listed.split():
                limits[limit][0] += used
                limits[limit][1] += held
        return limits

    def _end(self, t: Row) -> None:
        self.ended += 1
        verb, _, call = t[1].partition(":")
        held = self._open.pop(call, None)
        if held is None:
            self._say(t, "ends no open hold")
            return
        kind, spent = t[2], t[7]
        if verb != kind.lower() or ENDS[kind] != held.state:
            self._say(t, f"ends hold {call}, which is {held.state}")
        most = 0 if kind == "VOID" else held.amount
        least = held.amount if kind == "CAPTURE" else 0
        if t[6] != -held.amount or t[5] or not least <= spent <= most:
            self._say(t, f"does not end the {held.amount} that hold {call} reserved")
        if spent != held.cost:
            self.suspects.append(call)
