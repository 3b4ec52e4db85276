import struct
import zlib

from bots.manifest import icons

Pixel = tuple[int, ...]


def pixels(png: bytes) -> list[list[Pixel]]:
    """Read a PNG as strictly as it must be written here; rows of red, green, blue, alpha."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(kind + data),)
        chunks.append((kind, data))
        at += 12 + length
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]
    width, height, *form = struct.unpack(">IIBBBBB", chunks[0][1])
    assert form == [8, 6, 0, 0, 0]
    raw, step = zlib.decompress(chunks[1][1]), 1 + width * 4
    assert len(raw) == height * step
    rows = [raw[y * step : (y + 1) * step] for y in range(height)]
    assert {row[0] for row in rows} == {0}
    return [[tuple(row[x : x + 4]) for x in range(1, step, 4)] for row in rows]


def test_the_colour_icon_is_a_white_symbol_on_the_whole_accent() -> None:
    rows = pixels(icons.color("#3b4cca"))
    seen = {pixel for row in rows for pixel in row}

    assert (len(rows), len(rows[0])) == (192, 192)
    assert rows[0][0] == rows[96][4] == (0x3B, 0x4C, 0xCA, 255)
    assert (255, 255, 255, 255) in seen
    assert {pixel[3] for pixel in seen} == {255}


def test_the_outline_icon_is_white_on_nothing() -> None:
    rows = pixels(icons.outline())
    seen = {pixel for row in rows for pixel in row}

    assert (len(rows), len(rows[0])) == (32, 32)
    assert {pixel[:3] for pixel in seen} == {(255, 255, 255)}
    assert rows[0][0][3] == 0
    assert 255 in {pixel[3] for pixel in seen}


def test_the_symbol_is_a_ring_that_is_half_full() -> None:
    rows = pixels(icons.outline())
    column = [rows[y][16][3] > 127 for y in range(32)]
    changes = [y for y in range(1, 32) if column[y] != column[y - 1]]

    assert len(changes) == 6  # ring, gap, pool, gap, ring
    assert [row[::-1] for row in rows] == rows
