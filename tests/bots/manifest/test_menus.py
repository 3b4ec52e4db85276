import pytest

from bots.commands.registry import COMMANDS
from bots.manifest.menus import NoAddress, address, menu, open_menu


def test_an_address_is_taken_without_its_last_slash() -> None:
    assert address(" https://tp.example.com/ ") == "https://tp.example.com"
    assert address("https://tp.example.com:8443/pool/") == "https://tp.example.com:8443/pool"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "tp.example.com",
        "http://tp.example.com",
        "https://",
        "https://me:pass@tp.example.com",
        "https://tp.example.com/?a=b",
        "https://tp.example.com/#top",
        "https://tp.example.com:port",
        "https://tp.example.com/" + "x" * 2_000,
    ],
)
def test_what_no_platform_could_call_is_refused(url: str) -> None:
    with pytest.raises(NoAddress, match="https address"):
        address(url)


def test_a_menu_offers_single_words_in_the_order_of_the_registry() -> None:
    offered = menu(100)

    assert offered == [one for one in COMMANDS if " " not in one.name and one.name != "home"]


def test_of_too_many_the_last_give_way_to_help() -> None:
    names = [one.name for one in menu(10)]

    assert len(names) == 10
    assert names[-1] == "help"
    assert names[:9] == [one.name for one in menu(100)][:9]


def test_where_others_read_along_nothing_personal_is_offered() -> None:
    assert [one.name for one in open_menu(10)] == ["help"]
