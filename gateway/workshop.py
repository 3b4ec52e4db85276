"""How one more model is built after the start: from the price that an administrator gave it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from core.domain.model_rules import Dollars, Sample
from core.settings import SettingsError
from core.views.model_rules import ModelRuleView
from gateway import providers
from gateway.likeness import near
from gateway.model import Model
from gateway.model_builder import ModelBuilder
from gateway.model_file import ModelSpec
from gateway.prices import Entry, PriceFile, price_file

MILLION = 1_000_000
MOST_LIKE = 5
"""Models of like names whose prices a price is compared with."""
_RATES = ("input_cost_per_token", "output_cost_per_token")
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What one more model is built with, after the start."""

    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    credits_per_usd: int = 1
    file: str = "tokenpool.toml"
    specs: Mapping[str, ModelSpec] = field(default_factory=dict)
    """Of the file's models without a price: where they are answered."""

    def spec(self, name: str, upstream: str) -> ModelSpec:
        known = self.specs.get(name)
        return known if known and known.upstream == upstream else ModelSpec(name, upstream)

    def build(self, rule: ModelRuleView) -> Model:
        """Return the model that a rule makes; SettingsError if it cannot be. Reads a file."""
        dollars = {"input": Decimal(rule.input), "output": Decimal(rule.output)}
        if rule.cached:
            dollars["cache_read"] = Decimal(rule.cached)
        return self._built(rule.name, rule.upstream, dollars)

    def _built(self, name: str, upstream: str, dollars: Mapping[str, Decimal]) -> Model:
        spec = replace(self.spec(name, upstream), price=dollars, fallbacks=())
        builder = ModelBuilder(price_file(), self.environ, self.credits_per_usd)
        models, unpriced = builder.build(self.file, [spec])
        if name in unpriced:
            raise SettingsError(unpriced[name])
        return models[name]

    def problem(self, name: str, upstream: str) -> str:
        """Return why an upstream cannot answer calls of this name; empty if it can."""
        provider, slash, model = upstream.partition("/")
        if not (provider and slash and model):
            return "the provider, a slash, and its model, such as openai/gpt-4o-mini."
        spec = self.spec(name, upstream)
        known = providers.provider_of(provider, spec.api_base)
        if known is None:
            return f"TokenPool knows no provider {provider}."
        if known.variables and not spec.api_base and not known.ready(self.environ):
            return f"{' and '.join(known.variables)} must be set on the server for {provider}."
        try:
            self._built(name, upstream, {"input": _ONE, "output": _ONE})
        except SettingsError as error:
            return str(error)
        return ""

    def guess(self, name: str) -> str:
        """Return the upstream that a name most likely means; empty if there is none."""
        if known := self.specs.get(name):
            return known.upstream
        provider, slash, model = name.partition("/")
        if slash and model and providers.provider_of(provider, ""):
            return name
        bare = (one.name for one in providers.PROVIDERS.values() if one.bare)
        ready = (one for one in bare if providers.PROVIDERS[one].ready(self.environ))
        return "" if slash else next((f"{one}/{name}" for one in ready), "")

    def samples(self, upstream: str) -> list[Sample]:
        """Return published prices: the upstream's own, else those of its provider's like names."""
        provider, _, model = upstream.partition("/")
        prices = price_file()
        own = _sample(prices, provider, model)
        known = providers.PROVIDERS.get(provider)
        if own is not None or known is None:
            return [own] if own else []
        names = [name for _, name in prices.chat_models([known])]
        like = near(model, names, MOST_LIKE, 0.5)
        found = (_sample(prices, provider, name) for name in like)
        return [one for one in found if one is not None]


def _sample(prices: PriceFile, provider: str, model: str) -> Sample | None:
    entry: Entry = prices.entry(provider, model) or {}
    found = [entry.get(key) for key in _RATES]
    if not all(isinstance(one, int | Decimal) and one > 0 for one in found):
        return None
    first, second = (Decimal(str(one)) * MILLION for one in found)
    return Sample(f"{provider}/{model}", Dollars(first, second))
