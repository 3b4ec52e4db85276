"""What a key may do at most, beside its cap: which models, how much a minute, how many at once."""

from dataclasses import dataclass

from core.domain.errors import Code, Refusal

MOST_MODELS = 100
MOST_MODEL_NAME = 200
MOST_A_MINUTE = 10**12
MOST_AT_ONCE = 100_000
MOST_LISTED = 5
"""Models that a refusal names (client-contract §5)."""
COUNTED = {"rpm": MOST_A_MINUTE, "tpm": MOST_A_MINUTE, "concurrency": MOST_AT_ONCE}


@dataclass(frozen=True, slots=True)
class Allowance:
    """None, and no model: no limit. `rpm` and `tpm` are requests and tokens a minute."""

    models: tuple[str, ...] = ()
    rpm: int | None = None
    tpm: int | None = None
    concurrency: int | None = None

    def admits(self, model: str) -> bool:
        return not self.models or model in self.models

    def wider_than(self, other: "Allowance") -> str | None:
        """Return the first term in which this allows more than the other, if any."""
        if other.models and not (self.models and set(self.models) <= set(other.models)):
            return "models"
        return next((name for name in COUNTED if _above(self, other, name)), None)


FREE = Allowance()


def checked(allowance: Allowance, least: int = 1) -> Allowance:
    """Return an allowance that can be kept; Refusal for any other. Models are kept once each."""
    models = tuple(dict.fromkeys(allowance.models))
    if len(models) > MOST_MODELS or not all(map(_is_name, models)):
        text = f"models: up to {MOST_MODELS} names of models, as GET /v1/models lists them."
        raise Refusal(Code.INVALID_FIELD, text, param="models")
    for name in COUNTED:
        rate(getattr(allowance, name), name, least)
    return Allowance(models, allowance.rpm, allowance.tpm, allowance.concurrency)


def rate(value: int | None, name: str, least: int = 1) -> int | None:
    """Return a limit that can be kept, or None; Refusal for any other."""
    if value is not None and not least <= value <= COUNTED[name]:
        text = f"{name}: {least} to {COUNTED[name]:,}."
        raise Refusal(Code.INVALID_FIELD, text, param=name)
    return value


def not_allowed(models: tuple[str, ...]) -> Refusal:
    """Return the refusal of a model that is not among those of the key."""
    named, more = ", ".join(models[:MOST_LISTED]), len(models) > MOST_LISTED
    text = f"This API key may not call that model. It may call: {named}{', …' if more else '.'}"
    return Refusal(Code.MODEL_NOT_ALLOWED, text, param="model")


def _above(mine: Allowance, other: Allowance, name: str) -> bool:
    most, own = getattr(other, name), getattr(mine, name)
    return most is not None and (own is None or own > most)


def _is_name(model: str) -> bool:
    return 0 < len(model) <= MOST_MODEL_NAME and model.isprintable() and model == model.strip()
