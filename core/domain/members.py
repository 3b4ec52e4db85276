"""Who may do what. Rights are computed from these values when something is done, never stored."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A member's role in the organization; managing a team is a role in that team."""

    MEMBER = "member"
    ADMIN = "admin"


class TeamRole(StrEnum):
    MEMBER = "member"
    MANAGER = "manager"


class Status(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class Privacy(StrEnum):
    STANDARD = "standard"
    STRICT = "strict"


class Priority(StrEnum):
    STANDARD = "standard"
    CRITICAL = "critical"


class CriticalPolicy(StrEnum):
    """Who may draw on the team pool with critical priority."""

    EVERYONE = "everyone"
    LISTED = "listed"
    NOBODY = "nobody"


class CriticalRight(StrEnum):
    """A member's own standing in a team: as the policy says, on its list, or stopped."""

    DEFAULT = "default"
    LISTED = "listed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Seat:
    """One membership: in which team, and as what."""

    team_id: str
    role: TeamRole


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever acts: enough to compute every right."""

    id: str
    role: Role
    seats: tuple[Seat, ...] = ()

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    def manages(self, team_id: str | None) -> bool:
        return any(s.team_id == team_id and s.role is TeamRole.MANAGER for s in self.seats)

    def belongs_to(self, team_id: str) -> bool:
        return any(seat.team_id == team_id for seat in self.seats)


def may_be_critical(policy: CriticalPolicy, right: CriticalRight) -> bool:
    """Return whether a member of a team may use critical priority there now."""
    if right is CriticalRight.STOPPED:
        return False
    if policy is CriticalPolicy.EVERYONE:
        return True
    return policy is CriticalPolicy.LISTED and right is CriticalRight.LISTED


def may_decide(decider: Person, requester_id: str, team_id: str | None) -> bool:
    """Return whether someone may decide: an admin or the team's manager, not their own."""
    return decider.id != requester_id and (decider.is_admin or decider.manages(team_id))


def strictest(*modes: Privacy) -> Privacy:
    return Privacy.STRICT if Privacy.STRICT in modes else Privacy.STANDARD
