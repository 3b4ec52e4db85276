"""A call's cost line by line, and the price that is kept with it, so that the story stays true."""

import hashlib

import msgspec

from core.domain.pricing import Price, Usage


class Charge(msgspec.Struct, frozen=True):
    """One line of a bill: so many tokens of a kind, each at a rate in picocredits."""

    kind: str
    """input, cache_read, cache_write, output or reasoning."""
    tokens: int
    rate_pico: int

    @property
    def amount_pico(self) -> int:
        return self.tokens * self.rate_pico

    @property
    def per_million_micro(self) -> int:
        """A million tokens at so many millionths of a microcredit."""
        return self.rate_pico


class KeptPrice(msgspec.Struct, frozen=True):
    """A price as it is kept with the calls that were charged at it; a changed one has a new id."""

    id: str
    upstream: str
    rates: str


def bill(price: Price, usage: Usage) -> tuple[Charge, ...]:
    """Return what a call's cost is made of; `pricing.cost_micro` is its sum, rounded up once."""
    rates = price.rates_at(usage.prompt_tokens)
    plain = usage.prompt_tokens - usage.cached_tokens - usage.cache_written_tokens
    lines = (
        Charge("input", plain, rates.input_pico),
        Charge("cache_read", usage.cached_tokens, rates.cache_read_pico),
        Charge("cache_write", usage.cache_written_tokens, rates.cache_write_pico),
        Charge("output", usage.completion_tokens - usage.reasoning_tokens, rates.output_pico),
        Charge("reasoning", usage.reasoning_tokens, rates.reasoning_pico),
    )
    return tuple(line for line in lines if line.tokens)


def keep(upstream: str, price: Price) -> KeptPrice:
    rates = msgspec.json.encode(price)
    digest = hashlib.sha256(upstream.encode() + b"\0" + rates).hexdigest()
    return KeptPrice(f"price_{digest[:24]}", upstream, rates.decode())


def kept(rates: str) -> Price:
    """Return the price that `keep` wrote down."""
    return msgspec.json.decode(rates, type=Price)
