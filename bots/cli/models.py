"""`tokenpool models`."""

from collections.abc import Mapping
from dataclasses import dataclass

import typer

from bots.cli.options import Json
from bots.cli.reading import plainly, read_settings
from bots.cli.screen import hint, print_json, table
from bots.environ import provider_environ
from core.domain.credits import spoken
from gateway import catalog
from gateway.catalog import Catalog
from gateway.model import Model
from gateway.model_file import DEMO

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
[bold]Examples[/bold]

tokenpool models

OPENAI_API_KEY=sk-… tokenpool models

tokenpool models --json
"""
ADVICE = (
    "Only the built-in demo can be called. Set a provider's key, such as OPENAI_API_KEY, in .env,"
    " or write a tokenpool.toml (docs/INSTALL.md shows one)."
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as an administrator sees it; prices in credits per million tokens."""

    name: str
    upstream: str
    input_micro: int | None
    output_micro: int | None
    callable: bool
    because: str
    """Why it cannot be called, or empty."""


@app.command(epilog=EXAMPLES)
def models(*, as_json: Json = False) -> None:
    """List the models, their prices, and whether they can be called."""
    with plainly():
        environ = provider_environ()
        found = offers(catalog.load(read_settings(), environ), environ)
    if as_json:
        print_json(found)
        return
    titles = ("name", "upstream", ">input", ">output", "can be called")
    table(titles, [_line(offer) for offer in found])
    hint("Prices in credits per million tokens.")
    if not any(offer.callable and offer.name != DEMO for offer in found):
        hint(ADVICE)


def offers(offered: Catalog, environ: Mapping[str, str]) -> list[Offer]:
    """Return every model of the catalog, those without a price at the end."""
    priced = [_offer(model, environ) for model in offered.models.values()]
    unpriced = [
        Offer(name, "", None, None, callable=False, because=f"no price: {why}")
        for name, why in offered.unpriced.items()
    ]
    return priced + unpriced


def _offer(model: Model, environ: Mapping[str, str]) -> Offer:
    because = ""
    if model.api_key_env and not environ.get(model.api_key_env):
        because = f"{model.api_key_env} is not set"
    rates = model.price.base
    # Picocredits per token are microcredits per million tokens.
    return Offer(
        model.name,
        model.upstream,
        rates.input_pico,
        rates.output_pico,
        callable=not because,
        because=because,
    )


def _line(offer: Offer) -> tuple[str, ...]:
    return (
        offer.name,
        offer.upstream,
        "" if offer.input_micro is None else spoken(offer.input_micro),
        "" if offer.output_micro is None else spoken(offer.output_micro),
        "yes" if offer.callable else f"no: {offer.because}",
    )
