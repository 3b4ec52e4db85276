"""Cards of every family in every state, as people of one small office would see them."""

from dataclasses import replace

from world import chat_views as c
from world import views as v
from world.doubts_shown import DOUBTS, MODELS

from cards import (
    approval,
    help,  # noqa: A004 - the family's name
    home,
    keys,
    leaderboard,
    link,
    notice,
    notify,
    privacy,
    quota,
    refusal,
    request,
    team,
    usage,
    vacation,
    why,
)
from cards.card import Card
from core.calls import LookView
from core.domain.notifying import Trouble
from core.views.chat import RequestView

LINES = (
    help.HelpLine("quota [@who]", "What you have, what you spent, and how long it lasts"),
    help.HelpLine("request <amount> [reason]", "Ask your manager for more"),
    help.HelpLine("vacation on [until <date>] | off", "Lend your share while you are away"),
    help.HelpLine("key new <label>", "Make an API key for an editor or a script"),
    help.HelpLine("why [call]", "Explain the last charge or refusal"),
)
LONG = "A very long story, told by somebody who had much to tell. " * 8
HOSTILE = "<b>*Mia* approved</b> <@U123> [click](http://evil.example) & `code` _x_"
SHORT = replace(c.REQUEST, pool_available_micro=40 * v.CREDIT)
EMPTY_POOL = replace(c.REQUEST, pool_available_micro=0)
ADMINS = replace(c.REQUEST, grants=True, passed_by="Mia")
NO_TEAM = replace(
    c.REQUEST, team_name=None, pool_granted_micro=None, pool_available_micro=None, grants=True
)
APPROVED = c.decided(
    c.REQUEST, "approved", "Mia has approved the request: 120 credits.", granted=120
)
LESS = c.decided(c.REQUEST, "approved", "Mia has approved the request: 80 credits.", granted=80)
REJECTED = c.decided(
    c.REQUEST,
    "rejected",
    "Mia has rejected the request.",
    answer="Try the local model first, please.",
)
WITHDRAWN = c.decided(c.REQUEST, "withdrawn", "Ann has withdrawn the request.")
EXPIRED = c.decided(
    c.REQUEST, "expired", "The request has expired: nobody decided it within a day."
)


def _asked(view: RequestView) -> RequestView:
    """The same, as whoever asked sees it."""
    return replace(view, viewer_id=v.ANN, mine=True, may_decide=False)


def _wordy(view: RequestView, words: str) -> RequestView:
    named = replace(view.approval, reason=words, member_name=words[:100], answer=words)
    return replace(view, approval=named, team_name=words[:100])


TEAMLESS = replace(c.ABSENCE, teams=())
STANDING: dict[str, Card] = {
    "home": home.home_card(v.QUOTA, c.ABSENCE, None, 0),
    "home-busy": home.home_card(v.LOW, c.AWAY, c.MINE, 3),
    "home-out": home.home_card(v.OUT, c.ABSENCE, None, 1),
    "home-new": home.home_card(v.EARLY, TEAMLESS, None, 0),
    "quota": quota.quota_card(v.QUOTA, c.LAST, own=True),
    "quota-low": quota.quota_card(v.LOW, c.LAST[:1], own=True),
    "quota-out": quota.quota_card(v.OUT, c.LAST, own=True),
    "quota-new": quota.quota_card(v.EARLY, (), own=True),
    "quota-of-another": quota.quota_card(v.LOW, c.LAST, own=False),
    "usage": usage.usage_card(v.BY_MODEL, v.BY_DAY),
    "usage-none": usage.usage_card(
        replace(v.BY_MODEL, calls=0, cost_micro=0, lines=()),
        replace(v.BY_DAY, calls=0, cost_micro=0, lines=()),
    ),
    "usage-many": usage.usage_card(
        replace(v.BY_MODEL, lines=v.BY_MODEL.lines * 8),
        replace(v.BY_DAY, starts_ms=v.at(2026, 1, 1)),
    ),
    "leaderboard": leaderboard.leaderboard_card(v.BOARD, week=False),
    "leaderboard-hidden": leaderboard.leaderboard_card(
        replace(v.BOARD, hidden=True, message="Only you see your place."), week=True
    ),
    "leaderboard-empty": leaderboard.leaderboard_card(
        replace(
            v.BOARD,
            ranks=(),
            mine=None,
            message="Fewer than 3 members are ranked; names are for managers.",
        ),
        week=True,
    ),
    "leaderboard-weekly": leaderboard.weekly_card(v.WEEKLY),
    "why-charged": why.why_card(v.CHARGED),
    "why-refused": why.why_card(v.REFUSED),
    "why-voided": why.why_card(
        replace(
            v.CHARGED,
            kind="voided",
            cost_micro=0,
            looks=(),
            prompt_tokens=0,
            completion_tokens=0,
            lines=("Nothing was produced, so the 0.51 credits that were held went back.",),
        )
    ),
    "why-pending": why.why_card(replace(v.CHARGED, kind="pending", looks=(), lines=())),
    "why-estimated": why.why_card(replace(v.CHARGED, estimated=True)),
    "why-key-cap": why.why_card(
        replace(v.REFUSED, count=1, looks=(LookView("own", "key_cap", 400_000),))
    ),
    "why-refused-otherwise": why.why_card(
        replace(
            v.REFUSED,
            code="model_not_priced",
            looks=(),
            lines=("The call to new of 24 Nov 11:59 UTC was refused: model_not_priced.",),
        )
    ),
}


