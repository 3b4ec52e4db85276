"""The app's icons, drawn here: a ring that is half full, a pool of tokens.

A picture is a function from a point to how much of it is covered; points are sampled so finely
that edges are smooth. PNG is written by hand: eight bytes, and chunks with a length and a CRC
(w3.org/TR/png-3).
"""

import struct
import zlib
from collections.abc import Callable
from math import hypot

COLOR, OUTLINE = "color.png", "outline.png"
COLOR_SIDE, OUTLINE_SIDE = 192, 32
SAMPLES = 4
"""On each side of a pixel."""
RING_OUTER, RING_INNER, FILL_RADIUS = 0.9, 0.72, 0.58
LEVEL = 0.05
"""How far below the middle the pool's surface lies."""
SYMBOL = 0.55
"""The share of the colour icon that the symbol takes; the rest is margin."""
Pixel = tuple[int, int, int, int]
WHITE = (255, 255, 255)


def color(accent: str) -> bytes:
    """Return the large icon: the white symbol on a square of the accent colour."""
    ground = tuple(int(accent[at : at + 2], 16) for at in (1, 3, 5))

    def paint(x: float, y: float) -> Pixel:
        share = _coverage(x / SYMBOL, y / SYMBOL, 2 / COLOR_SIDE / SYMBOL)
        red, green, blue = (
            round(low + (high - low) * share) for low, high in zip(ground, WHITE, strict=True)
        )
        return red, green, blue, 255

    return _png(COLOR_SIDE, paint)


def outline() -> bytes:
    """Return the small icon: the white symbol on nothing."""
    return _png(
        OUTLINE_SIDE, lambda x, y: (*WHITE, round(255 * _coverage(x, y, 2 / OUTLINE_SIDE)))
    )


def _coverage(x: float, y: float, pixel: float) -> float:
    """Return how much of a pixel around (x, y) the symbol covers, 0 to 1."""
    steps = [(2 * step + 1 - SAMPLES) / (2 * SAMPLES) * pixel for step in range(SAMPLES)]
    hits = sum(_inside(x + right, y + down) for right in steps for down in steps)
    return hits / SAMPLES**2


def _inside(x: float, y: float) -> bool:
    """Whether a point belongs to the symbol; the picture reaches from -1 to 1, y downwards."""
    distance = hypot(x, y)
    ring = RING_INNER <= distance <= RING_OUTER
    pool = distance <= FILL_RADIUS and y >= LEVEL
    return ring or pool


def _png(side: int, paint: Callable[[float, float], Pixel]) -> bytes:
    centres = [(2 * at + 1) / side - 1 for at in range(side)]
    rows = [b"\0" + b"".join(bytes(paint(x, y)) for x in centres) for y in centres]
    header = struct.pack(
        ">IIBBBBB", side, side, 8, 6, 0, 0, 0
    )  # 8 bits of red, green, blue, alpha
    body = zlib.compress(b"".join(rows), 9)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
