"""What one process has counted since it started: plain whole numbers, cheap enough for every call.

They are read when somebody asks for metrics, and name nobody: a model, a payer, a code, a
provider, never a member, a team or a key.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from core.calls import Attempt, Outcome, Receipt, Ticket
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 600.0)
COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
LAG_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
ENDINGS = {Kind.SETTLE: "settled", Kind.VOID: "voided", Kind.CAPTURE: "captured"}
LIMITS = frozenset({"requests", "tokens", "concurrency"})


class Histogram:
    """How many values were at most each bound, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """The counters of a process. Whatever adds to one runs in one thread, so none is locked.

    Where all that can be counted is known, it begins at 0: an alert on an increase does not see a
    counter that is first seen at 1.
    """

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, int, str]] = Counter()
        """By model, status and payer."""
        self.credits_micro: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.ended: Counter[str] = Counter(dict.fromkeys(ENDINGS.values(), 0))
        self.attempts: Counter[tuple[str, str]] = Counter()
        self.heads: dict[str, Histogram] = {}
        self.upstreams: dict[str, Histogram] = {}
        self.refused: Counter[str] = Counter({code.value: 0 for code in Code})
        self.limited: Counter[str] = Counter(dict.fromkeys(LIMITS, 0))
        self.batch_items = Histogram(SIZES)
        self.batch_seconds = Histogram(COMMIT_SECONDS)
        self.lag_seconds = Histogram(LAG_SECONDS)
        self.estimates = 0
        self.above_hold = 0
        self.orphans = 0
        self.invalid_usage = 0
        self.clock_skew = 0
        self.upkeep_failures = 0

    def batch(self, items: int, seconds: float) -> None:
        """Count one transaction of holds and settlements."""
        self.batch_items.add(items)
        self.batch_seconds.add(seconds)

    def settled(self, ticket: Ticket, outcome: Outcome, receipt: Receipt) -> None:
        """Count one call that has ended, after its settlement committed."""
        payer, tokens = receipt.payer.value, self.tokens
        self.calls[ticket.model, outcome.status, payer] += 1
        self.credits_micro[payer] += receipt.cost_micro
        self.ended[ENDINGS[outcome.kind]] += 1
        tokens["prompt"] += outcome.prompt_tokens
        tokens["completion"] += outcome.completion_tokens
        tokens["cached"] += outcome.cached_tokens
        tokens["cache_written"] += outcome.cache_written_tokens
        tokens["reasoning"] += outcome.reasoning_tokens
        self.estimates += outcome.estimated
        self.above_hold += outcome.cost_micro > ticket.amount_micro
        for attempt in outcome.attempts:
            self._attempted(attempt)

    def refuse(self, refusal: Refusal) -> None:
        """Count one request that was answered with an error."""
        self.refused[refusal.code.value] += 1
        if refusal.code is Code.RATE_LIMIT_EXCEEDED:
            kind = str(refusal.facts.get("kind"))
            self.limited[kind if kind in LIMITS else "other"] += 1

    def _attempted(self, attempt: Attempt) -> None:
        provider = attempt.upstream.partition("/")[0]
        self.attempts[provider, attempt.outcome] += 1
        if provider not in self.upstreams:
            self.upstreams[provider] = Histogram(SECONDS)
            self.heads[provider] = Histogram(SECONDS)
        self.upstreams[provider].add(attempt.ms / 1000)
        if attempt.head_ms is not None:
            self.heads[provider].add(attempt.head_ms / 1000)
