"""Frozen answers of the use cases behind chat: requests with their figures, accounts, vacation."""

from dataclasses import dataclass

from core.views import ApprovalView


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request for more as one person sees it, with what a decision needs to know.

    The rights are those of the viewer when it was read; they are computed again at the click.
    """

    approval: ApprovalView
    viewer_id: str
    mine: bool
    """The viewer asked for it, and may withdraw it."""
    may_decide: bool
    grants: bool
    """The viewer is an administrator: what they approve is granted, not moved from the pool."""
    team_name: str | None
    passed_by: str | None
    """Name of the manager who passed it to an administrator."""
    granted_micro: int
    """The member's own quota in this period, what they spent of it, and what is left."""
    spent_micro: int
    available_micro: int
    pool_granted_micro: int | None
    """The team's pool; None without a team."""
    pool_available_micro: int | None
    period_ends_ms: int
    asked: tuple[str, ...] = ()
    """Names of the people who were told of it, or are about to be."""
    unreached: tuple[str, ...] = ()
    """Names of those who have no account that could be written to."""


@dataclass(frozen=True, slots=True)
class AbsenceTeamView:
    """What one team may lend of its pool while this member is away, and what it lent."""

    name: str
    cap_micro: int
    available_micro: int
    used_micro: int
    """Paid from the vacation share since the member left."""
    calls: int
    people: int
    """Colleagues whose calls those were."""


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """A member's vacation: now, or the one that has just ended."""

    member_id: str
    name: str
    away: bool
    since_ms: int | None
    until_ms: int | None
    changed: bool
    """Whether this answer's request changed it."""
    teams: tuple[AbsenceTeamView, ...]

    @property
    def used_micro(self) -> int:
        return sum(team.used_micro for team in self.teams)

    @property
    def calls(self) -> int:
        return sum(team.calls for team in self.teams)


@dataclass(frozen=True, slots=True)
class ColleagueView:
    """A member on vacation, as a manager of one of their teams hears of it."""

    member_id: str
    name: str
    team_name: str
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class AccountView:
    """A chat account that stands for a member."""

    id: str
    """For buttons; says nothing of the account."""
    platform: str
    tenant: str
    name: str
    reachable: bool
    linked_ms: int


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Who I am here: the member, and all accounts that stand for them."""

    member_id: str
    name: str
    email: str
    role: str
    accounts: tuple[AccountView, ...]


@dataclass(frozen=True, slots=True)
class LinkCodeView:
    """A code to type at another account: shown once, good for ten minutes."""

    code: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class LinkRequestView:
    """Another account has typed the code: the issuer confirms or denies."""

    id: str
    member_id: str
    platform: str
    tenant: str
    account_name: str
    state: str
    """claimed, confirmed, denied or expired."""


@dataclass(frozen=True, slots=True)
class NotifyView:
    """What a member wants to be told, and when."""

    thresholds: tuple[int, ...]
    """Per cent of own quota used at which they are warned; empty: never."""
    quiet_from: int | None
    """Minutes after midnight, in the member's own time; None: no quiet hours."""
    quiet_to: int | None
    utc_offset_minutes: int
    channel: str
    """The platform tried first; empty: the one that was linked last."""
    muted: tuple[str, ...]
    """Kinds of notices they do not want: vacation, critical."""
    channels: tuple[str, ...]
    """Platforms on which they have an account."""


@dataclass(frozen=True, slots=True)
class CriticalUseView:
    """Critical calls of one member on one day, for their managers."""

    member_id: str
    member_name: str
    team_id: str
    team_name: str
    day: str
    calls: int
    cost_micro: int
    used_micro: int
    cap_micro: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class RefusedView:
    """A refused call behind a link: what was asked for, and how much was missing."""

    code: str
    model: str
    required_micro: int
    missing_micro: int
    at_ms: int
    pending: ApprovalView | None
    """The request that waits already."""


@dataclass(frozen=True, slots=True)
class LastCallView:
    """One line of a member's latest charges and refusals."""

    call_id: str
    model: str
    at_ms: int
    payer: str
    """own, critical or vacation; empty for a refusal."""
    cost_micro: int
    refused: bool
    count: int = 1
    """Refusals of one kind are counted together."""


@dataclass(frozen=True, slots=True)
class SignInView:
    """What a sign-in link opens; looking at it does not use it up."""

    names: tuple[str, ...]
    """Whose chat it is; two in the demo."""
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: whose chats it shows, and when it ends at the latest."""

    member_ids: tuple[str, ...]
    expires_ms: int
