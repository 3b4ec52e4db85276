"""Bugs to plant in what surrounds an attempt: prices, pauses, bounds, kept answers."""

from torture.planted_gateway import Planted

COOLING = "tests/gateway/test_cooling.py"
PRICING = "tests/core/domain/test_pricing.py"
PROVIDERS = "tests/flow/test_provider_faults.py"
REPLAYS = "tests/gateway/test_replays.py"
EXPLAINING = "tests/core/service/test_explaining.py"

ATTEMPT_BUGS = [
    Planted(
        "the answer of a strict call is kept in memory",
        "gateway/replays.py",
        "return asked and ticket.privacy is not Privacy.STRICT",
        "return asked",
        REPLAYS,
    ),
    Planted(
        "a kept answer is given for ever",
        "gateway/replays.py",
        "        if kept.until > self._clock():\n",
        "        if kept.until:\n",
        REPLAYS,
    ),
    Planted(
        "after a pause everybody tries at once",
        "gateway/cooling.py",
        "            one.until = now + self._seconds\n            return False\n",
        "            return False\n",
        COOLING,
    ),
    Planted(
        "everybody is passed over where all cool",
        "gateway/cooling.py",
        "return any(not self._cools(other, now) for other in others)",
        "return bool(list(others))",
        COOLING,
    ),
    Planted(
        "reasoning is billed as an answer",
        "core/domain/pricing.py",
        "usage.reasoning_tokens * rates.reasoning_pico",
        "usage.reasoning_tokens * rates.output_pico",
        PRICING,
    ),
    Planted(
        "a hold forgets what reasoning costs",
        "core/domain/pricing.py",
        "max(rates.dearest_output_pico for",
        "max(rates.output_pico for",
        PRICING,
    ),
    Planted(
        "why tells a price but not the tier's",
        "core/domain/bill.py",
        "rates = price.rates_at(usage.prompt_tokens)",
        "rates = price.base",
        PRICING,
    ),
    Planted(
        "a price is not kept with the call",
        "core/store/settling.py",
        'return outcome.price.id if outcome.price else ""',
        'return ""',
        EXPLAINING,
    ),
    Planted(
        "an answer may have any size",
        "gateway/upstream.py",
        "            if size > MOST_ANSWER_BYTES:\n",
        "            if False:\n",
        PROVIDERS,
    ),
    Planted(
        "who leaves before a provider is reached is charged",
        "gateway/upstream.py",
        'outcome = "unsent" if was_unsent(cut) else outcome',
        "del cut",
        "tests/flow/test_impatience.py",
    ),
    Planted(
        "a provider need not stop at its limit",
        "gateway/upstream.py",
        "if self.meter.produced_bytes > self.most_said_bytes:",
        "if False:",
        PROVIDERS,
    ),
    Planted(
        "what was never sent is charged when time runs out",
        "gateway/stream.py",
        "        if self.exchange.produced_nothing:\n",
        "        if False:\n",
        PROVIDERS,
    ),
]
