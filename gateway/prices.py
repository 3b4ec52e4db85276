"""Prices out of litellm's price file, which is found and read without importing litellm.

Exact decimals in, whole picocredits per token out, rounded up. A fee that no hold can bound makes
a model unpriced: it is not called before somebody prices it in tokenpool.toml.
"""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from core.domain.pricing import Price, Rates
from gateway.provider import Provider

PRICE_FILE = "model_prices_and_context_window_backup.json"
PICO_PER_CREDIT = 10**12
MOST_TOKENS = 100_000_000
"""A limit above this in the price file is not believed."""

Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Why a model cannot be called; the reason is for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tag:
    """The two fields of an entry that tell whether it is worth decoding."""

    litellm_provider: str = ""
    mode: str = ""


class PriceFile:
    """The parsed file; kept only while the catalog is built.

    Entries stay raw until somebody asks for one: of 4,000, hardly any is needed.
    """

    def __init__(self, raw: Mapping[str, msgspec.Raw]) -> None:
        self._raw = raw
        self._entry = msgspec.json.Decoder(dict[str, object], float_hook=Decimal)
        self._tag = msgspec.json.Decoder(Tag)

    def entry(self, provider: str, model: str) -> Entry | None:
        """Return what the file says of a model, if it is this provider's."""
        parts = model.split(":")
        template = [":".join(parts[:2])] if parts[0] == "ft" else []  # any fine-tune of a model
        for name in (f"{provider}/{model}", model, *template):
            if name in self._raw:
                entry = self._entry.decode(self._raw[name])
                owner = str(entry.get("litellm_provider"))
                if name.startswith(f"{provider}/") or re.fullmatch(f"{provider}([-_].+)?", owner):
                    return entry
        return None

    def chat_models(self, providers: Collection[Provider]) -> Iterator[tuple[str, str]]:
        """Yield (provider, model) of these providers' chat models."""
        by_name = {one.name: one for one in providers}
        bare = [one for one in providers if one.bare]
        seen: set[tuple[str, str]] = set()
        for name, raw in self._raw.items():
            prefix, slash, rest = name.partition("/")
            named = by_name.get(prefix) if slash else None
            among = [named] if named is not None and named.prefixed else bare
            if not among or name.startswith("ft:"):
                continue  # `ft:…` prices any fine-tune of a model, it is none itself
            tag = self._tag.decode(raw)
            model = rest if among[0] is named else name
            for one in among:
                owned = re.fullmatch(one.owners or one.name, tag.litellm_provider)
                if owned and tag.mode == "chat" and (one.name, model) not in seen:
                    seen.add((one.name, model))
                    yield one.name, model


def price_file() -> PriceFile:
    """Read the file that ships with litellm; an empty one if there is none."""
    found = find_spec("litellm")
    path = Path(found.origin).with_name(PRICE_FILE) if found and found.origin else None
    if path is None or not path.is_file():
        return PriceFile({})
    return PriceFile(msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw]))


# Fees that no call through this gateway can meet: it asks for the standard service tier, and
# refuses sound, video and the providers' own tools.
_NEVER_MET = re.compile(
    r".*_(batches|flex|priority|ultrafast|balanced|decisions)"
    r"|(input_cost_per|cache_(read|creation)_input)_(audio|video)_.*"
    r"|(code_interpreter|file_search|vector_store|computer_use)_.*|google_maps_grounding_.*"
    r"|cache_creation_input_token_cost_above_1hr.*"  # only where a caller asks for `ttl: 1h`
    r"|input_cost_per_token_cache_hit"  # another name for cache_read_input_token_cost
    r"|(input|output)_dbu_cost_per_token"  # Databricks' own unit; the same price is there in US$
    r"|off_peak_pricing"  # cheaper hours; the base rates are those of the dear ones
)
_RATE = re.compile(
    r"(input_cost_per_token|output_cost_per_token|output_cost_per_reasoning_token"
    r"|cache_read_input_token_cost|cache_creation_input_token_cost)(?:_above_(\d+)k_tokens)?"
)
_IMAGE_RATES = {"input_cost_per_image_token", "cache_read_input_image_token_cost"}
_SEARCH_FEE = "search_context_cost_per_query"


