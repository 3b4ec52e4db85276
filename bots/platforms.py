"""Which chat platforms run here, by their secrets.

Without any of them, a platform does not mount; with all of them, it is built; with some of them,
the start ends with the name of what is missing. Nothing in between is taken: an adapter
without its secret would let anybody in.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import SecretStr

from bots.transport import Transport
from core.service.start import Core
from core.settings import Settings, SettingsError, variable


@dataclass(frozen=True, slots=True)
class Platform:
    """A chat platform, and the settings it cannot do without."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    """Names of settings; of those that stand together, one is enough."""
    build: Callable[[Core], Transport]
    wrong: Callable[[Settings], str] = lambda _settings: ""
    """Returns what else is wrong with its settings, without a value of any."""
    instead: str = ""
    """A setting with which it needs none of these."""


def built(core: Core, platforms: Iterable[Platform]) -> dict[str, Transport]:
    """Build what is configured; SettingsError names what a half-configured platform lacks."""
    chosen = configured(core.settings, platforms)
    return {platform.name: platform.build(core) for platform in chosen}


def configured(settings: Settings, platforms: Iterable[Platform]) -> tuple[Platform, ...]:
    """Return the platforms whose secrets are all there; SettingsError if only some of one are."""
    found: list[Platform] = []
    wrong: list[str] = []
    for platform in platforms:
        wrong += filter(None, [platform.wrong(settings)])
        needs = () if _given(settings, (platform.instead,)) else platform.needs
        lacking = [names for names in needs if not _given(settings, names)]
        if not lacking:
            found.append(platform)
        elif len(lacking) < len(platform.needs):
            wrong += [_missing(platform, names) for names in lacking]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return tuple(found)


def _given(settings: Settings, names: tuple[str, ...]) -> bool:
    values = (getattr(settings, name) for name in names if name)
    return any(v.get_secret_value() if isinstance(v, SecretStr) else v for v in values)


def _missing(platform: Platform, names: tuple[str, ...]) -> str:
    """Say what to set, without a value of anything."""
    wanted = " or ".join(variable(name) for name in names)
    return (
        f"{wanted} must be set as well: without it, {platform.name.capitalize()} is half set up."
    )
