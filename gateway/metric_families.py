"""The metrics themselves: each one's name, what it says, and where its figures come from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector as Collects

from core.views import VERSION, PartView
from core.views.depths import Depths
from core.views.tally import Histogram, Tally

PREFIX = "tokenpool_"
MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is so just now, as against what has been counted."""

    calls_open: int
    platforms: tuple[PartView, ...]
    depths: Depths | None
    """None: the database did not answer."""


@dataclass(frozen=True, slots=True)
class Collector(Collects):
    """Makes metrics of a tally, at the moment somebody scrapes."""

    tally: Tally
    gauges: Gauges

    def collect(self) -> Iterable[Metric]:
        yield from _calls(self.tally)
        yield from _troubles(self.tally)
        yield from _upstreams(self.tally)
        yield from _inside(self.tally)
        yield from _now(self.gauges)
        if self.gauges.depths is not None:
            yield from _depths(self.gauges.depths)


def _calls(tally: Tally) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        PREFIX + "calls",
        "Calls that ended, after their settlement.",
        labels=("model", "status", "payer"),
    )
    for (model, status, payer), count in list(tally.calls.items()):
        calls.add_metric((model, str(status), payer), count)
    yield calls
    credit = CounterMetricFamily(PREFIX + "credits", "Credits charged.", labels=("payer",))
    for payer, micro in list(tally.credits_micro.items()):
        credit.add_metric((payer,), micro / MICRO)
    yield credit
    yield _by("tokens", "Tokens as charged.", "kind", tally.tokens)
    yield _by(
        "holds_ended", "Holds that ended: settled, voided, captured.", "outcome", tally.ended
    )


def _troubles(tally: Tally) -> Iterator[Metric]:
    yield _by("refusals", "Requests answered with an error.", "code", tally.refused)
    yield _by("rate_limited", "Requests over a limit a minute.", "kind", tally.limited)
    for name, text, count in (
        ("estimates", "Calls charged by estimate, for want of usage.", tally.estimates),
        ("invalid_usage", "Answers whose usage was impossible.", tally.invalid_usage),
        ("above_hold", "Calls that cost more than was held for them.", tally.above_hold),
        ("orphans", "Holds of dead processes that this one ended.", tally.orphans),
        ("upkeep_failures", "Rounds of upkeep that broke.", tally.upkeep_failures),
        ("clock_skew", "Signed requests whose time was too far from ours.", tally.clock_skew),
    ):
        yield CounterMetricFamily(PREFIX + name, text, value=count)


def _upstreams(tally: Tally) -> Iterator[Metric]:
    attempts = CounterMetricFamily(
        PREFIX + "attempts", "Requests sent to providers.", labels=("provider", "outcome")
    )
    for (provider, outcome), count in list(tally.attempts.items()):
        attempts.add_metric((provider, outcome), count)
    yield attempts
    yield _histograms("upstream_head_seconds", "Until an answer began.", tally.heads)
    yield _histograms(
        "upstream_seconds", "Until an answer, or an attempt, ended.", tally.upstreams
    )


def _inside(tally: Tally) -> Iterator[Metric]:
    for name, text, histogram in (
        ("batch_items", "Holds and settlements in one commit.", tally.batch_items),
        ("batch_seconds", "How long such a commit took.", tally.batch_seconds),
        ("loop_lag_seconds", "How late the event loop was.", tally.lag_seconds),
    ):
        family = HistogramMetricFamily(PREFIX + name, text)
        family.add_metric((), _buckets(histogram), histogram.total)
        yield family


def _now(gauges: Gauges) -> Iterator[Metric]:
    up = gauges.depths is not None
    yield GaugeMetricFamily(PREFIX + "database_up", "1 if the database answers.", value=up)
    yield _gauge("calls_open", "Calls on their way in this process.", gauges.calls_open)
    platforms = GaugeMetricFamily(
        PREFIX + "platform_up", "1 if a chat platform answers.", labels=("platform",)
    )
    for part in gauges.platforms:
        platforms.add_metric((part.name,), part.ok)
    yield platforms
    info = GaugeMetricFamily(PREFIX + "info", "Always 1.", labels=("version",))
    info.add_metric((VERSION,), 1)
    yield info


def _depths(depths: Depths) -> Iterator[Metric]:
    yield _gauge("holds_open", "Open holds of all processes.", depths.holds)
    yield _gauge("outbox_pending", "Notices that wait to be sent.", depths.outbox)
    yield _gauge(
        "outbox_oldest_seconds", "How long the oldest one due has waited.", depths.outbox_seconds
    )
    yield _gauge("inbox_pending", "Chat events that wait to be worked on.", depths.inbox)
    yield _gauge("debtors", "Accounts that owe credits.", depths.debtors)
    yield _gauge("debt_credits", "Credits owed.", depths.owed_micro / MICRO)
    if depths.seal_seconds is not None:
        yield _gauge("seal_age_seconds", "Since the journal was sealed.", depths.seal_seconds)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, text, value=value)


def _by(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(PREFIX + name, text, labels=(label,))
    for value, count in list(counts.items()):
        family.add_metric((value,), count)
    return family


def _histograms(name: str, text: str, by_provider: Mapping[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(PREFIX + name, text, labels=("provider",))
    for provider, histogram in list(by_provider.items()):
        family.add_metric((provider,), _buckets(histogram), histogram.total)
    return family


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """Return how many were at most each bound, the last one endless."""
    found, below = list[tuple[str, float]](), 0
    for bound, count in zip((*histogram.bounds, float("inf")), histogram.counts, strict=True):
        below += count
        found.append(("+Inf" if bound == float("inf") else f"{float(bound)}", below))
    return found
