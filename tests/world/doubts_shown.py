"""Cards about estimated charges and their disputes, and about models without a price."""

from dataclasses import replace

from world import dispute_views as d
from world import model_views as m

from cards import dispute, model_rule
from cards.card import Card

DOUBTS: dict[str, Card] = {
    "dispute-open": dispute.dispute_card(d.DISPUTE),
    "dispute-mine": dispute.dispute_card(d.MINE),
    "dispute-corrected": dispute.dispute_card(d.CORRECTED),
    "dispute-nothing-left": dispute.dispute_card(replace(d.CORRECTED, cost_micro=0)),
    "dispute-returned": dispute.dispute_card(d.RETURNED),
    "dispute-returned-to-me": dispute.dispute_card(replace(d.RETURNED, mine=True)),
    "dispute-kept": dispute.dispute_card(d.KEPT),
    "dispute-told-returned": dispute.disputed_card(replace(d.RETURNED, mine=True)),
    "dispute-told-kept": dispute.disputed_card(replace(d.KEPT, mine=True)),
    "dispute-part": dispute.part_form(d.DISPUTE),
    "dispute-list": dispute.disputes_card((d.DISPUTE, replace(d.KEPT, mine=True))),
    "dispute-list-long": dispute.disputes_card((d.DISPUTE,) * 12),
    "dispute-list-none": dispute.disputes_card(()),
    "dispute-estimated": dispute.estimated_card(d.ONE),
    "dispute-estimated-many": dispute.estimated_card(d.MANY),
    "dispute-estimated-counted": dispute.estimated_card(d.COUNTED),
    "dispute-unknown": dispute.unknown_card(d.UNKNOWN),
}


MODELS: dict[str, Card] = {
    "model-asked": model_rule.model_card(m.ASKED),
    "model-asked-of-nobody": model_rule.model_card(replace(m.ASKED, upstream="")),
    "model-priced": model_rule.model_card(m.PRICED),
    "model-priced-change": model_rule.model_card(m.PRICED, change=True),
    "model-mapped": model_rule.model_card(m.MAPPED),
    "model-blocked": model_rule.model_card(m.BLOCKED),
    "model-price": model_rule.price_form(m.ASKED),
    "model-price-again": model_rule.price_form(
        m.PRICED, ("openai/gpt-99", "200", "800", "50"), "0123456789ab"
    ),
    "model-map": model_rule.map_form(m.ASKED, m.NEAR),
    "model-map-lost": model_rule.map_form(m.MAPPED, (), "gpt-4o-mimi"),
    "model-list": model_rule.models_card((m.ASKED, m.PRICED, m.MAPPED, m.BLOCKED)),
    "model-list-long": model_rule.models_card((m.ASKED,) * 12),
    "model-list-none": model_rule.models_card(()),
}
