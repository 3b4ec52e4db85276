"""What the inputs of all platforms have in common."""

from datetime import date

from cards.card import Field, Kind
from cards.render.limits import begin
from cards.render.words import line, lines


def hint(field: Field) -> str:
    """Return what to say beside an input; how to write a date is no matter where one picks it."""
    return "" if field.kind is Kind.DATE else field.hint


def value(field: Field, most: int) -> str:
    """Return what an input holds already: of a text its start, of a date one that pickers take."""
    if field.kind is Kind.DATE:
        return _iso_date(field.value)
    text = lines(field.value) if field.kind is Kind.TEXT else line(field.value)
    return begin(text, most)


def _iso_date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
