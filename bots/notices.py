"""From an outbox row to the card that is sent: rendered when it goes out, from what is true then.

A notice only points at what happened. If there is nothing to tell any more, or the recipient may
not know it any more, there is no card.
"""

from collections.abc import Awaitable, Callable, Mapping

from msgspec.structs import replace

from cards import notice
from cards.approval import approval_card, decided_card
from cards.card import Card
from cards.dispute import dispute_card, disputed_card, estimated_card, unknown_card
from cards.link import confirm_card
from cards.model_rule import model_card
from cards.refusal import refusal_card
from cards.vacation import colleague_card, thanks_card
from core.domain import disputes, model_rules
from core.domain.approvals import State
from core.domain.errors import Code, Refusal
from core.domain.notifying import Kind, Trouble, crossed
from core.service import (
    absence,
    approving,
    boards,
    critical,
    disputing,
    estimates,
    linking,
    membership,
    notifying,
    offering,
    quota,
)
from core.service.start import Core
from core.views.chat import RequestView
from core.views.delivery import Copy, Parcel

Teller = Callable[[Core, Parcel], Awaitable[Card | None]]
MOOT = {Code.NOT_FOUND, Code.ACCOUNT_DISABLED, Code.PERMISSION_DENIED}
BEYOND = 1_000_000_000
"""A revision later than all: of a copy whose viewer may not see its row any more."""


async def card_of(core: Core, parcel: Parcel) -> Card | None:
    """Return what to send; None if there is nothing to tell any more."""
    try:
        return await TELLERS[Kind(parcel.kind)](core, parcel)
    except Refusal as refusal:
        if refusal.code in MOOT:
            return None
        raise


async def copy_of(core: Core, copy: Copy) -> tuple[Card, bool]:
    """Return what a posted copy should show now, and whether that is for good."""
    follow = COPIES.get(copy.ref.partition("_")[0], _dispute_copy)
    found = await follow(core, copy)
    if found is None:
        closed = refusal_card("This is not yours to see any more.", Code.NOT_FOUND)
        return replace(closed, ref=copy.ref, rev=BEYOND), True
    return found


async def _request_copy(core: Core, copy: Copy) -> tuple[Card, bool] | None:
    view = await _seen(core, copy)
    if view is None:
        return None
    return _request(copy.kind, view), view.approval.status != State.PENDING


async def _dispute_copy(core: Core, copy: Copy) -> tuple[Card, bool] | None:
    view = await disputing.shown_to(core, copy.viewer_id, copy.ref)
    return None if view is None else (dispute_card(view), view.state != disputes.State.OPEN)


async def _seen(core: Core, copy: Copy) -> RequestView | None:
    if copy.viewer_id == boards.NOBODY:
        return await boards.request_view(core, copy.ref)
    return await approving.shown_to(core, copy.viewer_id, copy.ref)


def _request(kind: str, view: RequestView) -> Card:
    waits = view.approval.status == State.PENDING
    return notice.nobody_card(view) if waits and kind == Kind.NOBODY else approval_card(view)


async def _asked(core: Core, parcel: Parcel) -> Card | None:
    view = await approving.shown_to(core, parcel.member_id, parcel.ref)
    return _request(parcel.kind, view) if view and view.may_decide else None


async def _decided(core: Core, parcel: Parcel) -> Card | None:
    view = await approving.shown_to(core, parcel.member_id, parcel.ref)
    return decided_card(view) if view and view.approval.status != State.PENDING else None


async def _model_copy(core: Core, copy: Copy) -> tuple[Card, bool] | None:
    view = await offering.shown_to(core, copy.viewer_id, copy.ref)
    return None if view is None else (model_card(view), False)


COPIES = {"apr": _request_copy, "mdl": _model_copy}
"""By how their rows' ids begin; the other rows that copies follow are disputes, by their call."""


async def _model(core: Core, parcel: Parcel) -> Card | None:
    view = await offering.shown_to(core, parcel.member_id, parcel.ref)
    return model_card(view) if view and view.state == model_rules.State.ASKED else None


