"""Near names: the right ones, and quick enough for anybody who asks for nonsense all day."""

from difflib import get_close_matches
from time import perf_counter

from gateway.likeness import near

NAMES = [f"provider-{n % 40}/family-{n % 7}-model-{n}-instruct-2026" for n in range(2_300)]


def test_the_likest_comes_first_and_what_is_unlike_not_at_all() -> None:
    names = ["gpt-5", "gpt-5-mini", "claude", "gpt-4o-mini"]

    assert near("gpt-5-mimi", names, 2, 0.5) == ["gpt-5-mini", "gpt-4o-mini"]
    assert near("gpt5", names, 1, 0.5) == ["gpt-5"]
    assert near("☃", names, 5, 0.3) == []


def test_looking_through_all_models_holds_nobody_up() -> None:
    """The event loop waits for it; the standard library's took a hundred times as long."""
    wrong = "provider-7/family-3-modell-instruct-2026" + "x" * 100

    def seconds(look: object) -> float:
        assert callable(look)
        starts = perf_counter()
        look()
        return perf_counter() - starts

    ours = min(seconds(lambda: near(wrong, NAMES, 5, 0.3)) for _ in range(5))
    theirs = min(seconds(lambda: get_close_matches(wrong, NAMES, 5, 0.3)) for _ in range(2))

    assert ours < theirs / 10
