"""A model that can be called: where, at what price, within which limits."""

from dataclasses import dataclass

from core.domain.pricing import Price


@dataclass(frozen=True, slots=True)
class Model:
    """One model as its upstream knows it. The key itself stays in the environment."""

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
    direct: bool = True
    """It speaks OpenAI's dialect; others need a translation."""
    fallbacks: tuple["Model", ...] = ()
    """Whom to ask next, in order, fallbacks of fallbacks included."""

    @property
    def chain(self) -> tuple["Model", ...]:
        return (self, *self.fallbacks)

    @property
    def prices(self) -> tuple[Price, ...]:
        """The prices that a call may meet, for `pricing.ceiling`."""
        return tuple(model.price for model in self.chain)

    @property
    def most_hidden_tokens(self) -> int:
        return max(model.hidden_tokens for model in self.chain)

    @property
    def most_image_tokens(self) -> int:
        """The most that one image can count as; 0: this model takes none."""
        own = self.price.per_image_tokens
        return own and max(price.per_image_tokens for price in self.prices)
