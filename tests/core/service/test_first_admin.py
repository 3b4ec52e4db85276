"""How the first administrator comes about, and only the first; on both databases."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr
from world.clock import ManualClock
from world.office import known

from core.domain.errors import Code, Refusal
from core.service import membership
from core.service.membership import FIRST_EMAIL
from core.service.start import Core

TOKEN = "tpb_" + "k3" * 20


async def test_the_first_administrator_is_made_once(core: Core) -> None:
    keys = await asyncio.gather(*(membership.first_admin(core) for _ in range(20)))

    made = [key for key in keys if key is not None]
    assert len(made) == 1
    admin = await known(core, made[0])
    assert admin.person.is_admin
    assert admin.caller.email == FIRST_EMAIL


async def test_no_first_administrator_beside_one_from_the_command_line(core: Core) -> None:
    assert not await membership.has_admin(core)
    await membership.create_admin(core, "eva@x.example")

    assert await membership.first_admin(core) is None
    assert await membership.has_admin(core)


def with_token(core: Core, token: str = TOKEN) -> Core:
    settings = core.settings.model_copy(update={"bootstrap_token": SecretStr(token)})
    return replace(core, settings=settings)


async def test_of_fifty_bootstraps_at_once_one_succeeds(core: Core) -> None:
    """F-91: a race of fifty."""
    core = with_token(core)

    results = await asyncio.gather(
        *(membership.bootstrap(core, TOKEN, f"admin{i}@x.example") for i in range(50)),
        return_exceptions=True,
    )

    refused = [result for result in results if isinstance(result, Refusal)]
    assert len(refused) == 49
    assert {refusal.code for refusal in refused} == {Code.NOT_FOUND}
    (made,) = [r for r in results if not isinstance(r, BaseException)]
    assert (await known(core, made.api_key)).person.is_admin


async def test_a_bootstrap_needs_the_token(core: Core) -> None:
    core = with_token(core)

    for wrong in ("", TOKEN[:-1], TOKEN.upper(), "ü" * 40):
        with pytest.raises(Refusal) as refused:
            await membership.bootstrap(core, wrong, "eva@x.example")
        assert refused.value.code is Code.INVALID_API_KEY
    assert not await membership.has_admin(core)


async def test_a_bootstrap_is_over_after_fifteen_minutes(core: Core, clock: ManualClock) -> None:
    """F-91: after 15 minutes."""
    clock.advance(seconds=15 * 60)

    for late in (with_token(core), core):
        with pytest.raises(Refusal) as refused:
            await membership.bootstrap(late, TOKEN, "eva@x.example")
        assert refused.value.code is Code.NOT_FOUND
