import pytest

from core.domain.members import (
    CriticalPolicy,
    CriticalRight,
    Person,
    Privacy,
    Role,
    Seat,
    TeamRole,
    may_be_critical,
    may_decide,
    strictest,
)

ANA = Person("ana", Role.MEMBER, (Seat("blue", TeamRole.MEMBER),))
MONA = Person("mona", Role.MEMBER, (Seat("blue", TeamRole.MANAGER), Seat("red", TeamRole.MEMBER)))
ADA = Person("ada", Role.ADMIN)


@pytest.mark.parametrize(
    ("policy", "right", "may"),
    [
        (CriticalPolicy.EVERYONE, CriticalRight.DEFAULT, True),
        (CriticalPolicy.EVERYONE, CriticalRight.LISTED, True),
        (CriticalPolicy.EVERYONE, CriticalRight.STOPPED, False),
        (CriticalPolicy.LISTED, CriticalRight.DEFAULT, False),
        (CriticalPolicy.LISTED, CriticalRight.LISTED, True),
        (CriticalPolicy.LISTED, CriticalRight.STOPPED, False),
        (CriticalPolicy.NOBODY, CriticalRight.DEFAULT, False),
        (CriticalPolicy.NOBODY, CriticalRight.LISTED, False),
        (CriticalPolicy.NOBODY, CriticalRight.STOPPED, False),
    ],
)
def test_critical_needs_the_policy_and_no_stop(
    policy: CriticalPolicy, right: CriticalRight, *, may: bool
) -> None:
    assert may_be_critical(policy, right) is may


@pytest.mark.parametrize(
    ("decider", "requester", "team", "may"),
    [
        (ANA, "bob", "blue", False),
        (MONA, "ana", "blue", True),
        (MONA, "ana", "red", False),
        (MONA, "ana", None, False),
        (MONA, "mona", "blue", False),
        (ADA, "ana", "blue", True),
        (ADA, "ana", None, True),
        (ADA, "ada", None, False),
    ],
)
def test_a_manager_or_admin_decides_but_nobody_on_their_own(
    decider: Person, requester: str, team: str | None, *, may: bool
) -> None:
    assert may_decide(decider, requester, team) is may


def test_a_role_in_one_team_says_nothing_of_another() -> None:
    assert MONA.manages("blue")
    assert not MONA.manages("red")
    assert MONA.belongs_to("red")
    assert not MONA.belongs_to("green")
    assert not ADA.manages("blue")


def test_one_strict_mode_makes_all_strict() -> None:
    assert strictest() is Privacy.STANDARD
    assert strictest(Privacy.STANDARD, Privacy.STANDARD) is Privacy.STANDARD
    assert strictest(Privacy.STANDARD, Privacy.STRICT) is Privacy.STRICT
