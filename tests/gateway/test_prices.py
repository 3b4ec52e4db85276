"""The price file: exact, rounded up, and silent about no fee."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest

from core.domain.pricing import Price, Rates
from gateway.prices import PriceFile, Unpriced, pico, price_file, price_of, regional, tokens
from gateway.providers import PROVIDERS

PLAIN: Mapping[str, object] = {
    "litellm_provider": "openai",
    "mode": "chat",
    "input_cost_per_token": Decimal("1e-06"),
    "output_cost_per_token": Decimal("4e-06"),
}
UPLIFT = "regional_processing_uplift_multiplier_eu"


def priced(name: str = "m", **fields: object) -> Price:
    price = price_of(name, {**PLAIN, **fields}, 1_000)
    assert isinstance(price, Price)
    return price


def reason(name: str = "m", **fields: object) -> str:
    price = price_of(name, {**PLAIN, **fields}, 1_000)
    assert isinstance(price, Unpriced)
    return price.reason


def test_a_price_is_exact_and_else_rounded_up() -> None:
    assert pico(Decimal("1.5e-07"), 1_000) == 150_000_000
    assert pico(Decimal("1.5e-07"), 1) == 150_000
    assert pico(Decimal("1e-30"), 1) == 1
    assert pico(Decimal("0.1000000000000000000000000000000001"), 1_000) == 10**14 + 1


def test_litellm_s_file_has_the_published_price_of_gpt_4o_mini() -> None:
    entry = price_file().entry("openai", "gpt-4o-mini")
    assert entry is not None

    assert price_of("gpt-4o-mini", entry, 1_000) == Price(
        Rates(150_000_000, 600_000_000, 75_000_000, 150_000_000)
    )


def test_litellm_s_file_has_gemini_s_tier_and_claude_s_cache_rates() -> None:
    gemini = price_file().entry("gemini", "gemini-2.5-pro")
    claude = price_file().entry("anthropic", "claude-sonnet-4-5")
    assert gemini is not None
    assert claude is not None

    assert price_of("gemini-2.5-pro", gemini, 1) == Price(
        Rates(1_250_000, 10_000_000, 125_000, 1_250_000),
        ((200_000, Rates(2_500_000, 15_000_000, 250_000, 2_500_000)),),
    )
    assert price_of("claude-sonnet-4-5", claude, 1) == Price(
        Rates(3_000_000, 15_000_000, 300_000, 3_750_000)
    )


def test_a_tier_takes_from_below_what_it_leaves_out_but_for_cache_rates() -> None:
    price = priced(
        cache_read_input_token_cost=Decimal("1e-07"),
        input_cost_per_token_above_128k_tokens=Decimal("2e-06"),
        output_cost_per_token_above_256k_tokens=Decimal("8e-06"),
    )

    assert price.tiers == (
        (128_000, Rates(2 * 10**9, 4 * 10**9, 2 * 10**9, 2 * 10**9)),
        (256_000, Rates(2 * 10**9, 8 * 10**9, 2 * 10**9, 2 * 10**9)),
    )


@pytest.mark.parametrize(("said", "dearest"), [("6e-06", 6), ("3e-06", 4), ("4e-06", 4)])
def test_reasoning_has_its_own_price_and_a_hold_reckons_with_the_dearest(
    said: str, dearest: int
) -> None:
    rates = priced(output_cost_per_reasoning_token=Decimal(said)).base

    assert rates.output_pico == 4 * 10**9
    assert rates.reasoning_pico == int(Decimal(said) * 10**15)
    assert rates.dearest_output_pico == dearest * 10**9


@pytest.mark.parametrize("key", ["input_cost_per_token", "output_cost_per_token"])
@pytest.mark.parametrize("value", [None, 0, Decimal(0)])
def test_a_price_of_nothing_is_no_price(key: str, value: object) -> None:
    fields: dict[str, object] = {key: value}

    assert reason("m", **fields) == "no price for input and output is known"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("input_cost_per_request", Decimal("0.005")),
        ("input_cost_per_character", Decimal("1e-07")),
        ("output_cost_per_image", Decimal("0.03")),
        ("output_cost_per_audio_token", Decimal("8e-05")),
        ("citation_cost_per_token", Decimal("2e-06")),
        ("tiered_pricing", [{"range": [0, 1]}]),
        ("input_cost_per_image_token", Decimal("2e-06")),
        ("input_cost_per_image_token", "dear"),
        ("a_cost_of_next_year", Decimal(1)),
        ("cache_read_input_token_cost", Decimal(-1)),
        ("input_cost_per_token", "0.1"),
        ("output_cost_per_token", True),
    ],
)
def test_a_fee_without_a_bound_leaves_a_model_unpriced(key: str, value: object) -> None:
    fields: dict[str, object] = {key: value}

    assert reason("m", **fields) == f"its fee {key} has no upper bound here"


def test_a_fee_of_nothing_and_fees_that_no_call_can_meet_do_no_harm() -> None:
    price = priced(
        input_cost_per_request=0,
        input_cost_per_token_priority=Decimal(1),
        input_cost_per_audio_token=Decimal(1),
        input_cost_per_image_token=Decimal("1e-06"),
        search_context_cost_per_query={"search_context_size_high": Decimal("0.05")},
        off_peak_pricing={"input_cost_per_token": Decimal("5e-07")},
    )

    assert price == priced()


def test_a_model_that_searches_unasked_is_unpriced() -> None:
    fee = {"search_context_size_high": Decimal("0.05")}

    assert "search_context" in reason("gpt-x-search", search_context_cost_per_query=fee)


def test_a_model_that_does_not_chat_is_unpriced() -> None:
    assert "chat/completions" in reason(mode="embedding")
    assert "chat/completions" in reason(supported_endpoints=["/v1/responses"])


def test_a_region_makes_prices_dearer_where_the_file_says_so() -> None:
    entry = {**PLAIN, UPLIFT: Decimal("1.1")}

    assert regional(entry, "https://eu.api.openai.com/v1") == Fraction(11, 10)
    assert regional(entry, "https://api.openai.com/v1") == 1
    assert regional(PLAIN, "https://eu.api.openai.com/v1") == 1
    assert regional(entry, "") == 1


def test_a_limit_that_is_no_sensible_number_is_passed_over() -> None:
    entry = {"a": "LEGACY", "b": 0, "c": 10**12, "d": 4_096}

    assert tokens(entry, "a", "b", "c", "d", "none") == 4_096
    assert tokens(entry, "a", "none") is None


def test_an_entry_is_found_under_either_name_but_not_another_provider_s() -> None:
    names = {
        "gpt-x": b'{"litellm_provider": "openai", "mode": "chat"}',
        "ft:gpt-x": b'{"litellm_provider": "openai", "mode": "chat"}',
        "groq/llama": b'{"litellm_provider": "groq", "mode": "chat"}',
        "groq/guard": b'{"litellm_provider": "groq", "mode": "embedding"}',
        "gemini-x": b'{"litellm_provider": "vertex_ai-language-models", "mode": "chat"}',
    }
    file = PriceFile({name: msgspec.Raw(text) for name, text in names.items()})

    assert file.entry("openai", "gpt-x")
    assert file.entry("openai", "ft:gpt-x:org::id")
    assert file.entry("groq", "llama")
    assert file.entry("vertex_ai", "gemini-x")
    assert file.entry("groq", "gpt-x") is None
    assert file.entry("openai", "llama") is None
    assert set(file.chat_models([PROVIDERS["openai"], PROVIDERS["groq"]])) == {
        ("openai", "gpt-x"),
        ("groq", "llama"),
    }


def test_without_litellm_there_are_no_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.prices.find_spec", lambda _: None)

    assert price_file().entry("openai", "gpt-4o-mini") is None
