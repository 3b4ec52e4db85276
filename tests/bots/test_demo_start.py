"""`tokenpool serve --demo`, started the way people start it."""

import re
import sqlite3
import time
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from world.console import KEY, Console, Serving

LINK = re.compile(r"^  (http://\S+/chat/in/\S+)$", re.MULTILINE)


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def printed(server: Serving, words: str = "It works once") -> str:
    found = LINK.search(server.read_until(words))
    assert found is not None, server.said
    return found[1]


def entered(link: str) -> str:
    """Use a link and return the cookie."""
    host = link.partition("/chat")[0]
    headers = {"Origin": host, "Content-Type": "application/x-www-form-urlencoded"}
    request = Request(link, data=b"", headers=headers)
    with pytest.raises(HTTPError) as caught:
        build_opener(Stay).open(request, timeout=10)
    with caught.value as answer:
        assert answer.code == 303, answer.read()
        return str(answer.headers["Set-Cookie"]).partition(";")[0]


def page(link: str, cookie: str) -> str:
    request = Request(link.partition("/chat")[0] + "/chat", headers={"Cookie": cookie})
    with build_opener().open(request, timeout=10) as answer:
        return str(answer.read().decode())


def test_the_printed_link_shows_developer_and_manager(shell: Console) -> None:
    with shell.serving("--demo") as server:
        link = printed(server)
        html = page(link, entered(link))
        rest = server.read_until("admin key")

    assert html.index("Chat of Dana") < html.index("Chat of Max")
    assert len(set(KEY.findall(rest))) == 1  # Dana's; the admin's comes last
    assert "\x1b" not in rest


def test_each_start_prints_another_link_and_the_keys_are_not_repeated(shell: Console) -> None:
    with shell.serving("--demo") as server:
        first = printed(server)
        server.read_until("admin key")
    with shell.serving("--demo") as again:
        second = printed(again)
        html = page(second, entered(second))

    assert first.rpartition("/")[2] != second.rpartition("/")[2]
    assert "Dana" in html
    assert not KEY.search(again.said)


def test_a_database_that_was_used_before_never_becomes_a_demo(shell: Console) -> None:
    with shell.serving() as first:
        first.end()
    with shell.serving("--demo") as server:
        server.end()

    assert "/chat/in/" not in server.said
    with sqlite3.connect(shell.folder / "data" / "tokenpool.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM team").fetchone()
    assert count == 0


def test_without_the_flag_nothing_is_made(shell: Console) -> None:
    with shell.serving() as server:
        server.end()

    assert "/chat/in/" not in server.said


def test_an_open_page_does_not_hold_up_the_end(shell: Console) -> None:
    with shell.serving("--demo") as server:
        link = printed(server)
        cookie = entered(link)
        place = urlsplit(link)
        assert place.hostname is not None
        connection = HTTPConnection(place.hostname, place.port, timeout=10)
        connection.request("GET", "/chat/live", headers={"Cookie": cookie})
        stream = connection.getresponse()
        assert stream.readline() == b"event: piece\n"
        began = time.monotonic()
        code = server.end()
        took = time.monotonic() - began
        connection.close()

    assert code == 0
    assert took < 2
    assert server.complained == ""


def test_no_token_of_a_link_gets_into_a_log(shell: Console) -> None:
    with shell.serving("--demo", TOKENPOOL_LOG_LEVEL="debug") as server:
        link = printed(server)
        entered(link)
        server.end()

    token = link.rpartition("/")[2]
    assert token not in server.complained
    assert server.said.count(token) == 1
