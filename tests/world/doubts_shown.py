"""Cards about estimated charges and their disputes, in every state."""

from dataclasses import replace

from world import dispute_views as d

from cards import dispute
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
