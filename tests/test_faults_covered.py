"""Every case of the fault matrix that this repository answers for is named by some test.

A test carries its number in a text (`F-44`) or in its name (`test_f44_…`).
"""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CASES = {
    "clients and streams": (29, 30, 31, 33, 34, 35, 37),
    "providers": (*range(38, 51), *range(52, 56)),
    "pool, vacation, critical": (72, *range(74, 83)),
    "keys and authorisation": (83, *range(85, 90), *range(91, 95)),
    "chat": (*range(95, 100), *range(101, 104), 106),
    "input, privacy, transport": tuple(range(107, 113)),
}
NAMED = re.compile(r"\bF-(\d+)\b|\btest_f(\d+)_")


def named() -> set[int]:
    texts = (
        path.read_text(encoding="utf-8")
        for path in TESTS.rglob("test_*.py")
        if path != Path(__file__)
    )
    return {int(a or b) for text in texts for a, b in NAMED.findall(text)}


@pytest.mark.parametrize("section", CASES)
def test_every_fault_is_named_by_a_test(section: str) -> None:
    assert [f"F-{number}" for number in CASES[section] if number not in named()] == []
