"""Joins what tokenpool.toml says of a model with what is published about it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from core.domain.pricing import Price, Rates
from core.settings import SettingsError
from gateway import model_file, providers
from gateway.model import Model
from gateway.model_file import DEMO, ModelSpec
from gateway.prices import Entry, PriceFile, Unpriced, pico, price_of, regional, tokens
from gateway.provider import Provider

UNKNOWN_MAX_OUTPUT_TOKENS = 8_192
"""Where nobody publishes a limit: most servers accept this much."""
UNKNOWN_MAX_INPUT_TOKENS = 131_072
PRICED_LIKE = "gpt-4o-mini"


class ModelBuilder:
    """Joins what the file says with what is published; gone once the catalog is built."""

    def __init__(
        self, prices: PriceFile, environ: Mapping[str, str], credits_per_usd: int
    ) -> None:
        self._prices = prices
        self._environ = environ
        self._credits_per_usd = credits_per_usd

    def build(
        self, file: str, specs: Iterable[ModelSpec]
    ) -> tuple[Mapping[str, Model], Mapping[str, str]]:
        """Return the priced models by name, and why the others have no price."""
        models: dict[str, Model] = {DEMO: self._demo()}
        unpriced: dict[str, str] = {}
        wanted: dict[str, tuple[str, ...]] = {}
        for spec in specs:
            built = self._model(file, spec)
            if isinstance(built, Unpriced):
                unpriced[spec.name] = built.reason
            else:
                models[spec.name] = built
            wanted[spec.name] = spec.fallbacks
        chained = {
            name: replace(model, fallbacks=tuple(_walk(file, name, wanted, models)))
            for name, model in models.items()
        }
        return MappingProxyType(chained), MappingProxyType(unpriced)

    def _model(self, file: str, spec: ModelSpec) -> Model | Unpriced:
        provider, _, upstream_model = spec.upstream.partition("/")
        entry = self._prices.entry(provider, upstream_model) or {}
        spoken = providers.provider_of(provider, spec.api_base)
        if spoken is None:
            return Unpriced(f"TokenPool knows no provider {provider}")
        api_base = spec.api_base or self._api_base(spoken)
        price = self._price(spec, entry, api_base)
        if isinstance(price, Unpriced):
            return price
        if spoken.addressed and not api_base:
            raise SettingsError(
                f'{file}: model "{spec.name}": api_base is missing: the address of your'
                f" {provider} server, such as http://127.0.0.1:8001/v1."
            )
        return Model(
            name=spec.name,
            upstream=spec.upstream,
            provider=provider,
            upstream_model=upstream_model,
            price=price,
            max_output_tokens=spec.max_output_tokens
            or tokens(entry, "max_output_tokens", "max_tokens")
            or UNKNOWN_MAX_OUTPUT_TOKENS,
            max_input_tokens=spec.max_input_tokens
            or tokens(entry, "max_input_tokens")
            or UNKNOWN_MAX_INPUT_TOKENS,
            api_base=api_base,
            api_key_env=spec.api_key_env or spoken.key_name(self._environ),
            output_field=providers.output_field(provider, upstream_model),
            hidden_tokens=spoken.hidden_tokens,
            encoding=providers.encoding(provider, upstream_model, api_base),
            dialect=spoken.dialect_of(upstream_model),
        )

    def _api_base(self, spoken: Provider) -> str:
        """Return the provider's address, moved by its own variable where that is set."""
        for name in spoken.base_names:
            if moved := self._environ.get(name):
                checked = model_file.api_base(moved)
                if checked is None:
                    raise SettingsError(f"{name} must be {model_file.API_BASE_ALLOWED}.")
                return checked
        return spoken.api_base

    def _price(self, spec: ModelSpec, entry: Entry, api_base: str) -> Price | Unpriced:
        provider, _, upstream_model = spec.upstream.partition("/")
        if spec.price:
            price: Price | Unpriced = self._own_price(spec.price)
        elif entry:
            rate = self._credits_per_usd * regional(entry, api_base)
            price = price_of(upstream_model, entry, rate)
        else:
            price = Unpriced(f"{spec.upstream} is not in the price file")
        if isinstance(price, Unpriced):
            return price
        published = providers.image_tokens(provider, upstream_model)
        seen = published if entry.get("supports_vision") is True else 0
        return replace(
            price, per_image_tokens=seen if spec.image_tokens is None else spec.image_tokens
        )

    def _own_price(self, dollars: Mapping[str, Decimal]) -> Price:
        """Return the price that tokenpool.toml gives, in US$ per million tokens."""

        def rate(*keys: str) -> int:
            found = next(dollars[key] for key in keys if key in dollars)
            return pico(Fraction(found) / 1_000_000, self._credits_per_usd)

        return Price(
            Rates(
                rate("input"),
                rate("output"),
                rate("cache_read", "input"),
                rate("cache_write", "input"),
                rate("reasoning") if "reasoning" in dollars else 0,
            )
        )

    def _demo(self) -> Model:
        """Return the built-in model: priced like a small real one, whatever the file holds."""
        entry = self._prices.entry("openai", PRICED_LIKE) or {}
        price = price_of(PRICED_LIKE, entry, self._credits_per_usd)
        if isinstance(price, Unpriced):
            price = self._own_price(
                {
                    "input": Decimal("0.15"),
                    "output": Decimal("0.6"),
                    "cache_read": Decimal("0.075"),
                }
            )
        return Model(
            name=DEMO,
            upstream=f"{DEMO}/{DEMO}",
            provider=DEMO,
            upstream_model=DEMO,
            price=price,
            max_output_tokens=tokens(entry, "max_output_tokens") or 16_384,
            max_input_tokens=tokens(entry, "max_input_tokens") or 128_000,
        )


def _walk(
    file: str, name: str, wanted: Mapping[str, tuple[str, ...]], models: Mapping[str, Model]
) -> Iterable[Model]:
    """Yield a model's fallbacks depth first, each once; the file was checked for cycles."""
    rest, seen = list(reversed(wanted.get(name, ()))), set[str]()
    while rest:
        following = rest.pop()
        if following in seen:
            continue
        seen.add(following)
        if following not in models:
            raise SettingsError(
                f'{file}: model "{name}": its fallback "{following}" has no price;'
                " give it price = { input = …, output = … } in US$ per million tokens."
            )
        yield models[following]
        rest.extend(reversed(wanted.get(following, ())))
