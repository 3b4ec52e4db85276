"""Five thousand requests that no page of ours sends: none is answered with a 5xx."""

import asyncio
import random
from collections import Counter

import httpx
from world.browsing import Browser, Person, Site

from cards.actions import Verb

REQUESTS = 300
"""On each of the two databases."""
AT_ONCE = 10
PATHS = (
    "/chat",
    "/chat/",
    *("/chat/say",) * 4,
    *("/chat/act",) * 8,
    "/chat/try",
    "/chat/out",
    "/chat/in",
    "/chat/in/{}",
    "/chat/static/{}",
    "/chat/{}",
    "/r",
    "/r/",
    "/r/{}",
    "/r/{}/{}",
)
METHODS = (*("POST",) * 14, "GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
NASTY = (
    "", "0", "-1", "1", "2", "null", "x" * 300,
    "\0", "\ud800", "é", "💥", "\u202ex", "../..", "%", "%zz",
    "|", "||0", "appr.ok|apr_x|0", "a.b|c|1", "{{7*7}}", "<b>", "'", '"', "\r\nx: y", "1e999",
    "NaN", "5k", "99999999999999999999", "until yesterday", "2026-02-30", "link ABCD-EFGH",
    "key revoke tp_", "team quota @ 5", "request " + "9" * 60, "tp_" + "0" * 12 + "_" + "0" * 38,
)  # fmt: skip
FIELDS = (
    "pane", "event", "message", "token", "text", "amount", "reason", "until", "label", "code",
    "key", "from", "to", "\0", "x" * 50,
)  # fmt: skip


def word(luck: random.Random) -> str:
    return "".join(luck.choice(NASTY) for _ in range(luck.randint(1, 2)))


def token(luck: random.Random) -> str:
    """Return a token, most of them well-formed: what is behind it must hold too."""
    if luck.random() < 0.2:
        return word(luck)
    literal = luck.choice(("", "", ".7d", ".on", ".500", ".strict", ".x"))
    ref = luck.choice(("", "x", "apr_x", "usr_x.team_x", "team_x", "-", "." * 44))
    return f"{luck.choice(list(Verb))}{literal}|{ref}|{luck.choice((0, 1, 999999999))}"


def body(luck: random.Random) -> tuple[bytes, str]:
    """Return a body and its content type."""
    form = "application/x-www-form-urlencoded"
    match luck.randrange(10):
        case 0:
            return luck.randbytes(luck.randint(0, 400)), form
        case 1:
            return b"&".join([b"a=%ff"] * luck.randint(1, 60)), form
        case 2:
            return b'{"text": "quota"}', luck.choice(("application/json", "text/plain", "", "x/y"))
        case _:
            return urlencoded(fields(luck)), form


def fields(luck: random.Random) -> dict[str, bytes]:
    pairs = {luck.choice(FIELDS): word(luck) for _ in range(luck.randint(0, 5))}
    pairs |= {"pane": luck.choice(("1", "1", "1", "1", "1", "2", "x")), "token": token(luck)}
    return {key: value.encode("utf-8", "surrogatepass") for key, value in pairs.items()}


def urlencoded(pairs: dict[str, bytes]) -> bytes:
    def escaped(raw: bytes) -> bytes:
        return b"".join(b"%%%02X" % byte for byte in raw)

    return b"&".join(
        escaped(key.encode("utf-8", "surrogatepass")) + b"=" + escaped(value)
        for key, value in pairs.items()
    )


def path(luck: random.Random) -> str:
    chosen = luck.choice(PATHS)
    parts = [
        "".join(f"%{byte:02x}" for byte in word(luck).encode("utf-8", "surrogatepass"))
        for _ in range(chosen.count("{}"))
    ]
    return chosen.format(*parts) or "/chat"


def cookie(luck: random.Random, own: str) -> str:
    return luck.choice(
        (f"tokenpool={own}", f"tokenpool={own}", f"tokenpool={own}", "tokenpool=", "tokenpool=x",
         "=;;=", 'tokenpool="; tokenpool-next=../..', "tokenpool-next=abc"),
    )  # fmt: skip


async def send(browser: Browser, luck: random.Random, own: str) -> httpx.Response:
    content, kind = body(luck)
    here = str(browser.http.base_url).rstrip("/")
    origin = here if luck.random() < 0.9 else luck.choice(("null", "https://x.y", "", "x"))
    headers = {"origin": origin, "content-type": kind, "cookie": cookie(luck, own)}
    if luck.random() < 0.5:
        headers["x-fragment"] = "1"
    if luck.random() < 0.05:
        headers["sec-fetch-site"] = "cross-site"
    method = luck.choice(METHODS)
    return await browser.http.request(method, path(luck), content=content, headers=headers)


async def test_nothing_that_a_stranger_or_a_member_sends_is_our_fault(here: Site) -> None:
    luck = random.Random(20261126)
    team = await here.team("Web")
    ann, _ = await here.member("Ann", team=team), await here.manager("Max", team)
    seen: Counter[int] = Counter()
    async with here.stranger() as browser:
        own = await session(here, ann, browser)
        for _ in range(REQUESTS // AT_ONCE):
            answers = await asyncio.gather(*(send(browser, luck, own) for _ in range(AT_ONCE)))
            for answer in answers:
                seen[answer.status_code] += 1
                assert answer.status_code < 500, (answer.request.method, answer.request.url)
                assert "content-security-policy" in answer.headers
            if any(answer.request.url.path == "/chat/out" for answer in answers):
                own = await session(here, ann, browser)
        page = await browser.http.get("/chat", headers={"cookie": f"tokenpool={own}"})

    assert page.status_code == 200
    assert seen[200] + seen[303] > REQUESTS // 20, seen  # enough must get past the first check
    assert {303, 400, 401, 403, 404, 405} <= set(seen)


async def session(here: Site, who: Person, browser: Browser) -> str:
    """Sign in anew, as some of what was sent has signed out; return the cookie."""
    entered = await browser.post(await here.link(who), {}, cookie="")
    browser.http.cookies.clear()
    return str(entered.headers["set-cookie"].partition("=")[2].partition(";")[0])
