"""What is kept of answers, and for how long: the clock is handed in, the bytes are counted."""

import pytest
from msgspec.structs import replace

from core.calls import Receipt, Ticket
from core.domain.errors import Code, Refusal
from core.domain.ledger import Payer
from core.domain.members import Priority, Privacy
from core.settings import Settings
from gateway.replays import MIB, Record, Replays

TICKET = Ticket(
    call_id="req_1",
    member_id="ann",
    key_id="k",
    team_id=None,
    model="mock",
    payer=Payer.OWN,
    row_id="user:ann/2026-11",
    period="2026-11",
    period_ends_ms=0,
    amount_micro=1,
    output_tokens=1,
    lowered=False,
    limits=(),
    priority=Priority.STANDARD,
    critical_denied=False,
    privacy=Privacy.STANDARD,
    streamed=False,
    quota_micro=1,
    remaining_micro=1,
    looks=(),
    started_ms=0,
    idempotency_id="ann/k",
)
RECEIPT = Receipt("req_1", 1, Payer.OWN, 1, 1, estimated=False)


class Shelf:
    """Replays with a clock, filled by call ids."""

    def __init__(self, **settings: float) -> None:
        self.now = 0.0
        made = Settings(replay_mib=1, **settings)  # type: ignore[arg-type]  # numbers of seconds
        self.replays = Replays(made, lambda: self.now)

    def keep(self, call_id: str, size: int, **ticket: object) -> None:
        self.replays.keep(replace(TICKET, call_id=call_id, **ticket), RECEIPT, b"x" * size)

    def size(self, call_id: str) -> int | None:
        facts = {"call_id": call_id}
        kept = self.replays.of(Refusal(Code.REPLAY_WITHOUT_CONTENT, "", facts=facts))
        return None if kept is None else len(kept.body)


def test_an_answer_is_kept_for_its_time_and_not_longer() -> None:
    shelf = Shelf(replay_seconds=60)
    shelf.keep("a", 5)

    shelf.now = 59.9
    assert shelf.size("a") == 5
    shelf.now = 60.0
    assert shelf.size("a") is None


def test_the_oldest_go_first_once_the_memory_is_full() -> None:
    shelf = Shelf()
    for name in "abc":
        shelf.keep(name, MIB // 2)

    assert [shelf.size(name) for name in "abc"] == [None, MIB // 2, MIB // 2]


def test_what_is_larger_than_the_memory_drives_nobody_out() -> None:
    shelf = Shelf()
    shelf.keep("a", 7)
    shelf.keep("b", MIB + 1)

    assert (shelf.size("a"), shelf.size("b")) == (7, None)


@pytest.mark.parametrize("ticket", [{"privacy": Privacy.STRICT}, {"idempotency_id": None}])
def test_strict_calls_and_those_without_a_key_are_never_kept(ticket: dict[str, object]) -> None:
    shelf = Shelf()
    shelf.keep("a", 5, **ticket)

    assert shelf.size("a") is None


def test_nothing_is_kept_where_nobody_wants_it() -> None:
    shelf = Shelf(replay_seconds=0)
    shelf.keep("a", 5)

    assert shelf.size("a") is None


def test_only_a_repetition_finds_an_answer() -> None:
    shelf = Shelf()
    shelf.keep("a", 5)

    assert shelf.replays.of(Refusal(Code.IN_PROGRESS, "", facts={"call_id": "a"})) is None
    assert shelf.replays.of(Refusal(Code.REPLAY_WITHOUT_CONTENT, "")) is None


def test_a_record_that_grows_too_large_is_given_up() -> None:
    record = Record(10)
    record.add(b"12345")
    assert record.body == b"12345"

    record.add(b"678901")
    record.add(b"2")

    assert record.body is None
