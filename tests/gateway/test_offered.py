"""Models beyond the catalog: asked for once, decided once, callable at the very next call."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from world.clock import ManualClock
from world.office import Office, Somebody, open_office, refused
from world.told import told

from core.domain.errors import Code, Refusal
from core.domain.members import Priority
from core.domain.model_rules import MOST_NAMES_A_DAY, MOST_OPEN, Dollars, State
from core.domain.pricing import Rates
from core.service import offering
from core.service.start import Core, open_core
from core.settings import Settings
from core.store import model_rules
from core.store.acts import Act
from gateway import catalog
from gateway.offered import Offered

ENVIRON = {"OPENAI_API_KEY": "sk-none"}
FILE = """
[[models]]
name = "house"
upstream = "openai/gpt-4o-mini"

[[models]]
name = "local-llama"
upstream = "hosted_vllm/llama"
api_base = "http://127.0.0.1:9/v1"
"""


@pytest.fixture
async def office(core: Core, clock: ManualClock) -> Office:
    return await open_office(core, clock)


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


@pytest.fixture
def offered(core: Core) -> Offered:
    core.settings.config.write_text(FILE)
    return make(core)


def make(core: Core) -> Offered:
    return Offered(core, catalog.load(core.settings, ENVIRON))


def usd(first: str, second: str, cached: str | None = None) -> Dollars:
    return Dollars(Decimal(first), Decimal(second), None if cached is None else Decimal(cached))


async def waiting(office: Office) -> Sequence[str]:
    return [one.name for one in await offering.listed(office.core, office.admin.caller)]


async def test_a_known_name_is_nobodys_question(
    offered: Offered, office: Office, ana: Somebody
) -> None:
    resolved = await offered.resolve(ana.caller, "house@critical")

    assert (resolved.model.name, resolved.priority) == ("house", Priority.CRITICAL)
    assert await waiting(office) == []


async def test_an_unknown_name_is_asked_about_once_however_often_it_is_called(
    offered: Offered, office: Office, ana: Somebody
) -> None:
    for _ in range(5):
        refusal = await refused(offered.resolve(ana.caller, "openai/gpt-99@strict"))
        assert refusal.code is Code.MODEL_NOT_PRICED
        assert "administrators have been asked" in refusal.message

    assert await waiting(office) == ["openai/gpt-99"]
    (notice,) = await told(office, "model")
    assert notice.who == office.admin.id
    for nonsense in ("a..b", "x" * 300, "a\nb", ""):
        assert (await refused(offered.resolve(ana.caller, nonsense))).code is Code.INVALID_FIELD
    assert await waiting(office) == ["openai/gpt-99"]


async def test_nobody_can_flood_the_administrators(
    offered: Offered, office: Office, ana: Somebody
) -> None:
    for number in range(MOST_NAMES_A_DAY + 3):
        refusal = await refused(offered.resolve(ana.caller, f"made-up-{number}"))
    assert len(await waiting(office)) == MOST_NAMES_A_DAY
    assert "asked" not in refusal.message
    office.clock.advance(hours=25)
    await refused(offered.resolve(ana.caller, "made-up-again"))
    assert len(await waiting(office)) == MOST_NAMES_A_DAY + 1

    for number in range(MOST_OPEN // MOST_NAMES_A_DAY + 1):
        who = await office.member(f"m{number}")
        for other in range(MOST_NAMES_A_DAY):
            await refused(offered.resolve(who.caller, f"x{number}-{other}"))
    assert len(await waiting(office)) == MOST_OPEN


async def test_a_price_counts_for_the_very_next_call_on_every_process(
    offered: Offered, office: Office, ana: Somebody, settings: Settings
) -> None:
    async with open_core(settings, office.clock) as other_core:
        other = make(other_core)
        await refused(offered.resolve(ana.caller, "gpt-99"))
        await refused(other.resolve(ana.caller, "gpt-99"))
        boss, core = office.admin.caller, office.core
        await offering.price(core, boss, "gpt-99", usd("2", "8", "0.5"), "openai/gpt-99")

        for process in (other, offered):
            resolved = await process.resolve(ana.caller, "gpt-99@critical")
            rates = resolved.model.price.base
            assert (resolved.model.upstream, resolved.priority) == (
                "openai/gpt-99", Priority.CRITICAL,
            )  # fmt: skip
            assert rates == Rates(2 * 10**9, 8 * 10**9, 5 * 10**8, 2 * 10**9)
        await offering.price(core, boss, "gpt-99", usd("3", "9"), "openai/gpt-99")
        changed = await other.resolve(ana.caller, "gpt-99")
        assert changed.model.price.base.input_pico == 3 * 10**9
        await offering.block(core, boss, "gpt-99")
        blocked = await refused(other.resolve(ana.caller, "gpt-99"))

    assert "blocked" in blocked.message
    assert blocked.code is Code.MODEL_NOT_PRICED


async def test_a_mapped_name_is_answered_and_charged_as_the_other(
    offered: Offered, office: Office, ana: Somebody
) -> None:
    core, boss = office.core, office.admin.caller
    await offering.map_to(core, boss, "gpt-old", "house")
    await offering.price(core, boss, "gpt-99", usd("2", "8"), "openai/gpt-99")
    await offering.map_to(core, boss, "newest", "gpt-99")

    assert (await offered.resolve(ana.caller, "gpt-old")).model.name == "house"
    assert (await offered.resolve(ana.caller, "newest")).model.name == "gpt-99"
    names = [one.id for one in await offered.listed()]
    assert names == ["demo", "house", "gpt-99", "gpt-old", "newest"]
    assert (await offered.look_up("newest")).model.name == "gpt-99"
    for wrong in ("nobody", "newest", "gpt-old", "x" * 300):
        attempt = offering.map_to(core, boss, "gpt-old", wrong)
        assert (await refused(attempt)).code is Code.INVALID_FIELD


@pytest.mark.usefixtures("offered")
async def test_a_price_a_hundred_times_off_needs_a_second_click(office: Office) -> None:
    core, boss, dear = office.core, office.admin.caller, usd("150", "600")

    odd = await refused(offering.price(core, boss, "mini", dear, "openai/gpt-4o-mini"))
    other = await refused(
        offering.price(
            core, boss, "mini", usd("151", "600"), "openai/gpt-4o-mini",
            confirmed=str(odd.facts[offering.CONFIRM]),
        )
    )  # fmt: skip
    view = await offering.price(
        core, boss, "mini", dear, "openai/gpt-4o-mini",
        confirmed=str(odd.facts[offering.CONFIRM]),
    )  # fmt: skip

    assert odd.code is other.code is Code.CONFLICT
    assert "openai/gpt-4o-mini" in odd.message
    assert (view.state, view.input) == ("priced", "150")
    like = await refused(offering.price(core, boss, "q", usd("900", "1"), "openai/gpt-4o-minimal"))
    assert "100 times" in like.message


@pytest.mark.usefixtures("offered")
async def test_an_upstream_that_cannot_answer_is_refused(office: Office, ana: Somebody) -> None:
    core, boss, fair = office.core, office.admin.caller, usd("1", "2")
    for upstream, why in {
        "gpt-99": "a slash",
        "nobodys/x": "no provider",
        "anthropic/claude-99": "ANTHROPIC_API_KEY",
        "hosted_vllm/x": "api_base is missing",
    }.items():
        refusal = await refused(offering.price(core, boss, "m", fair, upstream))
        assert (refusal.code, refusal.param) == (Code.INVALID_FIELD, "upstream")
        assert why in refusal.message
    taken = await refused(offering.price(core, boss, "house", fair, "openai/gpt-4o"))
    assert taken.code is Code.CONFLICT
    assert (await refused(offering.block(core, ana.caller, "m"))).code is Code.PERMISSION_DENIED


async def test_a_model_of_the_file_without_a_price_keeps_its_address(
    offered: Offered, office: Office, ana: Somebody
) -> None:
    await refused(offered.resolve(ana.caller, "local-llama"))
    (asked,) = await offering.listed(office.core, office.admin.caller)
    assert asked.upstream == "hosted_vllm/llama"

    await offering.price(
        office.core, office.admin.caller, "local-llama", usd("0.1", "0.1"), asked.upstream
    )

    model = (await offered.resolve(ana.caller, "local-llama")).model
    assert model.api_base == "http://127.0.0.1:9/v1"


async def test_two_administrators_decide_once(offered: Offered, office: Office) -> None:
    core, boss = office.core, office.admin.caller
    await offering.block(core, boss, "odd", 0)

    late = await refused(offering.map_to(core, boss, "odd", "house", 0))

    assert late.code is Code.CONFLICT
    assert "blocked" in late.message
    assert await office.verbs("odd") == ["model.blocked"]
    assert offered.names() == {"demo", "house"}


async def test_a_rule_that_a_process_cannot_serve_says_so(
    offered: Offered, office: Office, ana: Somebody
) -> None:
    """Another process has the provider's key; this one was started without it."""
    view = {"upstream": "hosted_vllm/x", "input": "1", "output": "1"}
    decision = model_rules.Decision("far", State.PRICED, view)
    act = Act("evt_x", office.admin.id, office.clock.ms)
    await office.core.database.run(lambda: model_rules.decide(act, decision))

    refusal = await refused(offered.resolve(ana.caller, "far"))

    assert refusal.code is Code.MODEL_NOT_PRICED
    assert "just now" in refusal.message


async def test_a_process_without_a_gateway_decides_nothing(office: Office) -> None:
    with pytest.raises(Refusal) as refusal:
        await offering.block(office.core, office.admin.caller, "odd")

    assert refusal.value.code is Code.CONFLICT
    assert offering.near(office.core, "odd") == ()
