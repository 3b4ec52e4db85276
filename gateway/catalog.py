"""The models that can be called, with their prices and limits: built at start, never changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from core.domain.credits import wire
from core.domain.errors import Code, Refusal
from core.domain.members import Priority, Privacy
from core.settings import Settings, SettingsError
from gateway import model_file, providers
from gateway.likeness import near
from gateway.model import Model
from gateway.model_builder import ModelBuilder
from gateway.model_file import ModelSpec
from gateway.prices import PriceFile, price_file
from gateway.workshop import Workshop

CREATED = 1_735_689_600
"""OpenAI's list has a date for each model; ours says nothing, so it is always the same."""
NEAR_NAMES = 5


class Resolved(msgspec.Struct, frozen=True):
    """What a client's model name stands for; None where it says nothing."""

    model: Model
    priority: Priority | None = None
    privacy: Privacy | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class ListedModel:
    """An entry of GET /v1/models; prices in credits per million tokens, as decimal text."""

    id: str
    owned_by: str
    context_window: int
    max_output_tokens: int
    pricing: Mapping[str, str]
    object: str = "model"
    created: int = CREATED


@dataclass(frozen=True, slots=True)
class Catalog:
    models: Mapping[str, Model]
    """Every priced model."""
    unpriced: Mapping[str, str]
    """Name → why it cannot be called."""
    workshop: Workshop = field(default_factory=Workshop, repr=False)

    def resolve(self, name: str) -> Resolved:
        """Return the model of this name; else take off known suffixes, the last one first."""
        if not model_file.is_name(name):
            raise Refusal(
                Code.INVALID_FIELD,
                f"A model's name has 1 to {model_file.MOST_NAME_LENGTH} printable characters.",
                param="model",
            )
        rest, said = name, _Said()
        while rest not in self.models:
            head, at, suffix = rest.rpartition("@")
            following = said.heard(suffix) if at and rest not in self.unpriced else None
            if following is None:
                raise self._unknown(rest)
            rest, said = head, following
        return Resolved(self.models[rest], said.priority, said.privacy, said.team)

    def listed(self) -> tuple[ListedModel, ...]:
        """Return what can be called, for GET /v1/models."""
        return tuple(listed(model) for model in self.models.values())

    def _unknown(self, name: str) -> Refusal:
        if name in self.unpriced:
            text = (
                f"The model {name} has no price here, so it cannot be called:"
                f" {self.unpriced[name]}. An admin can give it a price in tokenpool.toml."
            )
        else:
            like = near(name, self.models, NEAR_NAMES, 0.5)
            hint = f"Near names: {', '.join(like)}." if like else "GET /v1/models lists them all."
            text = f"There is no model {name} here. {hint}"
        return Refusal(Code.MODEL_NOT_PRICED, text, param="model", facts={"model": name})


@dataclass(frozen=True, slots=True)
class _Said:
    """What the suffixes of a name said so far."""

    priority: Priority | None = None
    privacy: Privacy | None = None
    team: str | None = None

    def heard(self, suffix: str) -> "_Said | None":
        """Return what is known with one more suffix; None if it means nothing, or another team."""
        if suffix == "critical":
            return replace(self, priority=Priority.CRITICAL)
        if suffix == "strict":
            return replace(self, privacy=Privacy.STRICT)
        team = re.fullmatch(r"team-([\w-]+)", suffix)
        if team is None or self.team not in {None, team[1]}:
            return None
        return replace(self, team=team[1])


def load(settings: Settings, environ: Mapping[str, str]) -> Catalog:
    """Build the catalog from the price file and tokenpool.toml, else from the keys set."""
    prices = price_file()
    if settings.config.is_file():
        specs = model_file.read(settings.config)
    elif "config" in settings.model_fields_set:
        raise SettingsError(f"TOKENPOOL_CONFIG: there is no file {settings.config}.")
    else:
        specs = _specs_of_keys(prices, environ)
    builder = ModelBuilder(prices, environ, settings.credits_per_usd)
    models, unpriced = builder.build(f"{settings.config}", specs)
    left = {spec.name: spec for spec in specs if spec.name in unpriced}
    workshop = Workshop(environ, settings.credits_per_usd, f"{settings.config}", left)
    return Catalog(models, unpriced, workshop)


def _specs_of_keys(prices: PriceFile, environ: Mapping[str, str]) -> tuple[ModelSpec, ...]:
    """Return every chat model of the providers whose key is in the environment."""
    keyed = [one for one in providers.PROVIDERS.values() if one.ready(environ)]
    return tuple(
        ModelSpec(model if provider == "openai" else f"{provider}/{model}", f"{provider}/{model}")
        for provider, model in sorted(prices.chat_models(keyed))
    )


def listed(model: Model) -> ListedModel:
    """Return a model as lists show it."""
    rates = model.price.base
    # Picocredits per token are microcredits per million tokens.
    pricing = {
        "unit": "credits per million tokens",
        "input": wire(rates.input_pico),
        "output": wire(rates.output_pico),
        "cache_read": wire(rates.cache_read_pico),
        "cache_write": wire(rates.cache_write_pico),
    }
    if rates.own_reasoning_pico:
        pricing["reasoning"] = wire(rates.own_reasoning_pico)
    return ListedModel(
        model.name, model.provider, model.max_input_tokens, model.max_output_tokens, pricing
    )
