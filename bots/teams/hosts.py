"""Where Teams is: an activity names the address that is answered to, and our bearer goes there.

So it must be one of Microsoft's, by https; http is for a Microsoft on this machine, in tests and
with the Agents Playground. An address is read by one strict pattern: what two libraries could
understand differently is not an address.
"""

import re

from bots.bodies import LOOPBACK

HOSTS = (
    "botframework.com",
    "smba.trafficmanager.net",
    "teams.microsoft.com",
    "teams.microsoft.us",
)
MOST_CHARACTERS = 1_000
HTTPS_PORTS = frozenset({"", "443"})
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*)|\[(?P<six>[0-9a-f:]+)\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*"
)


class Hosts:
    """Tells Microsoft's addresses from all others."""

    def __init__(self, *, local: bool) -> None:
        self._local = local

    def trusts(self, url: str) -> bool:
        """Say whether our bearer may go there."""
        found = _read(url)
        if found is None:
            return False
        scheme, host, port = found
        if host in LOOPBACK:
            return self._local
        known = any(host == one or host.endswith(f".{one}") for one in HOSTS)
        return known and scheme == "https" and port in HTTPS_PORTS


def on_this_machine(url: str) -> bool:
    found = _read(url)
    return found is not None and found[1] in LOOPBACK


def _read(url: str) -> tuple[str, str, str] | None:
    """Return scheme, host and port of an address, or nothing if it is none."""
    if len(url) > MOST_CHARACTERS or not (found := _URL.fullmatch(url)):
        return None
    return found["scheme"], found["host"] or found["six"], found["port"] or ""
