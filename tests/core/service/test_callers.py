import pytest

from core.calls import Caller
from core.domain.errors import Code, Refusal
from core.domain.members import Person, Priority, Privacy, Role
from core.service.callers import MOST_FAILURES, Callers, Guesses


def caller(key_id: str) -> Caller:
    person = Person("ana", Role.MEMBER)
    return Caller(person, "a@x", "Ana", key_id, None, Priority.STANDARD, Privacy.STANDARD)


def test_a_key_is_remembered_for_five_seconds_and_only_that_very_key() -> None:
    callers = Callers()
    callers.keep(caller("k"), b"mac", 100.0, None)

    assert callers.find("k", b"mac", 104.9, 0) == caller("k")
    assert callers.find("k", b"mac", 105.0, 0) is None
    assert callers.find("k", b"other", 100.0, 0) is None
    assert callers.find("other", b"mac", 100.0, 0) is None


def test_a_remembered_key_ends_when_it_expires() -> None:
    callers = Callers()
    callers.keep(caller("k"), b"mac", 100.0, 5_000)

    assert callers.find("k", b"mac", 100.0, 4_999) is not None
    assert callers.find("k", b"mac", 100.0, 5_000) is None


def test_the_oldest_key_makes_room() -> None:
    callers = Callers(most=2)
    for key_id in ("a", "b", "a", "c"):
        callers.keep(caller(key_id), b"mac", 100.0, None)

    assert callers.find("b", b"mac", 100.0, 0) is None
    assert callers.find("a", b"mac", 100.0, 0) is not None
    assert callers.find("c", b"mac", 100.0, 0) is not None


def test_a_key_stays_recognised_whatever_rights_change_but_is_read_again() -> None:
    """Else whoever guesses beside it, through the same proxy, shuts it out after each change."""
    callers = Callers()
    callers.keep(caller("k"), b"mac", 100.0, None)

    assert callers.recognises("k", b"mac")
    assert not callers.recognises("k", b"other")
    assert callers.find("k", b"mac", 101.0, 0) is not None
    callers.forget_all()
    assert callers.recognises("k", b"mac")
    assert callers.find("k", b"mac", 101.0, 0) is None
    callers.keep(caller("k"), b"mac", 101.0, None)
    assert callers.find("k", b"mac", 101.0, 0) is not None


def test_a_use_is_told_once_a_minute() -> None:
    callers = Callers(most=2)
    for now_ms in (60_001, 60_002, 119_999):
        callers.use("k", now_ms)

    assert callers.take_used() == {"k": 60_000}
    callers.use("k", 119_999)
    assert callers.take_used() == {}
    callers.use("k", 120_000)
    callers.use("l", 120_000)
    callers.use("m", 120_000)
    assert callers.take_used() == {"k": 120_000, "l": 120_000, "m": 120_000}


def test_the_twenty_first_failure_of_a_minute_is_refused() -> None:
    guesses = Guesses()
    for second in range(MOST_FAILURES):
        guesses.failed("10.0.0.1", float(second))

    with pytest.raises(Refusal) as refused:
        guesses.failed("10.0.0.1", 30.0)

    assert refused.value.code is Code.RATE_LIMIT_EXCEEDED
    assert refused.value.facts == {"retry_after_ms": 30_001}
    guesses.check("10.0.0.2", 30.0)
    guesses.failed("10.0.0.1", 60.0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_an_ipv6_customer_counts_as_one_address(one: str, other: str, *, same: bool) -> None:
    guesses = Guesses()
    for _ in range(MOST_FAILURES):
        guesses.failed(one, 0.0)

    if same:
        with pytest.raises(Refusal):
            guesses.check(other, 1.0)
    else:
        guesses.check(other, 1.0)


def test_a_flood_of_addresses_keeps_the_memory_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.service.callers.MOST_ADDRESSES", 3)
    guesses = Guesses()
    for host in range(10):
        guesses.failed(f"10.0.0.{host}", 0.0)

    assert len(guesses._windows) == 3
