"""What `tokenpool doctor` looks at. No check makes or changes anything."""

import os
import shutil
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bots.cli.models import offers
from bots.cli.probing import PROBE_SECONDS, ask, reached
from core import settings as core_settings
from core.service.checkup import Schema, database_file
from core.settings import Settings, SettingsError
from gateway import catalog
from gateway.model_file import DEMO

MIB = 1024 * 1024
LEAST_FREE = 100 * MIB
LITTLE_FREE = 1024 * MIB
RELEASED_MS = 1_764_000_000_000
"""November 2025: no clock can be right that is before the first version."""
SKEW_MS = 60_000


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; unless all is well, `advice` says what to do."""

    name: str
    state: State
    found: str
    advice: str = ""


def names(given: Iterable[str]) -> Check:
    """Say that the settings could be read, and which names are none."""
    strange = core_settings.unknown(given)
    if strange:
        return Check("settings", State.WARN, " ".join(strange), "Correct or remove these names.")
    return Check("settings", State.OK, "Every setting is valid.")


def folder(settings: Settings) -> Check:
    """Look whether the folder of the data can be written and has room."""
    path = (database_file(settings) or settings.data_dir / "-").parent
    standing = next(one for one in (path, *path.absolute().parents) if one.exists())
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        return Check(
            "data folder",
            State.FAIL,
            f"{standing} cannot be written by this user.",
            "Give this user the right to write there, or set TOKENPOOL_DATA_DIR.",
        )
    free = shutil.disk_usage(standing).free
    room = f"{path} has {free / MIB / 1024:,.1f} GiB free."
    if free < LITTLE_FREE:
        state = State.FAIL if free < LEAST_FREE else State.WARN
        return Check("data folder", state, room, "Make room before the ledger cannot be written.")
    return Check("data folder", State.OK, room)


def tables(schema: Schema) -> Check:
    """Judge the version of the database's tables."""
    match schema:
        case Schema.CURRENT:
            return Check("database", State.OK, "It is reachable and its tables are current.")
        case Schema.ABSENT:
            return Check(
                "database",
                State.WARN,
                "It has no tables yet.",
                "The first `tokenpool serve` makes them.",
            )
        case Schema.OLDER:
            return Check(
                "database",
                State.WARN,
                "Its tables are of an older TokenPool.",
                "Make a backup; the next `tokenpool serve` upgrades them.",
            )
        case Schema.FOREIGN:
            return Check(
                "database",
                State.FAIL,
                "Its tables are of a newer TokenPool.",
                "Start that version, or set TOKENPOOL_DATABASE_URL to another database.",
            )


def admin(settings: Settings, *, there: bool) -> Check:
    if there:
        return Check("administrator", State.OK, "There is one.")
    state = State.WARN if settings.bootstrap_token else State.FAIL
    advice = "Run `tokenpool admin create --email you@example.com`."
    return Check("administrator", state, "There is none: nobody can add people.", advice)


def signing_up(settings: Settings, teams: Iterable[str]) -> list[Check]:
    """Say who becomes a member by themself, where that is on; `teams` are short names."""
    if not settings.signup_open_to:
        return []
    who = f"Whoever chats with a verified address at {settings.signup_domains} becomes a member"
    if settings.signup_team and settings.signup_team not in teams:
        return [
            Check(
                "signing up",
                State.WARN,
                f"{who}, but there is no team {settings.signup_team} to put them into.",
                "Correct TOKENPOOL_SIGNUP_TEAM: a short name, as `tokenpool team list` shows it.",
            )
        ]
    has = f"{settings.signup_quota:,} credits in each period"
    team = f", in {settings.signup_team}" if settings.signup_team else ""
    return [Check("signing up", State.OK, f"{who} with {has}{team}.")]


def models(settings: Settings, environ: Mapping[str, str]) -> list[Check]:
    """Look at the models: which can be called, and what the others lack."""
    try:
        found = offers(catalog.load(settings, environ), environ)
    except SettingsError as error:
        return [Check("models", State.FAIL, str(error), "Correct the file; see docs/INSTALL.md.")]
    good = [offer.name for offer in found if offer.callable]
    if good == [DEMO]:
        first = Check(
            "models",
            State.WARN,
            "Only the built-in demo can be called.",
            "Set a provider's key, such as OPENAI_API_KEY, in .env, or write a tokenpool.toml.",
        )
    else:
        first = Check("models", State.OK, f"{len(good)} can be called.")
    lacking: dict[str, list[str]] = {}
    for offer in found if settings.config.is_file() else ():  # others nobody has asked for
        if not offer.callable:
            lacking.setdefault(offer.because, []).append(offer.name)
    return [first, *(_lacking(because, who) for because, who in lacking.items())]


def _lacking(because: str, who: list[str]) -> Check:
    some = ", ".join(who[:3]) + (f" and {len(who) - 3} more" if len(who) > 3 else "")  # noqa: PLR2004 - three names tell enough
    advice = "Give it a price in tokenpool.toml, or leave it out."
    if because.endswith("is not set"):
        advice = f"Put {because.split(maxsplit=1)[0]} into .env, and start again."
    return Check("models", State.WARN, f"{some} cannot be called: {because}.", advice)


def clock(now_ms: int, newest_ms: int) -> Check:
    """Compare this machine's clock with what the database has seen."""
    if now_ms < RELEASED_MS or now_ms + SKEW_MS < newest_ms:
        return Check(
            "clock",
            State.FAIL,
            "This machine's clock is behind the newest entry of the journal.",
            "Set the clock, best by NTP: periods and expiry of keys depend on it.",
        )
    return Check("clock", State.OK, "It agrees with the journal.")


def port(settings: Settings) -> Check:
    """Look whether the port is free, or who answers there."""
    where = f"{settings.host} port {settings.port}"
    if settings.port == 0:
        return Check("port", State.OK, "A free one is taken at the start.")
    try:
        with socket.create_connection((reached(settings), settings.port), PROBE_SECONDS):
            pass
    except ConnectionRefusedError:
        return Check("port", State.OK, f"{where} is free.")
    except OSError as error:
        found = f"{where} cannot be looked at: {error.strerror or error}."
        return Check("port", State.WARN, found, "Correct TOKENPOOL_HOST, or let packets through.")
    said = ask(settings, "/health")
    if "status" in said and "version" in said:
        return Check("port", State.OK, f"TokenPool {said['version']} answers at {where}.")
    return Check(
        "port",
        State.FAIL,
        f"Another program listens at {where}.",
        f"Stop it, or set TOKENPOOL_PORT, for instance {settings.port + 1}.",
    )
