"""Teams as one of the platforms: what it needs, and that it is built only where that is given."""

from starlette.routing import Router

from bots.platforms import Platform
from bots.transport import Transport
from core.service.start import Core
from core.settings import Settings, variable

PREFIX = "/api"
ANONYMOUS = "teams_anonymous"
NEEDS = (("teams_app_id",), ("teams_app_password",), ("teams_app_tenant", "teams_tenants"))
"""The app, its secret, and whose people are served; anonymous, anybody on this machine is."""


def platform(routers: list[Router]) -> Platform:
    """Return the platform; the routes of what is built of it are added to `routers`."""

    def build(core: Core) -> Transport:
        from bots.teams.app import Teams  # noqa: PLC0415 - its library is dear to import

        teams = Teams(core)
        routers.append(teams.router)
        return teams.transport

    return Platform("teams", NEEDS, build, wrong, ANONYMOUS)


def wrong(settings: Settings) -> str:
    """Return what is wrong with the settings, without a value of any; nothing if all is right."""
    anonymous = variable(ANONYMOUS)
    if not settings.teams_anonymous:
        return ""
    if settings.teams_app_password is not None:
        password = variable("teams_app_password")
        return f"{anonymous} takes anybody for anybody: leave it out beside {password}."
    if not settings.on_loopback:
        return (
            f"{anonymous} is for this machine alone: {variable('host')} must be a loopback"
            " address, such as 127.0.0.1."
        )
    return ""
