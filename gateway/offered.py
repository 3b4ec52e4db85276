"""What is offered beyond the catalog: models that administrators priced or mapped by a rule.

The catalog is asked first, and for what it knows this costs nothing. A name it does not know is
looked up in the database at each call, so that a decision counts for the very next one on every
process; only the model that a rule makes is kept, as long as the rule stays as it was.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.model_rules import Dollars, Sample, State
from core.service import offering
from core.service.start import Core
from core.settings import SettingsError
from core.views.model_rules import ModelRuleView
from gateway.catalog import NEAR_NAMES, Catalog, ListedModel, Resolved, listed
from gateway.likeness import near
from gateway.model import Model
from gateway.prices import PICO_PER_CREDIT

MILLION = 1_000_000


class Offered:
    """The catalog with what rules add to it; also the price book of those who decide."""

    def __init__(
        self, core: Core, catalog: Catalog, forget: Callable[[str], object] = lambda _: None
    ) -> None:
        self._core = core
        self._catalog = catalog
        self._forget = forget
        """Told of a name whose model changed."""
        self._built: dict[str, tuple[int, Model]] = {}
        core.offers.book = self

    async def resolve(self, caller: Caller, name: str) -> Resolved:
        """Return what a name stands for; the administrators are asked about an unknown one."""
        try:
            return self._catalog.resolve(name)
        except Refusal as refusal:
            bare = str(refusal.facts.get("model", ""))
            if not bare:
                raise
            model = await self._model(await offering.rule(self._core, bare))
            if model is None:
                raise await self._asked(caller, bare, refusal) from None
        return self._resolved(bare, model, name)

    async def look_up(self, name: str) -> Resolved:
        """Return what a name stands for; nobody is asked about an unknown one."""
        try:
            return self._catalog.resolve(name)
        except Refusal as refusal:
            bare = str(refusal.facts.get("model", ""))
            model = await self._model(await offering.rule(self._core, bare)) if bare else None
            if model is None:
                raise
        return self._resolved(bare, model, name)

    async def models(self) -> dict[str, Model]:
        """Return everything that can be called, by name."""
        found = dict(self._catalog.models)
        for rule in await offering.offered(self._core):
            model = await self._model(rule)
            if model is not None:
                found.setdefault(rule.name, model)
        return found

    async def listed(self) -> tuple[ListedModel, ...]:
        """Return what can be called, for GET /v1/models; mapped names under their own."""
        return tuple(
            replace(listed(model), id=name) for name, model in (await self.models()).items()
        )

    def names(self) -> Collection[str]:
        return self._catalog.models.keys()

    def near(self, name: str) -> Sequence[str]:
        return near(name, self._catalog.models, NEAR_NAMES, 0.3)

    def guess(self, name: str) -> str:
        return self._catalog.workshop.guess(name)

    async def samples(self, upstream: str) -> Sequence[Sample]:
        found = await asyncio.to_thread(self._catalog.workshop.samples, upstream)
        return found or [self._sample(model) for model in self._catalog.models.values()]

    async def problem(self, name: str, upstream: str) -> str:
        return await asyncio.to_thread(self._catalog.workshop.problem, name, upstream)

    async def _model(self, rule: ModelRuleView | None) -> Model | None:
        """Return the model behind a rule; None if it cannot be called, or not yet."""
        if rule is None:
            return None
        if rule.state == State.MAPPED:
            to = rule.mapped_to
            if to in self._catalog.models:
                return self._catalog.models[to]
            other = await offering.rule(self._core, to)
            return await self._priced(other) if other else None
        return await self._priced(rule)

    async def _priced(self, rule: ModelRuleView) -> Model | None:
        if rule.state != State.PRICED:
            return None
        rev, model = self._built.get(rule.name, (-1, None))
        if model is None or rev != rule.rev:
            try:
                build = self._catalog.workshop.build
                model = await asyncio.to_thread(build, rule)
            except SettingsError:
                return None  # this process lacks the provider's key or address
            self._built[rule.name] = (rule.rev, model)
            self._forget(rule.name)
        return model

    def _resolved(self, bare: str, model: Model, name: str) -> Resolved:
        """Return a name's model with what its suffixes say."""
        return replace(self._catalog, models={bare: model}, unpriced={}).resolve(name)

    async def _asked(self, caller: Caller, bare: str, refusal: Refusal) -> Refusal:
        """Return the refusal of a name that cannot be called, after asking about a new one."""
        rule = await offering.rule(self._core, bare)
        if rule is not None and rule.state == State.BLOCKED:
            text = f"The model {bare} is blocked here: an administrator decided so."
            return Refusal(Code.MODEL_NOT_PRICED, text, param="model")
        if rule is not None and rule.state != State.ASKED:
            text = f"The model {bare} cannot be called just now: what answers it is not set up."
            return Refusal(Code.MODEL_NOT_PRICED, text, param="model")
        waits = rule is not None or await offering.ask(self._core, caller, bare, self.guess(bare))
        if not waits:
            return refusal
        text = f"{refusal.message} The administrators have been asked about it."
        return Refusal(Code.MODEL_NOT_PRICED, text, param="model")

    def _sample(self, model: Model) -> Sample:
        rates, per_usd = model.price.base, self._catalog.workshop.credits_per_usd
        scale = Decimal(MILLION) / (PICO_PER_CREDIT * per_usd)
        return Sample(model.name, Dollars(rates.input_pico * scale, rates.output_pico * scale))