async def _dispute(core: Core, parcel: Parcel) -> Card | None:
    view = await disputing.shown_to(core, parcel.member_id, parcel.ref)
    return dispute_card(view) if view and view.may_decide else None


async def _disputed(core: Core, parcel: Parcel) -> Card | None:
    view = await disputing.shown_to(core, parcel.member_id, parcel.ref)
    return disputed_card(view) if view and view.state != disputes.State.OPEN else None


async def _estimated(core: Core, parcel: Parcel) -> Card | None:
    starts, ends = int(parcel.payload["from"] or 0), int(parcel.payload["to"] or 0)
    unknown = bool(parcel.payload["unknown"])
    view = await estimates.of_member(core, parcel.member_id, starts, ends, unknown=unknown)
    return estimated_card(view) if view.calls else None


async def _unknown(core: Core, parcel: Parcel) -> Card | None:
    starts, ends = int(parcel.payload["from"] or 0), int(parcel.payload["to"] or 0)
    view = await estimates.of_all(core, parcel.member_id, starts, ends)
    return unknown_card(view) if view and view.calls else None


async def _away(core: Core, parcel: Parcel) -> Card | None:
    team_id = str(parcel.payload["team"])
    who = await absence.colleague(core, parcel.member_id, parcel.ref, team_id)
    return colleague_card(who.name, who.until_ms, who.team_name) if who else None


async def _thanks(core: Core, parcel: Parcel) -> Card | None:
    since, until = int(parcel.payload["since"] or 0), int(parcel.payload["until"] or 0)
    return thanks_card(await absence.lent(core, parcel.member_id, since, until))


async def _critical(core: Core, parcel: Parcel) -> Card | None:
    team_id, day = str(parcel.payload["team"]), str(parcel.payload["day"])
    use = await critical.use(core, parcel.member_id, team_id, parcel.ref, day)
    return notice.critical_card(use) if use and use.calls else None


async def _quota(core: Core, parcel: Parcel) -> Card | None:
    """Warn of the highest threshold that is crossed now; of a lower one nobody needs to hear."""
    caller = await membership.present(core, parcel.member_id)
    wishes = await notifying.preferences(core, caller)
    view = await quota.quota(core, parcel.member_id)
    percent = crossed(wishes.thresholds, view.own.spent_micro, view.own.granted_micro)
    told = (parcel.payload["period"], parcel.payload["threshold"])
    return (
        notice.quota_warning_card(view, percent or 0)
        if told == (view.period.name, percent)
        else None
    )


async def _link(core: Core, parcel: Parcel) -> Card | None:
    caller = await membership.present(core, parcel.member_id)
    request = await linking.request(core, caller, parcel.ref)
    return confirm_card(request) if request.state == "claimed" else None


async def _linked(core: Core, parcel: Parcel) -> Card | None:
    """Tell of an account that speaks for the member, unless it was unlinked meanwhile."""
    caller = await membership.present(core, parcel.member_id)
    accounts = (await linking.identity(core, caller)).accounts
    found = next((account for account in accounts if account.id == parcel.ref), None)
    return notice.account_linked_card(found.platform, found.name) if found else None


async def _unlinked(_core: Core, parcel: Parcel) -> Card | None:
    return notice.account_unlinked_card(str(parcel.payload["platform"]), "")


async def _provider(_core: Core, parcel: Parcel) -> Card | None:
    return notice.provider_card(parcel.ref, Trouble(str(parcel.payload["trouble"])))


TELLERS: Mapping[Kind, Teller] = {
    Kind.APPROVAL: _asked,
    Kind.NOBODY: _asked,
    Kind.DECIDED: _decided,
    Kind.DISPUTE: _dispute,
    Kind.DISPUTED: _disputed,
    Kind.ESTIMATED: _estimated,
    Kind.UNKNOWN: _unknown,
    Kind.MODEL: _model,
    Kind.AWAY: _away,
    Kind.THANKS: _thanks,
    Kind.CRITICAL: _critical,
    Kind.QUOTA: _quota,
    Kind.LINK: _link,
    Kind.LINKED: _linked,
    Kind.UNLINKED: _unlinked,
    Kind.PROVIDER: _provider,
}
