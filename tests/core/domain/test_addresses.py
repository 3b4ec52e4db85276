"""Which of a member's accounts is tried first."""

from core.domain.addresses import Address, Channel, in_order


def channel(link_id: str, platform: str, linked_ms: int, *, reachable: bool = True) -> Channel:
    return Channel(link_id, Address(platform, "T1", link_id), reachable, linked_ms)


OLD = channel("a", "slack", 1)
NEW = channel("b", "telegram", 2)
TWIN = channel("c", "telegram", 2)
BLOCKED = channel("d", "teams", 3, reachable=False)


def test_the_newest_comes_first_and_ties_have_an_order() -> None:
    assert in_order([OLD, TWIN, NEW], "") == (NEW, TWIN, OLD)


def test_the_preferred_platform_comes_before_the_newest() -> None:
    assert in_order([OLD, NEW], "slack") == (OLD, NEW)


def test_what_cannot_be_reached_is_left_out_even_if_preferred() -> None:
    assert in_order([BLOCKED, OLD], "teams") == (OLD,)


def test_an_address_has_one_name_that_tells_all_of_it() -> None:
    assert OLD.address.name == "slack|T1|a"
