"""Who listens: few for each browser, nobody once the server ends."""

import asyncio
from contextlib import ExitStack

from bots.web.streams import MOST, Place, Streams


def taken(stack: ExitStack, streams: Streams, cookie: str) -> Place:
    return stack.enter_context(streams.place(cookie, asyncio.Event()))


def test_the_newest_stay_and_other_browsers_do_not_count() -> None:
    streams = Streams()
    with ExitStack() as stack:
        other = taken(stack, streams, "other")
        places = [taken(stack, streams, "one") for _ in range(MOST + 2)]

        assert [place.ended for place in places] == ["elsewhere"] * 2 + [""] * MOST
        assert other.ended == ""


def test_a_place_that_was_left_is_free() -> None:
    streams = Streams()
    for _ in range(MOST * 2):
        with ExitStack() as stack:
            assert taken(stack, streams, "one").ended == ""
    assert streams._places == {}


def test_the_end_wakes_everybody_and_lets_nobody_in() -> None:
    streams = Streams()
    with ExitStack() as stack:
        early = taken(stack, streams, "one")
        streams.close()
        late = taken(stack, streams, "two")

        assert early.ended == late.ended == "closing"
        assert early.news.is_set()
        assert late.news.is_set()


def test_the_first_reason_is_the_reason() -> None:
    streams = Streams()
    with ExitStack() as stack:
        place = taken(stack, streams, "one")
        streams.end("one")
        streams.close()

        assert place.ended == "over"
    streams.end("nobody")
