"""The link in a refused call's message leads its member back to it, and nobody else."""

import re

import pytest
from world.office import Office, Somebody, ask, known, refused

from core.calls import Ask
from core.domain.balancer import Bound
from core.domain.credits import PICO_PER_MICRO
from core.domain.errors import Code, Refusal
from core.service import approving, keys
from core.service import refused as refusals
from core.service.keys import KeyTerms
from core.service.spending import hold
from gateway.quota_message import RETRIED


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana", 100)


async def nobody_counts() -> None:
    return None


async def call(office: Office, who: Somebody, amount: int, model: str = "demo") -> Refusal:
    """Make a call that is refused."""
    bound = Bound(prompt_pico=amount * PICO_PER_MICRO, output_pico=0, output_tokens=16)
    wish = Ask(call_id=f"call_{model}_{amount}", model=model, bound=bound)
    return await refused(hold(office.core, who.caller, wish, nobody_counts))


def code_of(refusal: Refusal) -> str:
    url = refusal.facts["request_url"]
    assert isinstance(url, str)
    assert re.fullmatch("/r/[abcdefghkmnpqrstuvwxyz]{10}", url)
    return url.removeprefix("/r/")


async def test_a_refused_member_is_led_back_to_what_was_missing(
    office: Office, ana: Somebody
) -> None:
    code = code_of(await call(office, ana, 150))

    for typed in (code, f" {code.upper()}\n"):
        view = await refusals.by_code(office.core, ana.caller, typed)

        assert (view.code, view.model, view.at_ms) == (code, "demo", office.clock.ms)
        assert (view.required_micro, view.missing_micro) == (150, 50)
        assert view.pending is None


async def test_retries_share_a_link_and_another_model_has_its_own(
    office: Office, ana: Somebody
) -> None:
    first = code_of(await call(office, ana, 150))
    again = code_of(await call(office, ana, 160))
    other = code_of(await call(office, ana, 150, "other"))

    assert first == again != other
    view = await refusals.by_code(office.core, ana.caller, first)
    assert view.missing_micro == 60


async def test_for_anybody_else_there_is_no_such_refusal(office: Office, ana: Somebody) -> None:
    team = await office.team("Blue")
    mona = await office.member("mona", 100, team, manages=True)
    code = code_of(await call(office, ana, 150))

    for who in (mona, office.admin):
        error = await refused(refusals.by_code(office.core, who.caller, code))
        assert error.code is Code.NOT_FOUND
    for wrong in ("", "zzzzzzzzzz", code[:-1], code + "z", "ä" * 10, "a" * 10_000, "' OR 1=1"):
        error = await refused(refusals.by_code(office.core, ana.caller, wrong))
        assert error.code is Code.NOT_FOUND
        assert len(error.message) < 100


async def test_a_request_that_waits_is_shown_until_it_is_decided(
    office: Office, ana: Somebody
) -> None:
    code = code_of(await call(office, ana, 150))
    request = await ask(office, ana)

    waiting = await refusals.by_code(office.core, ana.caller, code)
    await approving.reject(office.core, office.admin.caller, request.id)
    decided = await refusals.by_code(office.core, ana.caller, code)

    assert waiting.pending == request
    assert decided.pending is None


async def test_under_a_keys_cap_what_is_missing_is_what_its_cap_lacked(
    office: Office, ana: Somebody
) -> None:
    made = await keys.new_key(office.core, ana.person, ana.id, KeyTerms("small", cap_micro=10))
    capped = await known(office.core, made.api_key)
    code = code_of(await call(office, capped, 60))

    view = await refusals.by_code(office.core, capped.caller, code)

    assert (view.required_micro, view.missing_micro) == (60, 50)


async def test_no_link_holds_what_clients_retry_on(office: Office, ana: Somebody) -> None:
    for n in range(20):
        assert not RETRIED.search(code_of(await call(office, ana, 150, f"model-{n}")))
