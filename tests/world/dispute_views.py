"""Views of estimated charges and their disputes, about the same office."""

from dataclasses import replace

from world.views import ANN, CALL, CREDIT, MIA, MODEL, NOW, TEAM

from core.views import AttemptView
from core.views.disputes import DisputeView, EstimatesView, EstimateView, UnknownView

DISPUTE = DisputeView(
    id=CALL,
    member_id=ANN,
    member_name="Ann",
    team_id=TEAM,
    team_name="Research",
    model=MODEL,
    paid_by="own",
    state="open",
    rev=0,
    held_micro=2 * CREDIT,
    charged_micro=2 * CREDIT,
    cost_micro=2 * CREDIT,
    returned_micro=0,
    estimated=True,
    prompt_tokens=0,
    completion_tokens=0,
    attempts=(
        AttemptView(1, "openai/gpt-4o-mini", "unsent", 0, 5_001),
        AttemptView(2, "openai/gpt-4o-mini", "unknown", 504, 60_004),
    ),
    called_ms=NOW - 7_200_000,
    ended_ms=NOW - 7_140_000,
    asked_ms=NOW - 3_600_000,
    decided_by=None,
    decided_ms=None,
    mine=False,
    may_decide=True,
    message="Ann disputes this charge; it waits for a decision.",
)
MINE = replace(DISPUTE, mine=True, may_decide=False)
CORRECTED = replace(
    DISPUTE,
    cost_micro=CREDIT,
    estimated=False,
    prompt_tokens=1_200,
    completion_tokens=1,
    rev=1,
    team_id=None,
    team_name=None,
)
RETURNED = replace(
    DISPUTE,
    state="returned",
    rev=1,
    cost_micro=CREDIT // 2,
    returned_micro=CREDIT * 3 // 2,
    decided_by=MIA,
    decided_ms=NOW,
    may_decide=False,
    message="Mia has returned 1.5 credits.",
)
KEPT = replace(
    DISPUTE,
    state="kept",
    rev=1,
    decided_by=MIA,
    decided_ms=NOW,
    may_decide=False,
    message="Mia has decided that the charge stands.",
)
ESTIMATE = EstimateView(CALL, MODEL, NOW, 2 * CREDIT, unknown=True, disputable=True)
ONE = EstimatesView(1, 2 * CREDIT, unknown=True, latest=(ESTIMATE,))
MANY = EstimatesView(
    50, 41 * CREDIT, unknown=True, latest=(ESTIMATE, replace(ESTIMATE, disputable=False), ESTIMATE)
)
COUNTED = EstimatesView(2, CREDIT // 8, unknown=False, latest=(ESTIMATE, ESTIMATE))
UNKNOWN = UnknownView(53, 4, 47 * CREDIT, NOW - 600_000, (MODEL, "local", "gpt-4o", "o3"))
