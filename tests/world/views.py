"""Views as the use cases would return them, about people of one small office."""

from dataclasses import replace
from datetime import UTC, datetime

from core.calls import LookView
from core.views import (
    KeyView,
    LeaderboardView,
    NewKeyView,
    PeriodView,
    PurseView,
    QuotaView,
    RankView,
    ShareView,
    TeamMemberView,
    TeamQuotaView,
    TeamView,
    UsageLine,
    UsageView,
)
from core.views.explain import ExplainView

CREDIT = 1_000_000


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000  # type: ignore[arg-type,misc]  # year first


NOW = at(2026, 11, 24, 12)
STARTS, ENDS = at(2026, 11, 1), at(2026, 12, 1)
PERIOD = PeriodView("2026-11", STARTS, ENDS)
ANN, MIA = "usr_AnnAnnAnnAnnAnn1", "usr_MiaMiaMiaMiaMia1"
TEAM = "team_Research12345678"
CALL = "req_0QbT5kzzAbCdEfGhIjKlMnOp"
MODEL = "gpt-4o-mini"


def purse(granted: int, spent: int = 0, held: int = 0) -> PurseView:
    """A purse in whole credits."""
    left = granted - spent - held
    return PurseView(granted * CREDIT, held * CREDIT, spent * CREDIT, left * CREDIT)


def share(cap: int, used: int = 0, because: str = "") -> ShareView:
    """A share in whole credits, open unless there is a reason that shuts it."""
    free = (cap - used) * CREDIT
    if because:
        return ShareView(cap * CREDIT, 0, used * CREDIT, free, open=False, because=because)
    said = "1 colleague is on vacation: the team pool pays when your own quota cannot."
    return ShareView(cap * CREDIT, 0, used * CREDIT, free, open=True, because=said)


