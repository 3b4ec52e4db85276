"""Prices: hand-computed bills, and the law that no bill exceeds the ceiling held for it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.bill import bill, keep, kept
from core.domain.credits import PICO_PER_MICRO, ceil_micro
from core.domain.pricing import Price, Rates, Usage, ceiling, cost_micro

PICO_PER_USD_PER_MILLION = 10**9
"""At 1,000 credits a dollar: US$ 1 per million tokens is 1e-6 * 1e3 * 1e12 picocredits a token."""


def rates(input_usd: str, output_usd: str, read_usd: str = "", write_usd: str = "") -> Rates:
    """Return rates from US$ per million tokens, as price lists print them."""
    pico = [
        int(Decimal(usd or input_usd) * PICO_PER_USD_PER_MILLION)
        for usd in (input_usd, output_usd, read_usd, write_usd)
    ]
    return Rates(*pico)


GPT_4O_MINI = Price(rates("0.15", "0.60", "0.075"), per_image_tokens=48_169)
GEMINI_25_PRO = Price(
    rates("1.25", "10", "0.125"), tiers=((200_000, rates("2.50", "15", "0.25")),)
)
CLAUDE_SONNET = Price(rates("3", "15", "0.30", "3.75"))
SONAR = Price(replace(rates("2", "8"), own_reasoning_pico=3 * PICO_PER_USD_PER_MILLION))
"""Its hidden reasoning is cheaper than what it says."""


@pytest.mark.parametrize(
    ("price", "usage", "usd"),
    [
        (GPT_4O_MINI, Usage(1_000, 500), "0.00045"),  # 0.00015 + 0.0003
        (GPT_4O_MINI, Usage(1_000, 500, cached_tokens=400), "0.00042"),  # 0.00009 + 0.00003 + …
        (GEMINI_25_PRO, Usage(200_000, 1_000), "0.26"),  # 0.25 + 0.01: the threshold itself
        (GEMINI_25_PRO, Usage(200_001, 1_000), "0.5150025"),  # all tokens at the tier's rates
        (GEMINI_25_PRO, Usage(300_000, 0, cached_tokens=100_000), "0.525"),  # 0.5 + 0.025
        (CLAUDE_SONNET, Usage(10_000, 100, 6_000, 3_000), "0.01755"),  # 0.003+.0018+.01125+.0015
        (CLAUDE_SONNET, Usage(0, 0), "0"),
        (SONAR, Usage(1_000, 600, reasoning_tokens=500), "0.0043"),  # 0.002 + 0.0008 + 0.0015
    ],
)
def test_a_bill_is_exact_in_microcredits(price: Price, usage: Usage, usd: str) -> None:
    microcredits = Decimal(usd) * 1_000 * 1_000_000

    assert cost_micro(price, usage) == microcredits.to_integral_exact()


def test_a_bill_is_rounded_up_once_for_all_its_parts() -> None:
    half = PICO_PER_MICRO // 2

    assert cost_micro(Price(Rates(1, 1, 1, 1)), Usage(1, 0)) == 1
    assert cost_micro(Price(Rates(half, half, half, half)), Usage(1, 1)) == 1
    assert cost_micro(Price(Rates(half, half + 1, half, half)), Usage(1, 1)) == 2


def test_a_usage_with_more_cached_than_prompt_tokens_is_a_broken_law() -> None:
    with pytest.raises(AssertionError, match="not checked"):
        cost_micro(GPT_4O_MINI, Usage(1, 1, cached_tokens=2))


def test_only_tiers_that_a_prompt_can_reach_make_a_hold_dearer() -> None:
    assert GEMINI_25_PRO.candidates(200_000) == (GEMINI_25_PRO.base,)
    assert ceiling((GEMINI_25_PRO,), 200_000, 0).full_micro == 250_000_000
    assert ceiling((GEMINI_25_PRO,), 200_001, 0).prompt_pico == 200_001 * 2_500_000_000


def test_a_hold_takes_the_dearest_price_of_the_chain_and_cache_writes() -> None:
    bound = ceiling((GPT_4O_MINI, CLAUDE_SONNET), 100, 10, n=3, may_lower=True)

    assert bound.prompt_pico == 100 * 3_750_000_000
    assert bound.output_pico == 3 * 15_000_000_000
    assert bound.may_lower


prices_per_token = st.integers(1, 10**12)
some_rates = st.builds(
    Rates,
    prices_per_token,
    prices_per_token,
    prices_per_token,
    prices_per_token,
    st.just(0) | prices_per_token,
)
some_prices = st.builds(
    Price,
    some_rates,
    st.dictionaries(st.integers(1, 5_000), some_rates, max_size=3).map(
        lambda tiers: tuple(sorted(tiers.items()))
    ),
)
some_chains = st.lists(some_prices, min_size=1, max_size=4).map(tuple)
token_counts = st.integers(0, 6_000)


@st.composite
def usages(draw: st.DrawFn, most_prompt: int, most_completion: int) -> Usage:
    prompt = draw(st.integers(0, most_prompt))
    cached = draw(st.integers(0, prompt))
    written = draw(st.integers(0, prompt - cached))
    completion = draw(st.integers(0, most_completion))
    return Usage(prompt, completion, cached, written, draw(st.integers(0, completion)))


@given(st.data(), some_chains, token_counts, token_counts, st.integers(1, 8))
def test_no_usage_within_the_bounds_costs_more_than_the_ceiling(
    data: st.DataObject, chain: tuple[Price, ...], prompt: int, output: int, n: int
) -> None:
    billed = data.draw(st.sampled_from(chain))
    usage = data.draw(usages(prompt, n * output))

    assert cost_micro(billed, usage) <= ceiling(chain, prompt, output, n=n).full_micro


@given(some_chains, token_counts, token_counts, st.integers(1, 7), st.integers(0, 100))
def test_a_larger_call_never_has_a_lower_ceiling(
    chain: tuple[Price, ...], prompt: int, output: int, n: int, more: int
) -> None:
    smaller = ceiling(chain, prompt, output, n=n).full_micro

    assert smaller <= ceiling(chain, prompt + more, output, n=n).full_micro
    assert smaller <= ceiling(chain, prompt, output + more, n=n).full_micro
    assert smaller <= ceiling(chain, prompt, output, n=n + 1).full_micro
    assert smaller <= ceiling((*chain, GPT_4O_MINI), prompt, output, n=n).full_micro


@given(some_rates, st.data(), st.integers(0, 100))
def test_more_tokens_never_cost_less_at_the_same_rates(
    flat: Rates, data: st.DataObject, more: int
) -> None:
    usage = data.draw(usages(6_000, 6_000))
    longer = Usage(
        usage.prompt_tokens + more,
        usage.completion_tokens + more,
        usage.cached_tokens,
        usage.cache_written_tokens,
        usage.reasoning_tokens,
    )

    assert cost_micro(Price(flat), usage) <= cost_micro(Price(flat), longer)


@given(some_prices, st.data())
def test_a_bill_says_line_by_line_what_a_call_costs(price: Price, data: st.DataObject) -> None:
    usage = data.draw(usages(6_000, 6_000))
    lines = bill(price, usage)

    assert ceil_micro(sum(line.amount_pico for line in lines)) == cost_micro(price, usage)
    assert sum(line.tokens for line in lines) == usage.prompt_tokens + usage.completion_tokens
    assert all(line.tokens > 0 for line in lines)


@given(some_prices, some_prices, st.text())
def test_a_price_is_read_as_it_was_kept_and_another_one_has_another_id(
    price: Price, other: Price, upstream: str
) -> None:
    written = keep(upstream, price)

    assert kept(written.rates) == price
    assert (keep(upstream, other).id == written.id) == (other == price)
    assert keep(upstream + "x", price).id != written.id


@given(some_prices, st.integers(0, 6_000))
def test_the_rates_of_a_prompt_are_among_those_its_bound_can_meet(
    price: Price, prompt: int
) -> None:
    assert price.rates_at(prompt) in price.candidates(prompt)