WAITS = replace(c.REFUSED_CALL, pending=c.APPROVAL_VIEW)
ASKING: dict[str, Card] = {
    "request": request.request_form(v.OUT),
    "request-preset": request.request_form(v.OUT, amount="500", reason="More tests"),
    "request-refused": request.request_form(v.OUT, refused=c.REFUSED_CALL),
    "request-refused-waits": request.request_form(v.OUT, refused=WAITS),
    "request-again": request.request_form(v.LOW, mine=c.MINE),
    "approval": approval.approval_card(c.REQUEST),
    "approval-mine": approval.approval_card(c.MINE),
    "approval-short": approval.approval_card(SHORT),
    "approval-empty-pool": approval.approval_card(EMPTY_POOL),
    "approval-passed": approval.approval_card(ADMINS),
    "approval-short-passed": approval.approval_card(replace(SHORT, passed_by="Mia")),
    "approval-empty-passed": approval.approval_card(replace(EMPTY_POOL, passed_by="Mia")),
    "approval-no-team": approval.approval_card(NO_TEAM),
    "approval-onlooker": approval.approval_card(replace(c.REQUEST, may_decide=False)),
    "approval-approved": approval.approval_card(APPROVED),
    "approval-approved-mine": approval.approval_card(_asked(APPROVED)),
    "approval-less": approval.approval_card(LESS),
    "approval-rejected": approval.approval_card(REJECTED),
    "approval-rejected-mine": approval.approval_card(_asked(REJECTED)),
    "approval-withdrawn": approval.approval_card(WITHDRAWN),
    "approval-expired": approval.approval_card(EXPIRED),
    "approval-long": approval.approval_card(_wordy(c.REQUEST, LONG[:500])),
    "approval-hostile": approval.approval_card(_wordy(c.REQUEST, HOSTILE)),
    "approval-hostile-rejected": approval.approval_card(_wordy(REJECTED, HOSTILE)),
    "approvals": approval.approvals_card((c.MINE, c.REQUEST, SHORT)),
    "approvals-many": approval.approvals_card((c.REQUEST,) * 13),
    "approvals-none": approval.approvals_card(()),
    "approve-less": approval.less_form(c.REQUEST),
    "approve-less-short": approval.less_form(SHORT),
    "reject": approval.reject_form(c.REQUEST),
    "decided-approved": approval.decided_card(_asked(APPROVED)),
    "decided-less": approval.decided_card(_asked(LESS)),
    "decided-rejected": approval.decided_card(_asked(REJECTED)),
    "decided-withdrawn": approval.decided_card(_asked(WITHDRAWN)),
    "decided-expired": approval.decided_card(_asked(EXPIRED)),
}