RESEARCH = TeamQuotaView(
    team_id=TEAM,
    name="Research",
    away=1,
    pool=purse(1_000, 120),
    vacation=share(100, 12),
    critical=share(100, 0, "Only listed members of this team may make critical calls."),
)
QUOTA = QuotaView(
    member_id=ANN,
    name="Ann",
    period=PERIOD,
    own=purse(5_000, 790, 10),
    debt_micro=0,
    lasts_until_ms=ENDS,
    forecast="At this pace your credits last to the end of the period, 1 Dec 00:00 UTC.",
    teams=(RESEARCH,),
)
LOW = replace(
    QUOTA,
    own=purse(5_000, 4_200, 10),
    debt_micro=3 * CREDIT,
    lasts_until_ms=at(2026, 11, 28, 9, 30),
    forecast="At this pace your credits last until 28 Nov 09:30 UTC.",
)
OUT = replace(
    QUOTA,
    own=purse(5_000, 5_000),
    lasts_until_ms=NOW,
    forecast="Nothing is left. New credits come on 1 Dec 00:00 UTC.",
    teams=(replace(RESEARCH, vacation=share(100, 0, "Nobody else in the team is on vacation.")),),
)
EARLY = replace(QUOTA, own=purse(0), lasts_until_ms=None, forecast="", teams=())
KEY = KeyView(
    id="aB3dEfGhIjKl",
    prefix="tp_aB3dEfGhIjKl",
    label="laptop",
    team_id=None,
    priority="standard",
    privacy="standard",
    cap_micro=None,
    state="active",
    created_ms=STARTS,
    expires_ms=None,
    last_used_ms=NOW - 60_000,
)
CI_KEY = replace(
    KEY,
    id="Zz9yXwVuTsRq",
    prefix="tp_Zz9yXwVuTsRq",
    label="CI of the billing service",
    priority="critical",
    privacy="strict",
    cap_micro=50 * CREDIT,
    state="expiring",
    expires_ms=ENDS,
    last_used_ms=None,
)
NEW_KEY = NewKeyView(
    "aB3dEfGhIjKl",
    "tp_aB3dEfGhIjKl_0123456789abcdefghijklmnopqrstuv012345",
    "laptop",
    "This key is shown once. Keep it: only its fingerprint is stored here.",
)
CHARGED = ExplainView(
    request_id=CALL,
    kind="charged",
    model=MODEL,
    code="",
    paid_by="own",
    estimated=False,
    required_micro=510_000,
    held_micro=510_000,
    cost_micro=62_000,
    prompt_tokens=412,
    completion_tokens=96,
    cached_tokens=0,
    started_ms=NOW - 61_000,
    ended_ms=NOW - 60_000,
    count=1,
    looks=(),
    attempts=(),
    lines=(
        "The call to gpt-4o-mini of 24 Nov 11:59 UTC cost 0.062 credits, paid from own quota.",
        "Before it was sent, 0.51 credits were held: the most it could cost.",
        "412 prompt tokens and 96 tokens of answer, at the model's price, come to 0.062 credits.",
        "The other 0.448 credits went back when it ended.",
    ),
)
REFUSED = replace(
    CHARGED,
    kind="refused",
    code="insufficient_quota",
    paid_by=None,
    held_micro=0,
    cost_micro=0,
    prompt_tokens=0,
    completion_tokens=0,
    count=3,
    looks=(
        LookView("own", "personal_exhausted", 400_000),
        LookView("vacation", "vacation_cap", 100_000),
    ),
    lines=(
        "The call to gpt-4o-mini of 24 Nov 11:59 UTC was refused: insufficient_quota.",
        "It could have cost up to 0.51 credits, and nothing is sent before that is held.",
        "Own quota had 0.4 credits left; the call needed 0.51.",
        "The team's vacation share had 0.1 credits left; the call needed 0.51.",
        "What helps: 0.11 credits more in own quota: ask a manager for more.",
    ),
)
BY_MODEL = UsageView(
    by="model",
    period="2026-11-17/2026-11-24",
    starts_ms=at(2026, 11, 17, 12),
    ends_ms=NOW,
    calls=240,
    prompt_tokens=96_000,
    completion_tokens=31_500,
    cost_micro=62_400_000,
    lines=(
        UsageLine(MODEL, MODEL, 200, 80_000, 30_000, 60 * CREDIT),
        UsageLine("local", "local", 40, 16_000, 1_500, 2_400_000),
    ),
)
BY_DAY = replace(
    BY_MODEL,
    by="day",
    lines=(
        UsageLine("2026-11-18", "2026-11-18", 40, 16_000, 5_000, 12 * CREDIT),
        UsageLine("2026-11-20", "2026-11-20", 150, 60_000, 20_000, 40 * CREDIT),
        UsageLine("2026-11-24", "2026-11-24", 50, 20_000, 6_500, 10_400_000),
    ),
)
RANKS = (
    RankView(1, MIA, "Mia", 120, 40_000, 36_000, 0.9, 1_400_000),
    RankView(2, "usr_Joe", "Joe", 80, 50_000, 25_000, 0.5, 2_050_000),
    RankView(3, ANN, "Ann", 240, 96_000, 31_500, 0.3281, 1_980_000),
)
BOARD = LeaderboardView(
    period=PERIOD,
    team_id=None,
    minimum_calls=10,
    minimum_tokens=1_000,
    hidden=False,
    ranks=RANKS,
    mine=RANKS[2],
    message="",
)
WEEKLY = replace(
    BOARD, period=PeriodView("2026-W47", at(2026, 11, 16), at(2026, 11, 23)), mine=None
)
TEAM_VIEW = TeamView(
    id=TEAM,
    name="Research",
    slug="research",
    role="manager",
    pool_quota_micro=1_000 * CREDIT,
    critical_policy="listed",
    critical_percent=10,
    vacation_percent=10,
    privacy="standard",
    members=3,
    status="active",
)
MEMBERS = (
    TeamMemberView(ANN, "Ann", "ann@example.com", "member", "listed", "active"),
    TeamMemberView(
        "usr_JoeJoeJoeJoeJoe1", "Joe", "joe@example.com", "member", "default", "on_vacation"
    ),
    TeamMemberView(MIA, "Mia", "mia@example.com", "manager", "stopped", "active"),
)
