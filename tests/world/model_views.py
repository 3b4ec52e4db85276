"""Views of models without a price, as administrators see them."""

from dataclasses import replace

from world.views import NOW

from core.domain.model_rules import rule_id
from core.views.model_rules import ModelRuleView

ASKED = ModelRuleView(
    id=rule_id("openai/gpt-99"),
    name="openai/gpt-99",
    state="asked",
    upstream="openai/gpt-99",
    input="",
    output="",
    cached="",
    mapped_to="",
    asked_by="Ann",
    asked_ms=NOW - 60_000,
    decided_by="",
    decided_ms=None,
    rev=0,
    message="Ann called it; it has no price here.",
)
PRICED = replace(
    ASKED,
    state="priced",
    input="2",
    output="8",
    cached="0.5",
    decided_by="Mia",
    decided_ms=NOW,
    rev=1,
    message="Mia has priced it: US$ 2 in and 8 out, per million tokens.",
)
MAPPED = replace(
    ASKED,
    state="mapped",
    upstream="",
    mapped_to="gpt-4o-mini",
    asked_by="",
    decided_by="Mia",
    decided_ms=NOW,
    rev=2,
    message="Mia has mapped it to gpt-4o-mini.",
)
BLOCKED = replace(
    MAPPED, state="blocked", mapped_to="", message="Mia has blocked it.", name="<b>*x*</b>"
)
NEAR = ("gpt-4o-mini", "gpt-4o")
