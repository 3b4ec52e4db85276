"""Options and arguments that several commands share, and how amounts and spans are written."""

import re
from decimal import Decimal
from typing import Annotated

import typer

THOUSANDS = {"": 0, "k": 3, "m": 6}
HOURS = {"h": 1, "d": 24, "w": 24 * 7}

AMOUNT = re.compile(r"(\d{1,13}(?:\.\d{1,12})?)([km]?)", re.IGNORECASE | re.ASCII)
SPAN = re.compile(r"(\d{1,4})([hdw])", re.IGNORECASE | re.ASCII)


def credits_micro(text: str | int) -> int:
    """Read credits as people write them, `5000`, `5k` or `0.5`, as microcredits."""
    if isinstance(text, int):  # typer puts defaults through here as well
        return text
    from gateway.amounts import amount_micro  # noqa: PLC0415 - help must come at once

    written = AMOUNT.fullmatch(text.strip().replace("_", ""))
    if written is None:
        raise typer.BadParameter(f"{text!r} is not an amount of credits such as 5000, 5k or 0.5.")
    try:
        exact = Decimal(written[1]).scaleb(THOUSANDS[written[2].lower()])
        return amount_micro(f"{exact:f}")
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


def span_ms(text: str | int) -> int:
    """Read a span such as `24h`, `7d` or `2w`, as milliseconds; `0` is none."""
    if isinstance(text, int):
        return text
    if text.strip() == "0":
        return 0
    written = SPAN.fullmatch(text.strip())
    if written is None:
        raise typer.BadParameter(f"{text!r} is not a span such as 24h, 7d or 2w.")
    return int(written[1]) * HOURS[written[2].lower()] * 3_600_000


Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Who = Annotated[str, typer.Argument(metavar="WHO", help="E-mail address or id of a member.")]
Which = Annotated[str, typer.Argument(metavar="TEAM", help="Name, short name or id of a team.")]
Amount = Annotated[
    int, typer.Argument(metavar="CREDITS", parser=credits_micro, help="Such as 5000, 5k or 0.5.")
]
