"""Letters as they are read: people type on many keyboards, and phones improve what they type."""

import unicodedata

_QUOTES = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u301d\u301e\u301f", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u0060\u00b4\u2032", "'"),
}
_MINUS = "\u2212"
_WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
"""Letters of East Asian keyboards that are as wide as an ideogram."""


def plain(text: str) -> str:
    """Return text as it is read, never as it is kept: small letters, and ASCII for the rest.

    Digits of any script become 0 to 9, any dash a hyphen, any quote a straight one; marks that
    cannot be seen are dropped. Superscripts and fractions stay what they are.
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(_letter(_QUOTES.get(c) or _WIDE.get(c) or c) for c in composed).lower()


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    match kind:
        case "Nd":
            return str(unicodedata.decimal(letter))
        case "Pd":
            return "-"
        case "Cf" | "Cs" | "Cn" | "Co":
            return ""
        case "Cc" | "Zs" | "Zl" | "Zp":
            return " "
        case _:
            return "-" if letter == _MINUS else letter
