"""What a member has: own quota, the pools of their teams, and the shares they may draw on."""

from core.domain import vacation
from core.domain.errors import missing
from core.domain.forecast import lasts_until_ms
from core.domain.ledger import Balance
from core.domain.members import CriticalPolicy, CriticalRight, may_be_critical
from core.domain.periods import Period
from core.domain.spans import moment
from core.service.start import Core
from core.store.standing import Share, Standing, TeamStanding, standing
from core.views import PeriodView, PurseView, QuotaView, ShareView, StatusView, TeamQuotaView


async def quota(core: Core, member_id: str) -> QuotaView:
    """Return what a member has in this period; the same figures the next call would meet."""
    period, now_ms = core.period(), core.clock.now_ms()
    found = await _standing(core, member_id, period)
    own = found.own
    until = lasts_until_ms(
        spent_micro=own.spent, available_micro=own.available, period=period, now_ms=now_ms
    )
    return QuotaView(
        member_id=member_id,
        name=found.name,
        period=PeriodView(period.name, period.starts_ms, period.ends_ms),
        own=_purse(own),
        debt_micro=found.debt,
        lasts_until_ms=until,
        forecast=_forecast(own, until, period),
        teams=tuple(_team(team) for team in found.teams),
    )


async def status(core: Core, member_id: str, key_id: str) -> StatusView:
    """Return own quota and the cap of one of the member's keys on one flat level."""
    period = core.period()
    found = await _standing(core, member_id, period, key_id=key_id)
    own, key = found.own, found.key
    used = own.held + own.spent
    capped = key if key and key.cap is not None else None
    return StatusView(
        limit_micro=own.posted,
        used_micro=used,
        remaining_micro=own.available,
        percent=used * 100 // own.posted if own.posted else 100,
        period=period.name,
        reset_ms=period.ends_ms,
        key_id=key_id,
        key_label=key.label if key else "",
        key_limit_micro=capped.cap if capped else None,
        key_used_micro=capped.used + capped.held if capped else None,
        key_remaining_micro=capped.left if capped else None,
    )


async def _standing(core: Core, member_id: str, period: Period, *, key_id: str = "") -> Standing:
    rules, now_ms = core.database.journal.rules, core.clock.now_ms()
    found = await core.database.read(standing(rules, member_id, period, now_ms, key_id=key_id))
    if found is None:
        raise missing("member", member_id)
    return found


def _purse(balance: Balance) -> PurseView:
    return PurseView(balance.posted, balance.held, balance.spent, balance.available)


def _forecast(own: Balance, until_ms: int | None, period: Period) -> str:
    if not own.available:
        return f"Nothing is left. New credits come on {moment(period.ends_ms)}."
    if until_ms is None:
        return ""
    if until_ms >= period.ends_ms:
        return f"At this pace your credits last to the end of the period, {moment(until_ms)}."
    return f"At this pace your credits last until {moment(until_ms)}."


def _team(team: TeamStanding) -> TeamQuotaView:
    return TeamQuotaView(
        team_id=team.team_id,
        name=team.name,
        away=team.away,
        pool=_purse(team.pool),
        vacation=_share(team, team.vacation, shut=_no_vacation(team), free=_vacation_free(team)),
        critical=_share(team, team.critical, shut=_no_critical(team), free=CRITICAL_FREE),
    )


CRITICAL_FREE = "The team pool pays your critical calls when your own quota cannot."


def _share(team: TeamStanding, share: Share, *, shut: str, free: str) -> ShareView:
    """Return a share of the pool: open if nothing shuts it and there is something to lend."""
    cap = vacation.share(team.pool_quota, share.percent)
    room = max(0, cap - share.used - share.held)
    available = min(room, team.pool.available)
    because = shut or free
    if not shut and not room:
        because = "The share of this period is used up." if cap else "The team lends nothing."
    elif not shut and not available:
        because = "The team pool is used up."
    return ShareView(
        cap_micro=cap,
        held_micro=share.held,
        spent_micro=share.used,
        available_micro=available,
        open=not shut and available > 0,
        because=because,
    )


def _no_vacation(team: TeamStanding) -> str:
    if not team.active:
        return "This team is frozen."
    return "" if team.away else "Nobody else in the team is on vacation."


def _vacation_free(team: TeamStanding) -> str:
    who = "1 colleague is" if team.away == 1 else f"{team.away} colleagues are"
    return f"{who} on vacation: the team pool pays when your own quota cannot."


def _no_critical(team: TeamStanding) -> str:
    if not team.active:
        return "This team is frozen."
    if may_be_critical(team.policy, team.right):
        return ""
    if team.right is CriticalRight.STOPPED:
        return "A manager has stopped critical calls for you."
    if team.policy is CriticalPolicy.NOBODY:
        return "This team allows no critical calls."
    return "Only listed members of this team may make critical calls."
