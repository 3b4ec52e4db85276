"""What every request to the web chat must satisfy, and what every answer of it carries."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import Message, Send

from core.domain.errors import Code, Refusal
from core.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
NO_STORE = (b"cache-control", b"no-store")
STRANGE_HOST = (
    "This server does not answer to the name in the address bar; TOKENPOOL_PUBLIC_URL can name it."
)
STRANGE_ORIGIN = "This came from another site, so nothing was done. Go to the chat and try there."


class Guard:
    """Refuses strange names and strange origins.

    A browser says where a request comes from in `Origin`, and to https and loopback also in
    `Sec-Fetch-Site`, which no page can forge. Forms of pages with `no-referrer` send the origin
    `null`, so there the second decides; a request with neither is no browser's and is refused.
    """

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url)
        own = public.hostname
        self._hosts = LOOPBACK | {own.lower()} if own else LOOPBACK
        self._origin = _origin(settings.public_url)

    def check(self, request: Request) -> None:
        """Raise a Refusal for a request that is not this site's own."""
        host = request.headers.get("host", "")
        name = _hostname(host)
        if name not in self._hosts:
            raise Refusal(Code.BAD_REQUEST, STRANGE_HOST)
        if request.method in SAFE:
            return
        own = {self._origin, _origin(f"http://{host}") if name in LOOPBACK else self._origin}
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "null")
        named = origin != "null"
        if (named and origin not in own) or (site or "same-origin") != "same-origin":
            raise Refusal(Code.PERMISSION_DENIED, STRANGE_ORIGIN)
        if not named and site is None:
            raise Refusal(Code.PERMISSION_DENIED, STRANGE_ORIGIN)


def guarded(send: Send) -> Send:
    """Return a `send` whose answers carry the headers; unless they say so, none is kept."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            headers += HEADERS
            if not any(name == b"cache-control" for name, _ in headers):
                headers.append(NO_STORE)
            message["headers"] = headers
        await send(message)

    return sending


def by_hand(request: Request) -> bool:
    """Return whether a page was opened from here or by hand, not by a link of another site."""
    return request.headers.get("sec-fetch-site") in {"none", "same-origin"}


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _origin(url: str) -> str:
    """Return a URL's origin as browsers write it: without the port that goes without saying."""
    parts = urlsplit(url)
    port = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{parts.scheme}://{host.removesuffix(f':{port}')}"