AWAY_OPEN = replace(c.AWAY, until_ms=None)
BACK = replace(c.AWAY, away=False, changed=True)
UNUSED = replace(BACK, teams=c.ABSENCE.teams)
LIVING: dict[str, Card] = {
    "vacation-off": vacation.vacation_card(c.ABSENCE),
    "vacation-off-no-team": vacation.vacation_card(replace(c.ABSENCE, teams=())),
    "vacation-on": vacation.vacation_card(c.AWAY),
    "vacation-on-open": vacation.vacation_card(AWAY_OPEN),
    "vacation-on-no-team": vacation.vacation_card(replace(c.AWAY, teams=())),
    "vacation-thanks-no-team": vacation.thanks_card(replace(BACK, teams=())),
    "vacation-dates": vacation.dates_form(c.ABSENCE),
    "vacation-dates-away": vacation.dates_form(c.AWAY),
    "vacation-thanks": vacation.thanks_card(BACK),
    "vacation-thanks-unused": vacation.thanks_card(UNUSED),
    "vacation-colleague": vacation.colleague_card("Ann", v.ENDS, "Research"),
    "vacation-colleague-open": vacation.colleague_card("Ann", None, "Research"),
    "keys": keys.keys_card((v.KEY, v.CI_KEY, replace(v.KEY, state="revoked"))),
    "keys-none": keys.keys_card(()),
    "keys-many": keys.keys_card((v.KEY,) * 12),
    "key-form": keys.key_form(),
    "key-new": keys.new_key_card(v.NEW_KEY, "https://tokens.example.com"),
    "key-new-no-address": keys.new_key_card(v.NEW_KEY, ""),
    "key-revoked": keys.revoked_card(replace(v.KEY, state="revoked")),
    "privacy-standard": privacy.privacy_card("standard"),
    "privacy-strict": privacy.privacy_card("strict"),
    "notify": notify.notify_card(c.NOTIFY),
    "notify-default": notify.notify_card(
        replace(c.NOTIFY, quiet_from=None, quiet_to=None, channel="", muted=(), channels=())
    ),
    "notify-none": notify.notify_card(replace(c.NOTIFY, thresholds=(), utc_offset_minutes=-210)),
    "team-manager": team.team_card(v.TEAM_VIEW, v.MEMBERS, v.RESEARCH),
    "team-member": team.team_card(replace(v.TEAM_VIEW, role="member"), (), v.RESEARCH),
    "team-frozen": team.team_card(
        replace(v.TEAM_VIEW, status="frozen", critical_policy="nobody", privacy="strict"),
        v.MEMBERS * 8,
        None,
    ),
    "teams": team.teams_card((v.TEAM_VIEW, replace(v.TEAM_VIEW, name="Sales", role="member"))),
    "teams-none": team.teams_card(()),
}


KNOWING: dict[str, Card] = {
    "help": help.help_card(LINES),
    "help-did-you-mean": help.help_card(LINES, "quota", "qouta"),
    "help-lost": help.help_card(LINES, "", HOSTILE),
    "help-usage": help.usage_card_of(LINES[1], "An amount is missing."),
    "link": link.link_card(),
    "link-problem": link.link_card(problem="This code is not valid, or no longer."),
    "link-code": link.code_card(c.CODE),
    "link-whoami": link.whoami_card(c.IDENTITY),
    "link-whoami-alone": link.whoami_card(replace(c.IDENTITY, accounts=())),
    "link-confirm": link.confirm_card(c.CLAIM),
    "link-claimed": link.claimed_card(c.CLAIM),
    "link-confirmed": link.confirm_card(replace(c.CLAIM, state="confirmed", tenant="T0123")),
    "link-denied": link.confirm_card(replace(c.CLAIM, state="denied")),
    "link-expired": link.claimed_card(replace(c.CLAIM, state="expired", account_name="")),
    "link-unlinked": link.unlinked_card(c.SLACK),
    "link-unlinked-here": link.unlinked_card(),
    "link-web": link.web_link_card("https://tokens.example.com/chat/in/abc"),
    "refusal-quota": refusal.refusal_card("You have no credits left.", "insufficient_quota"),
    "refusal-conflict": refusal.refusal_card("Mia has rejected the request.", "conflict"),
    "refusal-pool": refusal.refusal_card("The team's pool has 40 credits.", "pool_short"),
    "refusal-mine": refusal.refusal_card("Nobody decides their own.", "permission_denied"),
    "refusal-gone": refusal.refusal_card("There is no such call: req_x.", "not_found"),
    "refusal-field": refusal.refusal_card("amount: more than 0.", "invalid_field"),
    "refusal-ours": refusal.refusal_card("", "internal_error", support_id="evt_0123456789"),
    "refusal-unknown": refusal.refusal_card("It was refused.", "something_else"),
    "refusal-private": refusal.private_card(),
    "notice-quota": notice.quota_warning_card(v.LOW, 80),
    "notice-quota-out": notice.quota_warning_card(v.OUT, 100),
    "notice-critical": notice.critical_card(c.CRITICAL),
    "notice-critical-stopped": notice.critical_card(replace(c.CRITICAL, stopped=True)),
    "notice-nobody": notice.nobody_card(replace(c.REQUEST, grants=True)),
    "notice-linked": notice.account_linked_card("telegram", "Ann B."),
    "notice-unlinked": notice.account_unlinked_card("telegram", ""),
    "notice-provider-key": notice.provider_card("openai", Trouble.KEY),
    "notice-provider-above": notice.provider_card("openai", Trouble.ABOVE),
}


CARDS: dict[str, Card] = STANDING | ASKING | LIVING | KNOWING | DOUBTS | MODELS
