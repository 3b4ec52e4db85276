"""Prices and the two sums made of them: the bound before a call, the cost after it.

Prices are whole picocredits per token (see `credits`), so both sums are exact; each is rounded
up once, to microcredits.
"""

from dataclasses import dataclass

import msgspec

from core.domain.balancer import Bound
from core.domain.credits import ceil_micro


@dataclass(frozen=True, slots=True)
class Rates:
    """Picocredits per token. A cache rate that a model does not publish is its input rate."""

    input_pico: int
    output_pico: int
    cache_read_pico: int
    cache_write_pico: int
    own_reasoning_pico: int = 0
    """0: reasoning costs what all output costs."""

    @property
    def reasoning_pico(self) -> int:
        return self.own_reasoning_pico or self.output_pico

    @property
    def dearest_output_pico(self) -> int:
        return max(self.output_pico, self.own_reasoning_pico)

    @property
    def dearest_input_pico(self) -> int:
        return max(self.input_pico, self.cache_read_pico, self.cache_write_pico)


@dataclass(frozen=True, slots=True)
class Price:
    """A model's price: its base rates, and dearer rates above a number of prompt tokens.

    `tiers` is sorted by its threshold; a tier applies to all tokens of a call whose prompt is
    longer than the threshold (the meaning of litellm's `…_above_200k_tokens`).
    """

    base: Rates
    tiers: tuple[tuple[int, Rates], ...] = ()
    per_image_tokens: int = 0
    """The most tokens one image can count as; 0: the model takes no images."""

    def rates_at(self, prompt_tokens: int) -> Rates:
        chosen = self.base
        for threshold, rates in self.tiers:
            if prompt_tokens > threshold:
                chosen = rates
        return chosen

    def candidates(self, prompt_bound: int) -> tuple[Rates, ...]:
        """Return every set of rates that a prompt of at most `prompt_bound` tokens can meet."""
        reachable = [rates for threshold, rates in self.tiers if prompt_bound > threshold]
        return (self.base, *reachable)


class Usage(msgspec.Struct, frozen=True):
    """What a provider counted, in tokens.

    `cached` and `cache_written` lie within prompt, `reasoning` within completion.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    cache_written_tokens: int = 0
    reasoning_tokens: int = 0


def ceiling(
    prices: tuple[Price, ...],
    prompt_tokens: int,
    output_tokens: int,
    *,
    n: int = 1,
    may_lower: bool = False,
) -> Bound:
    """Return the bound of a call that any of `prices` (the fallback chain) may bill.

    `prompt_tokens` and `output_tokens` are upper bounds themselves, per choice.
    """
    every = [rates for price in prices for rates in price.candidates(prompt_tokens)]
    return Bound(
        prompt_pico=prompt_tokens * max(rates.dearest_input_pico for rates in every),
        output_pico=n * max(rates.dearest_output_pico for rates in every),
        output_tokens=output_tokens,
        may_lower=may_lower,
    )


def cost_micro(price: Price, usage: Usage) -> int:
    """Return what a call cost in microcredits, rounded up once."""
    rates = price.rates_at(usage.prompt_tokens)
    plain = usage.prompt_tokens - usage.cached_tokens - usage.cache_written_tokens
    said = usage.completion_tokens - usage.reasoning_tokens
    assert plain >= 0 <= said, "a usage was not checked before it was priced"
    return ceil_micro(
        plain * rates.input_pico
        + usage.cached_tokens * rates.cache_read_pico
        + usage.cache_written_tokens * rates.cache_write_pico
        + said * rates.output_pico
        + usage.reasoning_tokens * rates.reasoning_pico
    )
