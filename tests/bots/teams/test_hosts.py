"""Where our bearer may go: to Microsoft, and nowhere that only looks like it."""

import pytest

from bots.teams.hosts import Hosts, on_this_machine

OURS = [
    "https://smba.trafficmanager.net/teams/",
    "https://smba.trafficmanager.net/emea/99999999-8888-4777-8666-555555555555/",
    "https://smba.trafficmanager.net",
    "https://smba.trafficmanager.net:443/amer/",
    "https://europe.api.botframework.com/",
    "https://botframework.com/",
    "https://pilot.teams.microsoft.com/x",
    "https://smba.infra.gov.teams.microsoft.us/gcch/",
]
FOREIGN = [
    "", "x", "https://", "https:///teams", "http://smba.trafficmanager.net/teams/",
    "https://evil.trafficmanager.net/", "https://trafficmanager.net/",
    "https://smba.trafficmanager.net.evil.example/", "https://notbotframework.com/",
    "https://evilsmba.trafficmanager.net/", "https://evil.example/smba.trafficmanager.net",
    "https://smba.trafficmanager.net@evil.example/", "https://evil.example#@botframework.com/",
    "https://evil.example\\@botframework.com/", "https://evil.example/?.botframework.com/",
    "https://botframework.com:8443/", "https://botframework.com:x/", "https://botframework.com:/",
    "https://botframework.com./", "https://.botframework.com/", "https://a..botframework.com/",
    "https://botframework.com/\r\nx: y", "https://botframework.com/\n", " https://botframework.com/",
    "https://botframework.com/ ", "https://bötframework.com/", "https://botframework。com/",
    "HTTPS://botframework.com/", "https://BOTFRAMEWORK.COM/", "ftp://botframework.com/",
    "//botframework.com/", "https:botframework.com", "https://user:pass@botframework.com/",
    "https://[::ffff:1.2.3.4]/", "https://[/", "https://botframework.com/" + "a" * 2_000,
    "https://microsoft.com/", "https://10.0.0.1/", "http://169.254.169.254/latest",
]  # fmt: skip
HERE = [
    "http://127.0.0.1:56150/_connector", "http://localhost/", "http://[::1]:80/",
    "https://localhost:3978",
]  # fmt: skip
ELSEWHERE = [
    "http://127.0.0.1.evil.example/", "http://localhost@evil.example/", "http://0.0.0.0/",
    "http://127.0.0.1:999999/", "http://2130706433/", "http://localhost.evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("url", OURS)
def test_microsofts_addresses_are_trusted(url: str, *, local: bool) -> None:
    assert Hosts(local=local).trusts(url)
    assert not on_this_machine(url)


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("url", FOREIGN + ELSEWHERE)
def test_others_are_not_however_they_are_written(url: str, *, local: bool) -> None:
    assert not Hosts(local=local).trusts(url)
    assert not on_this_machine(url)


@pytest.mark.parametrize("url", HERE)
def test_this_machine_is_trusted_where_microsoft_is_on_it(url: str) -> None:
    assert on_this_machine(url)
    assert Hosts(local=True).trusts(url)
    assert not Hosts(local=False).trusts(url)


def test_no_address_takes_long_to_read() -> None:
    assert not Hosts(local=True).trusts("https://" + "a." * 5_000_000)
    assert not Hosts(local=True).trusts("https://" + "a-" * 495 + "!")
