"""Who used what: sums of charged calls, as far as the asker's rights reach."""

from dataclasses import dataclass

from core.domain.errors import Code, Refusal, missing
from core.domain.members import Person, TeamRole
from core.domain.spans import ALLOWED, DAY_MS, MOST_DAYS, Span, day_of, span_between, span_named
from core.service.start import Core
from core.store.call_log import By, Scope, Sum, find_team, read_usage
from core.views import UsageLine, UsageView

__all__ = ["By", "Question", "find_span", "reachable_team", "usage"]

MOST_NAME_LENGTH = 100
OF_NO_TEAM = "(no team)"


@dataclass(frozen=True, slots=True)
class Question:
    """What to add up, and over which time; `team` is an id or slug, `mine` leaves out others."""

    by: By
    span: Span
    team: str | None = None
    mine: bool = False


async def usage(core: Core, asker: Person, question: Question) -> UsageView:
    """Add up calls: members' own, for managers also their teams', for admins everybody's."""
    by, span, team = question.by, question.span, question.team
    team_id = await reachable_team(core, asker, team) if team else None
    scope = _scope(asker, team_id, mine=question.mine)
    sums = await core.database.read(read_usage(by, span, scope))
    lines = [_line(by, one) for one in sums]
    if by is By.DAY:
        lines.sort(key=lambda line: line.group)
    else:
        lines.sort(key=lambda line: (-line.cost_micro, line.group))
    return UsageView(
        by=by.value,
        period=span.name,
        starts_ms=span.starts_ms,
        ends_ms=span.ends_ms,
        calls=sum(line.calls for line in lines),
        prompt_tokens=sum(line.prompt_tokens for line in lines),
        completion_tokens=sum(line.completion_tokens for line in lines),
        cost_micro=sum(line.cost_micro for line in lines),
        lines=tuple(lines),
    )


def find_span(
    core: Core, period: str = "", starts_ms: int | None = None, ends_ms: int | None = None
) -> Span:
    """Return the span that a request names: a period, or two times; Refusal if it is none."""
    now_ms = core.clock.now_ms()
    if starts_ms is None and ends_ms is None:
        span = span_named(period, core.settings.period, now_ms)
        if span is None:
            raise Refusal(Code.INVALID_FIELD, f"period: {ALLOWED}.", param="period")
        return span
    until = now_ms if ends_ms is None else ends_ms
    span = span_between(until - 30 * DAY_MS if starts_ms is None else starts_ms, until)
    if period or span is None:
        text = f"Either a period, or from before to, at most {MOST_DAYS} days apart."
        raise Refusal(Code.INVALID_FIELD, text, param="from")
    return span


async def reachable_team(core: Core, asker: Person, team: str) -> str:
    """Return the id of a team that the asker belongs to (an admin: any); else it is missing."""
    found = await core.database.read(find_team(team)) if is_name(team) else None
    if found is None or not (asker.is_admin or asker.belongs_to(found)):
        raise missing("team", team)
    return found


def is_name(text: str) -> bool:
    """Whether this can be an id at all; what cannot never meets the database."""
    return 0 < len(text) <= MOST_NAME_LENGTH and text.isascii() and text.isprintable()


def _scope(asker: Person, team_id: str | None, *, mine: bool) -> Scope:
    sees_all = asker.is_admin or (team_id is not None and asker.manages(team_id))
    if sees_all and not mine:
        return Scope(team_id=team_id)
    managed = [s.team_id for s in asker.seats if s.role is TeamRole.MANAGER]
    wider = () if mine or team_id else tuple(managed)
    return Scope(asker.id, wider, team_id)


def _line(by: By, one: Sum) -> UsageLine:
    group, name = one.group, one.name
    if by is By.DAY:
        group = name = day_of(int(one.group) * DAY_MS)
    elif by is By.TEAM and not group:
        name = OF_NO_TEAM
    tokens = (one.prompt_tokens, one.completion_tokens)
    return UsageLine(group, name, one.calls, *tokens, one.cost_micro)
