"""Credits as whole microcredits. 1 credit = 1,000,000 microcredits; no float ever touches them."""

from decimal import ROUND_FLOOR, Decimal

MICRO = 1_000_000
PICO_PER_MICRO = 1_000_000
"""Prices are whole picocredits (1e-12 credit), fine enough for every published token price."""
MOST_MICRO = 2**62
"""The largest amount anywhere; a BIGINT holds twice this."""


def micro(credit: Decimal | int | str) -> int:
    """Return credits as microcredits, rounded down to 6 places; ValueError if not finite."""
    try:
        amount = Decimal(credit)
        if not amount.is_finite():
            raise ValueError(f"not a finite number of credits: {credit}")
        if amount.copy_abs() > MOST_MICRO:  # its digits alone could take minutes to write down
            raise ValueError(f"more credits than can be kept: {credit}")
        whole = int((amount * MICRO).to_integral_value(rounding=ROUND_FLOOR))
    except ArithmeticError as error:
        raise ValueError(f"not a number of credits: {credit}") from error
    if abs(whole) > MOST_MICRO:
        raise ValueError(f"more credits than can be kept: {credit}")
    return whole


def wire(amount_micro: int) -> str:
    """Return microcredits as a decimal number of credits: `5000`, `0.06`, `-1.000001`."""
    sign, amount = ("-", -amount_micro) if amount_micro < 0 else ("", amount_micro)
    whole, rest = divmod(amount, MICRO)
    return f"{sign}{whole}.{rest:06d}".rstrip("0") if rest else f"{sign}{whole}"


def exact(amount_pico: int) -> str:
    """Return picocredits as a decimal number of credits: `0.00165`."""
    whole, rest = divmod(amount_pico, MICRO * PICO_PER_MICRO)
    return f"{whole}.{rest:012d}".rstrip("0") if rest else f"{whole}"


def told(amount_pico: int) -> str:
    """Return the same as people read it, with nothing left out: `1,250.5`."""
    whole, dot, rest = exact(amount_pico).partition(".")
    return f"{int(whole):,}{dot}{rest}"


def spoken(amount_micro: int) -> str:
    """Return credits as people read them: thousands separators, at most two places."""
    sign, amount = ("-", -amount_micro) if amount_micro < 0 else ("", amount_micro)
    whole, rest = divmod(amount, MICRO)
    if whole >= 100 or not rest:  # noqa: PLR2004 - above 100, fractions only distract
        return f"{sign}{whole:,}"
    return sign + (
        f"{whole}.{rest:06d}".rstrip("0") if not whole else f"{whole}.{rest // 10_000:02d}"
    )


def ceil_micro(amount_pico: int) -> int:
    """Return picocredits as microcredits, rounded up: the one rounding of a cost."""
    return -(-amount_pico // PICO_PER_MICRO)