def price_of(name: str, entry: Entry, credits_per_usd: int | Fraction) -> Price | Unpriced:
    """Return a model's price without images, or what in it has no bound."""
    endpoints = entry.get("supported_endpoints")
    speaks = not isinstance(endpoints, list) or "/v1/chat/completions" in endpoints
    if entry.get("mode") != "chat" or not speaks:
        return Unpriced("it does not answer at /v1/chat/completions")
    for key, value in entry.items():
        if ("cost" in key or "pricing" in key) and value and _unbounded(name, key, entry):
            return Unpriced(f"its fee {key} has no upper bound here")
    tables = _tables(entry)
    dollars = tables.pop(0, {})
    if "input_cost_per_token" not in dollars or "output_cost_per_token" not in dollars:
        return Unpriced("no price for input and output is known")
    lowest = _rates(dollars, credits_per_usd)
    tiers = []
    for threshold in sorted(tables):  # what a tier leaves out is as below it, but for cache rates
        plain = {key: value for key, value in dollars.items() if not key.startswith("cache")}
        dollars = plain | tables[threshold]
        tiers.append((threshold, _rates(dollars, credits_per_usd)))
    return Price(lowest, tuple(tiers))


def pico(usd_per_token: Decimal | int | Fraction, credits_per_usd: int | Fraction) -> int:
    """Return a price in picocredits, rounded up."""
    return math.ceil(Fraction(usd_per_token) * credits_per_usd * PICO_PER_CREDIT)


def regional(entry: Entry, api_base: str) -> Fraction:
    """Return what the region in an address such as `eu.api.openai.com` multiplies prices by."""
    region = (urlsplit(api_base).hostname or "").partition(".")[0]
    uplift = entry.get(f"regional_processing_uplift_multiplier_{region}")
    return Fraction(uplift) if isinstance(uplift, int | Decimal) and uplift > 1 else Fraction(1)


def tokens(entry: Entry, *names: str) -> int | None:
    """Return the first of these limits that the entry states as a sensible whole number."""
    stated = (entry.get(name) for name in names)
    return next(
        (most for most in stated if isinstance(most, int) and 0 < most <= MOST_TOKENS), None
    )


def _unbounded(name: str, key: str, entry: Entry) -> bool:
    value = entry[key]
    if key == _SEARCH_FEE:  # such a model searches unasked, others only by a tool
        return any(word in name for word in ("search", "sonar"))
    if _NEVER_MET.fullmatch(key):
        return False
    if not _is_price(value):
        return True
    if key in _IMAGE_RATES:
        plain = entry.get("input_cost_per_token")
        return not (_is_price(plain) and Fraction(str(value)) <= Fraction(str(plain)))
    return _RATE.fullmatch(key) is None


def _is_price(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value >= 0


def _tables(entry: Entry) -> dict[int, dict[str, Decimal | int]]:
    """Return US$ per token by tier, 0 being the base. A price of zero counts as not published."""
    tables: dict[int, dict[str, Decimal | int]] = {}
    for key, value in entry.items():
        rate = _RATE.fullmatch(key)
        if rate and value and isinstance(value, int | Decimal):
            threshold = int(rate[2] or 0) * 1_000
            tables.setdefault(threshold, {})[rate[1]] = value
    return tables


def _rates(dollars: Mapping[str, Decimal | int], credits_per_usd: int | Fraction) -> Rates:
    """Return rates; a cache rate that is not published is the input rate."""
    plain, said = dollars["input_cost_per_token"], dollars["output_cost_per_token"]
    reasoning = dollars.get("output_cost_per_reasoning_token", said)
    return Rates(
        input_pico=pico(plain, credits_per_usd),
        output_pico=pico(said, credits_per_usd),
        cache_read_pico=pico(dollars.get("cache_read_input_token_cost", plain), credits_per_usd),
        cache_write_pico=pico(
            dollars.get("cache_creation_input_token_cost", plain), credits_per_usd
        ),
        own_reasoning_pico=0 if reasoning == said else pico(reasoning, credits_per_usd),
    )
