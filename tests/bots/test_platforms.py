"""No secrets: not mounted. All: built. Some: the start ends with the name of what is missing."""

import pytest
from pydantic import SecretStr

from bots.platforms import Platform, built, configured
from bots.transport import Address, Transport
from cards.card import Card
from core.service.start import Core
from core.settings import Settings, SettingsError


class Made:
    """A platform of this test's own."""

    name = "pigeon"
    gap_seconds = 0.0

    def __init__(self, core: Core) -> None:
        self.core = core

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def post(self, to: Address, card: Card, key: str) -> str:
        return f"{to.place}/{card.title}/{key}"

    async def edit(self, to: Address, message_id: str, card: Card) -> None: ...


class Loft(Settings):
    """Settings with those of two made-up platforms."""

    pigeon_token: SecretStr | None = None
    pigeon_seed: SecretStr | None = None
    pigeon_water: str = ""
    drum_stick: str = ""


def make(core: Core) -> Transport:
    return Made(core)


PIGEON = Platform("pigeon", (("pigeon_token",), ("pigeon_seed", "pigeon_water")), make)
DRUM = Platform("drum", (("drum_stick",),), make)
ALWAYS = Platform("shout", (), make)


def names(settings: Settings) -> list[str]:
    return [platform.name for platform in configured(settings, (PIGEON, DRUM, ALWAYS))]


def loft(**given: object) -> Loft:
    return Loft(_env_file=None, **given)  # type: ignore[call-arg, arg-type]  # pydantic checks them


def test_a_platform_without_secrets_does_not_mount() -> None:
    assert names(loft()) == ["shout"]


@pytest.mark.parametrize("other", ["pigeon_seed", "pigeon_water"])
def test_a_platform_with_all_it_needs_is_there_and_one_of_several_will_do(other: str) -> None:
    assert names(loft(pigeon_token="t", drum_stick="d", **{other: "x"})) == [
        "pigeon",
        "drum",
        "shout",
    ]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"pigeon_token": "t"}, "TOKENPOOL_PIGEON_SEED or TOKENPOOL_PIGEON_WATER"),
        ({"pigeon_seed": "hush"}, "TOKENPOOL_PIGEON_TOKEN"),
        ({"pigeon_water": "hush", "pigeon_token": ""}, "TOKENPOOL_PIGEON_TOKEN"),
    ],
)
def test_a_half_configured_one_stops_the_start_with_the_name_of_what_is_missing(
    given: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError) as error:
        names(loft(**given))

    assert str(error.value) == f"{named} must be set as well: without it, Pigeon is half set up."
    assert "hush" not in str(error.value)


async def test_what_is_configured_is_built_with_the_core(core: Core) -> None:
    transports = built(core, (ALWAYS,))

    assert list(transports) == ["shout"]
    assert isinstance(made := transports["shout"], Made)
    assert made.core is core


def test_what_else_is_wrong_with_a_platform_ends_the_start_too() -> None:
    wet = Platform("wet", (("pigeon_token",),), make, lambda settings: settings.pigeon_water)  # type: ignore[attr-defined]  # a Loft

    with pytest.raises(SettingsError, match="too deep"):
        configured(loft(pigeon_water="too deep"), (wet,))
    assert configured(loft(pigeon_token="x"), (wet,)) == (wet,)
