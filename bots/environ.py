"""Where providers' keys are: the environment, and `.env` for what is not in it.

People set OPENAI_API_KEY and OPENAI_BASE_URL for clients of TokenPool. A server that is started in
such a shell must not take them for a provider's: it would call itself, and charge for each round.
"""

import os
from collections.abc import Mapping

from core.domain import keys
from core.settings import read_env_file

CLIENT_KEY, CLIENT_ADDRESS = "OPENAI_API_KEY", "OPENAI_BASE_URL"
PASSED_OVER = (
    f"{CLIENT_KEY} is a key of TokenPool itself,"
    f" so this server passes it and {CLIENT_ADDRESS} over."
)


def provider_environ() -> dict[str, str]:
    """Return all variables but those for clients of TokenPool."""
    return {**_for_servers(read_env_file()), **_for_servers(os.environ)}


def is_a_clients() -> bool:
    """Return whether there are variables for clients of TokenPool."""
    return any(_holds_our_key(environ) for environ in (read_env_file(), os.environ))


def _holds_our_key(environ: Mapping[str, str]) -> bool:
    return keys.parse(environ.get(CLIENT_KEY, "")) is not None


def _for_servers(environ: Mapping[str, str]) -> dict[str, str]:
    found = dict(environ)
    if _holds_our_key(found):
        found.pop(CLIENT_KEY)
        found.pop(CLIENT_ADDRESS, None)
    return found
