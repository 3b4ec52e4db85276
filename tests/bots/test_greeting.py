"""What a person reads when the server has started."""

from bots.demo import Demo
from bots.greeting import Started, commands, greeting

URL = "http://127.0.0.1:8000"
KEY = "tp_000000000000_" + "0" * 38


def test_a_new_database_gets_the_key_and_exactly_three_commands() -> None:
    text = greeting(Started(URL, KEY, has_admin=True))

    lines = text.splitlines()
    assert sum(line.startswith("curl ") for line in lines) == len(commands(URL, KEY)) == 3
    assert lines.count(f"  {KEY}") == 1
    assert all(KEY in line and URL in line for line in lines if line.startswith("curl "))


def test_later_starts_get_one_line() -> None:
    assert greeting(Started(URL, None, has_admin=True)).count("\n") == 0


def test_without_an_administrator_it_says_how_to_make_one() -> None:
    text = greeting(Started(URL, None, has_admin=False))

    assert "tokenpool admin create" in text


def test_weight_is_laid_on_address_and_key_only() -> None:
    text = greeting(Started(URL, KEY, has_admin=True), lambda words: f"<{words}>")

    assert text.count("<") == 2
    assert f"<{URL}>" in text
    assert f"  <{KEY}>" in text


def test_a_demo_begins_with_its_link_and_shows_keys_once() -> None:
    first = greeting(Started(URL, KEY, has_admin=True, demo=Demo("/chat/in/x", KEY[::-1])))
    later = greeting(Started(URL, None, has_admin=True, demo=Demo("/chat/in/y")))

    assert first.count(f"  {URL}/chat/in/x\n") == 1
    assert first.count(f"  {KEY}") == 1
    assert first.count(f"  {KEY[::-1]}") == 1
    assert f"  {URL}/chat/in/y\n" in later
    assert "key" not in later.lower()
