"""Who may click what: every verb for every role, whatever card the button came from.

All that a button can point to is ann's: her request, her key, her call, her account, her team.

F-98.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count

import pytest
from world.accounts import PHONE
from world.lobby import STRANGER, Lobby, card_of

from bots.commands.actions import ACTIONS
from bots.context import Answer
from cards.actions import Action, Verb
from core.calls import Outcome
from core.domain.accounts import Account
from core.domain.credits import MICRO
from core.domain.ledger import Kind
from core.domain.model_rules import rule_id
from core.service import disputing, keys, linking
from core.service.keys import KeyTerms
from core.store.call_tables import ModelRuleRow
from core.store.statements import Program, insert
from gateway import catalog
from gateway.offered import Offered

ROLES = ("stranger", "ben", "ann", "chief", "other", "admin")
LINKED = frozenset(ROLES) - {"stranger"}
DECIDERS = frozenset({"chief", "admin"})
ANN = frozenset({"ann"})
Target = Callable[[Lobby], Awaitable[str]]
_numbers = count(1)


async def nothing(_lobby: Lobby) -> str:
    return ""


async def request(lobby: Lobby) -> str:
    return card_of(await lobby.say(lobby.ann, "request 5 a demo")).ref


async def call(lobby: Lobby) -> str:
    ticket = await lobby.office.hold(lobby.ann.caller, 5 * MICRO)
    await lobby.office.settle(ticket, MICRO)
    return ticket.call_id


async def charge(lobby: Lobby) -> str:
    ticket = await lobby.office.hold(lobby.ann.caller, 5 * MICRO)
    await lobby.office.end(ticket, Outcome(Kind.CAPTURE, 504, estimated=True))
    return ticket.call_id


async def disputed(lobby: Lobby) -> str:
    return (await disputing.dispute(lobby.core, lobby.ann.caller, await charge(lobby))).id


async def model(lobby: Lobby) -> str:
    """Let ann call a model that nobody has priced."""
    lobby.core.settings.config.touch()
    Offered(lobby.core, catalog.load(lobby.core.settings, {"OPENAI_API_KEY": "sk-none"}))
    name = f"gpt-{next(_numbers)}"
    row = ModelRuleRow(name=name, id=rule_id(name), asked_by=lobby.ann.id, asked_ms=0)

    def asked() -> Program[None]:
        yield insert(row)

    await lobby.core.database.run(asked)
    return row.id


async def key(lobby: Lobby) -> str:
    made = await keys.new_key(lobby.core, lobby.ann.person, lobby.ann.id, KeyTerms("a demo"))
    return made.id


def phone() -> Account:
    return Account(PHONE.platform, "", f"9{next(_numbers):06}", "Somebody's phone")


async def claim(lobby: Lobby) -> str:
    code = (await linking.new_code(lobby.core, lobby.ann.caller)).code
    return (await linking.claim(lobby.core, phone(), code)).id


async def linked(lobby: Lobby) -> str:
    decided = await linking.decide(lobby.core, lobby.ann.caller, await claim(lobby), confirm=True)
    assert decided.state == "confirmed"
    accounts = (await linking.identity(lobby.core, lobby.ann.caller)).accounts
    return next(each.id for each in accounts if each.platform == PHONE.platform)


async def team(lobby: Lobby) -> str:
    return lobby.red


async def seat(lobby: Lobby) -> str:
    return f"{lobby.red}.{lobby.ann.id}"


@dataclass(frozen=True)
class Rule:
    """Who may, what at, and with what in the form."""

    may: frozenset[str]
    at: Target = nothing
    literal: str = ""
    values: Mapping[str, str] | None = None


OWN = Rule(LINKED)
ADMIN = frozenset({"admin"})
PRICE = {"input": "1", "output": "4", "upstream": "openai/gpt-99"}
RULES = {
    Verb.HOME: OWN,
    Verb.HELP: OWN,
    Verb.QUOTA: OWN,
    Verb.REQUEST: OWN,
    Verb.REQUEST_SEND: Rule(LINKED, values={"amount": "5"}),
    Verb.REQUEST_WITHDRAW: Rule(ANN, request),
    Verb.APPROVALS: OWN,
    Verb.APPROVAL: Rule(DECIDERS | ANN, request),
    Verb.APPROVE: Rule(DECIDERS, request),
    Verb.APPROVE_LESS: Rule(DECIDERS, request),
    Verb.APPROVE_GIVE: Rule(DECIDERS, request, values={"amount": "3"}),
    Verb.REJECT: Rule(DECIDERS, request),
    Verb.REJECT_SEND: Rule(DECIDERS, request),
    Verb.PASS_ON: Rule(frozenset({"chief"}), request),
    Verb.VACATION: OWN,
    Verb.VACATION_ON: OWN,
    Verb.VACATION_DATES: OWN,
    Verb.VACATION_SEND: Rule(LINKED, values={"until": "friday"}),
    Verb.VACATION_OFF: OWN,
    Verb.KEYS: OWN,
    Verb.KEY_NEW: OWN,
    Verb.KEY_SEND: Rule(LINKED, values={"label": "laptop"}),
    Verb.KEY_ROTATE: Rule(ANN | {"admin"}, key),
    Verb.KEY_REVOKE: Rule(ANN | {"admin"}, key),
    Verb.WHY: Rule(DECIDERS | ANN, call),
    Verb.USAGE: OWN,
    Verb.DISPUTE: Rule(ANN, charge),
    Verb.DISPUTES: OWN,
    Verb.DISPUTE_SHOW: Rule(DECIDERS | ANN, disputed),
    Verb.DISPUTE_ALL: Rule(DECIDERS, disputed),
    Verb.DISPUTE_PART: Rule(DECIDERS, disputed),
    Verb.DISPUTE_GIVE: Rule(DECIDERS, disputed, values={"amount": "3"}),
    Verb.DISPUTE_KEEP: Rule(DECIDERS, disputed),
    Verb.MODELS: Rule(ADMIN),
    Verb.MODEL: Rule(ADMIN, model),
    Verb.MODEL_CHANGE: Rule(ADMIN, model),
    Verb.MODEL_PRICE: Rule(ADMIN, model),
    Verb.MODEL_PRICE_SEND: Rule(ADMIN, model, values=PRICE),
    Verb.MODEL_MAP: Rule(ADMIN, model),
    Verb.MODEL_MAP_SEND: Rule(ADMIN, model, values={"to": "demo"}),
    Verb.MODEL_BLOCK: Rule(ADMIN, model),
    Verb.LEADERBOARD: OWN,
    Verb.LEADERBOARD_HIDE: OWN,
    Verb.LEADERBOARD_JOIN: OWN,
    Verb.PRIVACY: OWN,
    Verb.PRIVACY_SET: Rule(LINKED, literal="strict"),
    Verb.TEAM: Rule(LINKED - {"other"}, team),
    Verb.TEAM_CRITICAL: Rule(DECIDERS, team, "listed"),
    Verb.TEAM_STOP: Rule(DECIDERS, seat),
    Verb.TEAM_ALLOW: Rule(DECIDERS, seat),
    Verb.NOTIFY: OWN,
    Verb.NOTIFY_SET: Rule(LINKED, literal="no-critical"),
    Verb.LINK: Rule(LINKED | {"stranger"}),
    Verb.LINK_CODE: OWN,
    Verb.LINK_SEND: Rule(frozenset(), values={"code": "0000-0000"}),
    Verb.LINK_CONFIRM: Rule(ANN, claim),
    Verb.LINK_DENY: Rule(ANN, claim),
    Verb.LINK_END: Rule(ANN, linked),
    Verb.LINK_WEB: OWN,
}


def test_every_verb_has_its_rule() -> None:
    assert set(RULES) == set(ACTIONS)


@pytest.mark.parametrize("family", sorted({verb.partition(".")[0] for verb in Verb}))
async def test_a_click_does_what_its_role_may_and_else_changes_nothing(
    lobby: Lobby, family: str
) -> None:
    for verb in (each for each in Verb if each.partition(".")[0] == family):
        rule = RULES[verb]
        ref = await rule.at(lobby)
        before = await lobby.digest()
        for role in sorted(set(ROLES) - rule.may):
            answer = await _click(lobby, role, Action(verb, rule.literal, ref), rule)

            assert (answer.done, answer.replaces, answer.follows) == (False, False, False), (
                verb, role,
            )  # fmt: skip
        assert await lobby.digest() == before, verb
        for role in sorted(rule.may):
            ref = await rule.at(lobby)

            answer = await _click(lobby, role, Action(verb, rule.literal, ref), rule)

            assert answer.done, (verb, role, answer.toast)


async def _click(lobby: Lobby, role: str, action: Action, rule: Rule) -> Answer:
    who = STRANGER if role == "stranger" else getattr(lobby, role)
    rev = 0
    if rule.at is request and action.ref:
        ((rev,),) = await lobby.office.rows("SELECT rev FROM approval WHERE id = :1", action.ref)
    return await lobby.act(who, action._replace(rev=rev), rule.values)
