"""How fast we may write, told by a clock of this test's own."""

from bots.telegram.pace import ALL, GROUP, Pace


def test_so_many_a_second_in_all() -> None:
    pace = Pace()
    waits = [pace.take(str(n), 0.0, 5.0)[0] for n in range(ALL * 2 + 1)]

    assert waits[:ALL] == [0.0] * ALL
    assert waits[ALL : ALL * 2] == [1.0] * ALL
    assert waits[-1] == 2.0
    assert pace.take("x", 10.0, 5.0) == (0.0, True)


def test_so_many_a_minute_in_a_group_and_no_turn_is_lost() -> None:
    pace = Pace()
    for n in range(GROUP):
        assert pace.take("-1", float(n), 3.0) == (0.0, True)

    wait, taken = pace.take("-1", float(GROUP), 3.0)

    assert (wait, taken) == (60.0 - GROUP, False)
    assert pace.take("-2", float(GROUP), 3.0) == (0.0, True)
    assert pace.take("5", float(GROUP), 3.0) == (0.0, True)
    assert pace.take("-1", 60.5, 3.0) == (0.0, True)


def test_a_hushed_chat_waits_and_others_do_not() -> None:
    pace = Pace()
    pace.hush("5", 30.0)

    assert pace.take("5", 1.0, 3.0) == (29.0, False)
    assert pace.take("6", 1.0, 3.0) == (0.0, True)
    assert pace.take("5", 30.0, 3.0) == (0.0, True)
