"""Cards of every family, made of views with anything in them."""

from collections.abc import Callable

from hypothesis import strategies as st
from world.any_views import any_of, any_tuple, texts, times

from cards import (
    approval,
    dispute,
    help,  # noqa: A004 - the family's name
    home,
    keys,
    leaderboard,
    link,
    model_rule,
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
from core.domain.notifying import Trouble
from core.views import (
    KeyView,
    LeaderboardView,
    NewKeyView,
    QuotaView,
    TeamMemberView,
    TeamQuotaView,
    TeamView,
    UsageView,
)
from core.views.chat import (
    AbsenceView,
    AccountView,
    CriticalUseView,
    IdentityView,
    LastCallView,
    LinkCodeView,
    LinkRequestView,
    NotifyView,
    RefusedView,
    RequestView,
)
from core.views.disputes import DisputeView, EstimatesView, UnknownView
from core.views.explain import ExplainView
from core.views.model_rules import ModelRuleView

REQUESTS: tuple[Callable[[RequestView], Card], ...] = (
    approval.approval_card,
    approval.less_form,
    approval.reject_form,
    approval.decided_card,
    notice.nobody_card,
)
ABSENCES: tuple[Callable[[AbsenceView], Card], ...] = (
    vacation.vacation_card,
    vacation.dates_form,
    vacation.thanks_card,
)
DISPUTES: tuple[Callable[[DisputeView], Card], ...] = (
    dispute.dispute_card,
    dispute.disputed_card,
    dispute.part_form,
)
LINKS: tuple[Callable[[LinkRequestView], Card], ...] = (link.confirm_card, link.claimed_card)
maybe_requests = st.none() | any_of(RequestView)
counts = st.integers(0, 10**6)
any_card = st.one_of(
    st.builds(home.home_card, any_of(QuotaView), any_of(AbsenceView), maybe_requests, counts),
    st.builds(quota.quota_card, any_of(QuotaView), any_tuple(LastCallView), own=st.booleans()),
    st.builds(
        request.request_form,
        any_of(QuotaView),
        amount=texts,
        reason=texts,
        refused=st.none() | any_of(RefusedView),
        mine=maybe_requests,
    ),
    st.tuples(st.sampled_from(REQUESTS), any_of(RequestView)).map(lambda it: it[0](it[1])),
    st.builds(approval.approvals_card, any_tuple(RequestView)),
    st.tuples(st.sampled_from(ABSENCES), any_of(AbsenceView)).map(lambda it: it[0](it[1])),
    st.builds(vacation.colleague_card, texts, st.none() | times, texts),
    st.builds(keys.keys_card, any_tuple(KeyView)),
    st.builds(keys.new_key_card, any_of(NewKeyView), texts, model=texts),
    st.builds(keys.revoked_card, any_of(KeyView)),
    st.builds(why.why_card, any_of(ExplainView)),
    st.builds(usage.usage_card, any_of(UsageView), any_of(UsageView)),
    st.builds(leaderboard.leaderboard_card, any_of(LeaderboardView), week=st.booleans()),
    st.builds(leaderboard.weekly_card, any_of(LeaderboardView)),
    st.builds(
        team.team_card,
        any_of(TeamView),
        any_tuple(TeamMemberView),
        st.none() | any_of(TeamQuotaView),
    ),
    st.builds(team.teams_card, any_tuple(TeamView)),
    st.builds(
        help.help_card,
        st.lists(st.builds(help.HelpLine, texts, texts), max_size=3).map(tuple),
        texts,
        texts,
    ),
    st.builds(help.usage_card_of, st.builds(help.HelpLine, texts, texts), texts),
    st.builds(link.link_card, problem=texts),
    st.builds(link.code_card, any_of(LinkCodeView)),
    st.builds(link.whoami_card, any_of(IdentityView)),
    st.tuples(st.sampled_from(LINKS), any_of(LinkRequestView)).map(lambda it: it[0](it[1])),
    st.builds(link.unlinked_card, st.none() | any_of(AccountView)),
    st.builds(link.web_link_card, texts),
    st.builds(refusal.refusal_card, texts, texts, support_id=texts),
    st.builds(privacy.privacy_card, texts),
    st.builds(notify.notify_card, any_of(NotifyView)),
    st.builds(notice.quota_warning_card, any_of(QuotaView), st.integers(0, 100)),
    st.builds(notice.critical_card, any_of(CriticalUseView)),
    st.builds(notice.account_linked_card, texts, texts),
    st.builds(notice.account_unlinked_card, texts, texts),
    st.tuples(st.sampled_from(DISPUTES), any_of(DisputeView)).map(lambda it: it[0](it[1])),
    st.builds(dispute.disputes_card, any_tuple(DisputeView)),
    st.builds(dispute.estimated_card, any_of(EstimatesView)),
    st.builds(dispute.unknown_card, any_of(UnknownView)),
    st.builds(model_rule.model_card, any_of(ModelRuleView), change=st.booleans()),
    st.builds(
        model_rule.price_form,
        any_of(ModelRuleView),
        st.tuples(texts, texts, texts, texts),
        st.sampled_from(["", "0123456789ab"]),
    ),
    st.builds(
        model_rule.map_form, any_of(ModelRuleView), st.lists(texts, max_size=3).map(tuple), texts
    ),
    st.builds(model_rule.models_card, any_tuple(ModelRuleView)),
    st.builds(notice.provider_card, texts, st.sampled_from(Trouble)),
)
