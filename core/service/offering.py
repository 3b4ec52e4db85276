"""Models that nobody has priced: the administrators are asked once, and decide for good."""

from collections.abc import Sequence

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.model_rules import Dollars, State, far_off, is_name
from core.service.acting import act_of
from core.service.offers import PriceBook
from core.service.start import Core
from core.store import model_rules as store
from core.store.model_rules import Decision
from core.views.model_rules import ModelRuleView

CONFIRM = "confirm"
"""The fact of a refusal that a second click mends: letters for exactly this price."""


async def rule(core: Core, name: str) -> ModelRuleView | None:
    """Return what is known of a name as it is now, on whatever process it was decided."""
    found = await core.database.read(store.find(name))
    return found.view() if found else None


async def offered(core: Core) -> list[ModelRuleView]:
    """Return the names that can be called by a rule."""
    return [found.view() for found in await core.database.read(store.offered())]


async def ask(core: Core, caller: Caller, name: str, upstream: str) -> bool:
    """Ask the administrators about a name, once; False if this member asked for too many."""
    act = act_of(core, caller.person)
    if not await core.database.read(store.has_room(caller.id, act.now_ms)):
        return False
    return await core.database.run(lambda: store.ask(act, name, upstream))


async def listed(
    core: Core, caller: Caller, *, decided: bool = False
) -> tuple[ModelRuleView, ...]:
    """Return what waits for administrators; with `decided` also what was decided."""
    act = act_of(core, caller.person)
    return await core.database.read(store.listed(act, decided=decided))


async def shown_to(core: Core, viewer_id: str, some_id: str) -> ModelRuleView | None:
    """Return a rule as it is now, for administrators; None for others."""
    return await core.database.read(store.seen_by(viewer_id, some_id))


async def upstream_of(core: Core, name: str) -> str:
    """Return provider/model as it stands for a name, or is likely; empty if nobody knows."""
    found = await rule(core, name)
    if found is not None and found.upstream:
        return found.upstream
    return core.offers.book.guess(name) if core.offers.book else ""


def near(core: Core, name: str) -> Sequence[str]:
    """Return offered names that are like this one."""
    return core.offers.book.near(name) if core.offers.book else ()


async def price(  # noqa: PLR0913 - what a form sends, and the click behind it
    core: Core,
    caller: Caller,
    name: str,
    dollars: Dollars,
    upstream: str,
    *,
    confirmed: str = "",
    rev: int | None = None,
) -> ModelRuleView:
    """Price a model for the very next call, answered by `upstream` (provider/model).

    Refusal CONFLICT with the fact `confirm`: far from what similar models cost, and `confirmed`
    is not that fact of this very price.
    """
    book = _ready(core, caller, name)
    upstream = upstream.strip()
    if problem := await book.problem(name, upstream):
        raise Refusal(Code.INVALID_FIELD, f"upstream: {problem}", param="upstream")
    mark = dollars.mark(upstream)
    if confirmed != mark and (odd := far_off(dollars, await book.samples(upstream))):
        raise Refusal(Code.CONFLICT, odd, facts={CONFIRM: mark})
    detail = {
        "upstream": upstream,
        "input": f"{dollars.input:f}",
        "output": f"{dollars.output:f}",
    }
    if dollars.cached is not None:
        detail["cached"] = f"{dollars.cached:f}"
    return await _decide(core, caller, Decision(name, State.PRICED, detail, rev))


async def map_to(
    core: Core, caller: Caller, name: str, to: str, rev: int | None = None
) -> ModelRuleView:
    """Let calls of a name go to another model, which has to be offered under a price."""
    book, to = _ready(core, caller, name), to.strip()
    if to not in book.names():
        other = await rule(core, to) if is_name(to) else None
        if to == name or other is None or other.state != State.PRICED:
            likely = ", ".join(book.near(to)) or "GET /v1/models lists them all"
            text = f"to: the name of a model that can be called, such as: {likely}."
            raise Refusal(Code.INVALID_FIELD, text, param="to")
    return await _decide(core, caller, Decision(name, State.MAPPED, {"to": to}, rev))


async def block(core: Core, caller: Caller, name: str, rev: int | None = None) -> ModelRuleView:
    """Refuse a name for good, without asking again."""
    _ready(core, caller, name)
    return await _decide(core, caller, Decision(name, State.BLOCKED, {}, rev))


async def _decide(core: Core, caller: Caller, decision: Decision) -> ModelRuleView:
    act = act_of(core, caller.person)
    return await core.database.run(lambda: store.decide(act, decision))


def _ready(core: Core, caller: Caller, name: str) -> PriceBook:
    """Return the price book for a name that a rule can be made of; Refusal if there is none."""
    if not caller.person.is_admin:
        raise Refusal(Code.PERMISSION_DENIED, "Only an administrator may do this.")
    if not is_name(name):
        raise Refusal(Code.INVALID_FIELD, "That is no name of a model.", param="name")
    book = core.offers.book
    if book is None:
        raise Refusal(Code.CONFLICT, "This process serves no models. Do it where one is served.")
    if name in book.names():
        text = "This model is offered already; tokenpool.toml says at what price."
        raise Refusal(Code.CONFLICT, text)
    return book
