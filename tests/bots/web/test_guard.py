"""Which requests are this site's own, and what every answer carries."""

import pytest
from starlette.requests import Request
from starlette.responses import Response
from world.browsing import Site

from bots.web.cookies import Cookies
from bots.web.guard import HEADERS, Guard
from core.domain.errors import Code, Refusal
from core.settings import Settings, load

PUBLIC = "https://tokens.example.com"


def settings(public_url: str = PUBLIC, host: str = "0.0.0.0") -> Settings:
    return load(_env_file=None, public_url=public_url, host=host)


def asked(method: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/chat/act", "headers": raw})


def verdict(guard: Guard, request: Request) -> Code | None:
    try:
        guard.check(request)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("tokens.example.com", True),
        ("TOKENS.example.com:443", True),
        ("localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("tokens.example.com.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_only_the_public_name_and_loopback_are_answered_to(host: str, own: bool) -> None:  # noqa: FBT001
    code = verdict(Guard(settings()), asked("GET", host=host))

    assert code == (None if own else Code.BAD_REQUEST)


def test_without_a_public_url_only_loopback_is_answered_to() -> None:
    guard = Guard(settings(""))

    assert verdict(guard, asked("GET", host="10.0.0.5:8000")) is Code.BAD_REQUEST
    assert verdict(guard, asked("GET", host="localhost:8000")) is None


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"origin": PUBLIC}, True),
        ({"origin": PUBLIC, "sec_fetch_site": "same-origin"}, True),
        ({"origin": "null", "sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "https://evil.example", "sec_fetch_site": "same-origin"}, False),
        ({"origin": "http://tokens.example.com"}, False),
        ({"origin": "https://tokens.example.com:8443"}, False),
        ({"origin": PUBLIC, "sec_fetch_site": "same-site"}, False),
        ({"origin": PUBLIC, "sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://"}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_changes_something_must_come_from_this_site(
    method: str,
    headers: dict[str, str],
    own: bool,  # noqa: FBT001
) -> None:
    """F-94: no Sec-Fetch-Site, null Origin."""
    code = verdict(Guard(settings()), asked(method, host="tokens.example.com", **headers))

    assert code == (None if own else Code.PERMISSION_DENIED)


def test_reading_may_come_from_anywhere() -> None:
    request = asked("GET", host="tokens.example.com", origin="https://evil.example")

    assert verdict(Guard(settings()), request) is None


@pytest.mark.parametrize(
    ("public", "origin"),
    [
        ("https://tokens.example.com:443", PUBLIC),
        ("https://TOKENS.example.com/", PUBLIC),
        ("http://tokens.example.com:8080", "http://tokens.example.com:8080"),
    ],
)
def test_an_origin_is_compared_as_browsers_write_it(public: str, origin: str) -> None:
    request = asked("POST", host="tokens.example.com", origin=origin)

    assert verdict(Guard(settings(public)), request) is None


def test_on_loopback_the_name_that_was_asked_for_is_an_origin_too() -> None:
    guard = Guard(settings("http://127.0.0.1:8000", "127.0.0.1"))

    assert (
        verdict(guard, asked("POST", host="localhost:8000", origin="http://localhost:8000"))
        is None
    )
    stranger = asked("POST", host="localhost:8000", origin="http://localhost:9999")
    assert verdict(guard, stranger) is Code.PERMISSION_DENIED


def test_over_https_the_cookie_is_bound_to_this_host() -> None:
    response = Response()
    Cookies(PUBLIC).keep(response, "secret")

    (cookie,) = response.headers.getlist("set-cookie")
    assert cookie.startswith("__Host-tokenpool=secret; ")
    parts = cookie.lower().split("; ")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= set(parts)
    assert not any(part.startswith("domain") for part in parts)


ANYTHING = (
    ("GET", "/chat"),
    ("GET", "/chat/in/x"),
    ("GET", "/chat/live"),
    ("GET", "/chat/nothing"),
    ("GET", "/chat/static/nothing.css"),
    ("GET", "/r/abc"),
    ("GET", "/r"),
    ("GET", "/r/%00"),
    ("PUT", "/chat"),
    ("POST", "/chat/say"),
    ("POST", "/chat/act"),
    ("POST", "/chat/out"),
    ("POST", "/chat/try"),
    ("OPTIONS", "/chat/act"),
)


async def test_every_answer_carries_the_policy(here: Site) -> None:
    async with here.stranger() as browser:
        for method, path in ANYTHING:
            answer = await browser.http.request(method, path)

            assert answer.status_code < 500, path
            for name, value in HEADERS:
                assert answer.headers[name.decode()] == value.decode()
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert answer.headers["x-request-id"].startswith("req_")


async def test_another_site_cannot_click_here(here: Site) -> None:
    """F-94, as far as there is a page: no other site acts here."""
    ann = await here.member("Ann")
    async with here.signed_in(ann) as browser:
        forged = await browser.post(
            "/chat/say", {"text": "key new"}, origin="https://evil.example"
        )
        out = await browser.post("/chat/out", {}, origin="null")
        still = await browser.get("/chat")

    assert (forged.status_code, out.status_code, still.status_code) == (403, 403, 200)
    assert 'class="bubble"' not in still.text


async def test_files_are_kept_for_a_year_and_pages_not_at_all(here: Site) -> None:
    async with here.signed_in(await here.member("Ann")) as browser:
        page = await browser.get("/chat")
        path = next(part for part in page.text.split('"') if part.startswith("/chat/static/frame"))
        style = await browser.get(path)
        older = await browser.get("/chat/static/frame.000000000000.css")

    assert page.headers["cache-control"] == "no-store"
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert style.headers["content-type"].startswith("text/css")
    assert older.status_code == 404
