"""The leaderboard's arithmetic: completion tokens ÷ prompt tokens per member. Counts, no content.

A raw token board rewards waste and a ratio alone is easy to game, hence a minimum volume, the cost
per 1,000 completion tokens beside it, and an opt-out that leaves no gap in what others see.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

LEAST_CALLS = 10
LEAST_TOKENS = 1_000
"""Of prompt and of completion each: a handful of tiny prompts is no achievement."""
SMALLEST_GROUP = 3
"""Ranked members below which only those who manage them see who they are (F-82)."""
MOST_RANKS = 10
"""A board has a top and one's own place, but no bottom."""


@dataclass(frozen=True, slots=True)
class Volume:
    """What one member used in a period."""

    member_id: str
    name: str
    hidden: bool
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_micro: int

    @property
    def counts(self) -> bool:
        """Whether this is enough to be ranked."""
        return (
            self.calls >= LEAST_CALLS
            and self.prompt_tokens >= LEAST_TOKENS
            and self.completion_tokens >= LEAST_TOKENS
        )

    @property
    def efficiency(self) -> Fraction:
        return Fraction(self.completion_tokens, self.prompt_tokens)

    @property
    def order(self) -> int:
        """Return a whole number that orders and equals just as the ratio does.

        Ratios of counts below 2**63 differ by more than 2**-126, so none is lost in rounding;
        sorting a thousand fractions would stop the event loop for 40 ms, these take 2.
        """
        return (self.completion_tokens << 128) // self.prompt_tokens

    @property
    def cost_per_1k_completion_micro(self) -> int:
        """What 1,000 completion tokens cost with all that led to them, rounded up."""
        return -(-self.cost_micro * 1_000 // self.completion_tokens)


@dataclass(frozen=True, slots=True)
class Rank:
    place: int
    volume: Volume


@dataclass(frozen=True, slots=True)
class Board:
    """What one asker may see: the top, and the own place even if hidden from all others."""

    ranks: tuple[Rank, ...]
    mine: Rank | None
    too_small: bool


def rank(volumes: Iterable[Volume]) -> tuple[Rank, ...]:
    """Rank those who count, the most efficient first; who ties shares the place: 1, 1, 3."""
    counting = sorted(
        (volume for volume in volumes if volume.counts),
        key=lambda v: (-v.order, -v.completion_tokens, v.member_id),
    )
    ranks: list[Rank] = []
    for position, volume in enumerate(counting, 1):
        ties = bool(ranks) and ranks[-1].volume.order == volume.order
        ranks.append(Rank(ranks[-1].place if ties else position, volume))
    return tuple(ranks)


def board(volumes: Iterable[Volume], asker_id: str, *, manages: bool) -> Board:
    """Return the board for one asker; names in a small group only for those who manage it."""
    everyone = tuple(volumes)
    visible = [volume for volume in everyone if not volume.hidden]
    asker = [v for v in everyone if v.hidden and v.member_id == asker_id]
    public = rank(visible)
    with_asker = rank([*visible, *asker]) if asker else public
    mine = next((r for r in with_asker if r.volume.member_id == asker_id), None)
    too_small = len(public) < SMALLEST_GROUP
    shown = () if too_small and not manages else public[:MOST_RANKS]
    return Board(shown, mine, too_small)
