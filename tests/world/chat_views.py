"""Views of the use cases behind chat: requests, vacation, accounts, about the same office."""

from dataclasses import replace

from world.views import ANN, CALL, CREDIT, ENDS, MIA, MODEL, NOW, STARTS, TEAM, at

from core.views import ApprovalView
from core.views.chat import (
    AbsenceTeamView,
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

APPROVAL = "apr_0123456789abcdef"
LAST = (
    LastCallView(CALL, MODEL, NOW - 60_000, "own", 62_000, refused=False),
    LastCallView(
        "req_0QbT5kzzrefusedrefused01", MODEL, NOW - 600_000, "", 0, refused=True, count=3
    ),
    LastCallView(
        "req_0QbT5kzzvacation00000001", "local", NOW - 900_000, "vacation", CREDIT, refused=False
    ),
)

APPROVAL_VIEW = ApprovalView(
    id=APPROVAL,
    member_id=ANN,
    member_name="Ann",
    team_id=TEAM,
    amount_micro=120 * CREDIT,
    reason="Release week: the migration agent needs a few long runs.",
    status="pending",
    rev=1,
    created_ms=NOW - 3_600_000,
    expires_ms=NOW + 23 * 3_600_000,
    decided_by=None,
    decided_ms=None,
    granted_micro=None,
    answer="",
    message="The request waits for a manager of Research or an administrator.",
)
REQUEST = RequestView(
    approval=APPROVAL_VIEW,
    viewer_id=MIA,
    mine=False,
    may_decide=True,
    grants=False,
    team_name="Research",
    passed_by=None,
    granted_micro=500 * CREDIT,
    spent_micro=495 * CREDIT,
    available_micro=5 * CREDIT,
    pool_granted_micro=1_000 * CREDIT,
    pool_available_micro=1_000 * CREDIT,
    period_ends_ms=ENDS,
)
MINE = replace(REQUEST, viewer_id=ANN, mine=True, may_decide=False, asked=("Mia", "Joe"))


def decided(
    view: RequestView, status: str, message: str, *, granted: int | None = None, answer: str = ""
) -> RequestView:
    """The same request after its decision."""
    approval = replace(
        view.approval,
        status=status,
        rev=2,
        decided_by=MIA,
        decided_ms=NOW,
        granted_micro=None if granted is None else granted * CREDIT,
        answer=answer,
        message=message,
    )
    left = view.available_micro + (granted or 0) * CREDIT
    return replace(view, approval=approval, may_decide=False, available_micro=left)


ABSENCE = AbsenceView(
    member_id=ANN,
    name="Ann",
    away=False,
    since_ms=None,
    until_ms=None,
    changed=False,
    teams=(AbsenceTeamView("Research", 100 * CREDIT, 88 * CREDIT, 0, 0, 0),),
)
AWAY = replace(
    ABSENCE,
    away=True,
    since_ms=at(2026, 11, 20),
    until_ms=ENDS,
    teams=(AbsenceTeamView("Research", 100 * CREDIT, 88 * CREDIT, 12 * CREDIT, 14, 2),),
)
SLACK = AccountView(
    "lnk_0123456789abcdef", "slack", "T0123", "ann", reachable=True, linked_ms=STARTS
)
TELEGRAM = AccountView(
    "lnk_fedcba9876543210", "telegram", "", "Ann B.", reachable=False, linked_ms=NOW
)
IDENTITY = IdentityView(ANN, "Ann", "ann@example.com", "member", (SLACK, TELEGRAM))
CODE = LinkCodeView("K7Q2M9XD", NOW + 600_000)
CLAIM = LinkRequestView("lnk_0123456789abcdef", ANN, "telegram", "", "Ann B.", "claimed")
NOTIFY = NotifyView((80, 100), 1_320, 420, 60, "slack", ("vacation",), ("slack", "telegram"))
CRITICAL = CriticalUseView(
    MIA,
    "Mia",
    TEAM,
    "Research",
    "2026-11-24",
    7,
    31 * CREDIT,
    48 * CREDIT,
    100 * CREDIT,
    stopped=False,
)
REFUSED_CALL = RefusedView("Ab12Cd34", MODEL, 510_000, 110_000, NOW - 60_000, None)
