"""Names that are like a name. Quick, as whoever has a key may ask for any name."""

from collections.abc import Iterable


def near(name: str, names: Iterable[str], most: int, least: float) -> list[str]:
    """Return at most `most` names whose likeness, 0 to 1, is `least` or more; the likest first."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - 6 MiB that only a wrong name needs

    found = process.extract(
        name, list(names), scorer=fuzz.ratio, limit=most, score_cutoff=least * 100
    )
    return [choice for choice, _, _ in found]
