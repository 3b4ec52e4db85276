"""An event that is worked on here is not begun a second time beside itself."""

import pytest

from bots.arrivals import Arrivals
from core.service.start import Core


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here is kept in memory."""
    return sqlite_url


def test_an_event_is_held_until_whoever_began_it_ends(core: Core) -> None:
    arrivals = Arrivals(core, "telegram")
    with arrivals.at_work("one") as first:
        with arrivals.at_work("one") as again, arrivals.at_work("two") as other:
            assert (first, again, other) == (True, False, True)
        with arrivals.at_work("one") as still:
            assert not still

    with arrivals.at_work("one") as after:
        assert after


def test_an_event_is_let_go_when_its_work_breaks(core: Core) -> None:
    arrivals = Arrivals(core, "telegram")

    def breaks() -> None:
        with arrivals.at_work("one"):
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        breaks()
    with arrivals.at_work("one") as anew:
        assert anew
