"""The leaderboard: who gets the most out of a prompt token; in small groups without names."""

from core.domain.efficiency import (
    LEAST_CALLS,
    LEAST_TOKENS,
    SMALLEST_GROUP,
    Board,
    Rank,
    board,
)
from core.domain.members import Person
from core.domain.spans import Span
from core.service.analytics import reachable_team
from core.service.start import Core
from core.store import ranking
from core.views import LeaderboardView, PeriodView, RankView

NOBODY = ""


async def leaderboard(
    core: Core, asker: Person, span: Span, *, team: str | None = None
) -> LeaderboardView:
    """Rank the members of a team, or of the organization, by completion ÷ prompt tokens."""
    team_id = await reachable_team(core, asker, team) if team else None
    manages = asker.is_admin or (team_id is not None and asker.manages(team_id))
    return await _seen(core, span, team_id, asker.id, manages=manages)


async def public_board(core: Core, span: Span) -> LeaderboardView:
    """Rank the members of the organization as somebody sees it who is none of them.

    For a place that many people read: whoever is hidden is not in it, nobody has a place of their
    own, and of a group that is too small it names nobody.
    """
    return await _seen(core, span, None, NOBODY, manages=False)


async def hide(core: Core, member_id: str, *, hidden: bool) -> None:
    """Leave a member out of what others see, or put them back in; it counts at once."""
    await core.database.run(lambda: ranking.hide(member_id, hidden=hidden))


async def _seen(
    core: Core, span: Span, team_id: str | None, asker_id: str, *, manages: bool
) -> LeaderboardView:
    volumes, hidden = await core.database.read(ranking.read_volumes(span, team_id, asker_id))
    seen = board(volumes, asker_id, manages=manages)
    return LeaderboardView(
        period=PeriodView(span.name, span.starts_ms, span.ends_ms),
        team_id=team_id,
        minimum_calls=LEAST_CALLS,
        minimum_tokens=LEAST_TOKENS,
        hidden=hidden,
        ranks=tuple(_view(rank) for rank in seen.ranks),
        mine=_view(seen.mine) if seen.mine else None,
        message=_message(seen, hidden=hidden),
    )


def _view(rank: Rank) -> RankView:
    volume = rank.volume
    return RankView(
        rank=rank.place,
        member_id=volume.member_id,
        name=volume.name,
        calls=volume.calls,
        prompt_tokens=volume.prompt_tokens,
        completion_tokens=volume.completion_tokens,
        efficiency=round(float(volume.efficiency), 4),
        cost_per_1k_completion_micro=volume.cost_per_1k_completion_micro,
    )


def _message(seen: Board, *, hidden: bool) -> str:
    parts = []
    if seen.too_small:
        parts.append(f"Fewer than {SMALLEST_GROUP} members are ranked; names are for managers.")
    if seen.mine is None:
        parts.append(
            f"You are ranked from {LEAST_CALLS} calls and {LEAST_TOKENS:,} tokens"
            " each of prompt and of answer."
        )
    elif hidden:
        parts.append("Only you see your place.")
    return " ".join(parts)
