"""A model that can be called: where, at what price, within which limits."""

from dataclasses import dataclass
from functools import cached_property

from core.domain.bill import KeptPrice, keep
from core.domain.pricing import Price
from gateway.provider import OPENAI


@dataclass(frozen=True)
class Model:
    """One model as its upstream knows it. The key itself stays in the environment.

    What follows from the fields is worked out once, not for each call.
    """

    name: str
    upstream: str
    provider: str
    upstream_model: str
    price: Price
    max_output_tokens: int
    max_input_tokens: int
    api_base: str = ""
    api_key_env: str = ""
    output_field: str = "max_tokens"
    hidden_tokens: int = 0
    encoding: str | None = None
    """None: its tokens cannot be counted exactly here."""
    dialect: str = OPENAI
    fallbacks: tuple["Model", ...] = ()
    """Whom to ask next, in order, fallbacks of fallbacks included."""

    @cached_property
    def direct(self) -> bool:
        """Whether bytes go through as they come; other dialects are translated."""
        return self.dialect == OPENAI

    @cached_property
    def chain(self) -> tuple["Model", ...]:
        return (self, *self.fallbacks)

    @cached_property
    def kept_price(self) -> KeptPrice:
        """The price as it is kept with the calls that this model answers."""
        return keep(self.upstream, self.price)

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """The prices that a call may meet, for `pricing.ceiling`."""
        return tuple(model.price for model in self.chain)

    @cached_property
    def most_hidden_tokens(self) -> int:
        return max(model.hidden_tokens for model in self.chain)

    @cached_property
    def most_image_tokens(self) -> int:
        """The most that one image can count as; 0: this model takes none."""
        own = self.price.per_image_tokens
        return own and max(price.per_image_tokens for price in self.prices)
