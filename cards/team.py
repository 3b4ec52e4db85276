"""Teams: their pools and what they lend; for managers also who sits in them and may do what."""

from cards import purses, rows
from cards.actions import Verb
from cards.card import (
    Button,
    Card,
    Column,
    Divider,
    Fact,
    Facts,
    Node,
    Style,
    Table,
    Text,
    Tone,
)
from cards.phrases import amount, count
from core.domain.members import CriticalPolicy, CriticalRight, TeamRole, may_be_critical
from core.views import TeamMemberView, TeamQuotaView, TeamView

MOST_SHOWN = 20
COLUMNS = (Column("Name"), Column("Role"), Column("Critical calls"), Column("Status"))
POLICIES = {
    CriticalPolicy.EVERYONE: "Allow everyone",
    CriticalPolicy.LISTED: "Only listed members",
    CriticalPolicy.NOBODY: "Allow nobody",
}
MAY = {
    CriticalPolicy.EVERYONE: "everyone",
    CriticalPolicy.LISTED: "listed members",
    CriticalPolicy.NOBODY: "nobody",
}


def team_card(
    team: TeamView, members: tuple[TeamMemberView, ...], quota: TeamQuotaView | None
) -> Card:
    """Show a team; with `members`, which only those who manage it may see, also what they may."""
    manages = bool(members) or team.role == TeamRole.MANAGER
    return Card(
        title=f"Team {team.name}",
        body=(
            *_frozen(team),
            *_pool(quota),
            Facts(_facts(team)),
            *(_people(team, members) if manages else ()),
            *rows.actions(rows.TEAMS, rows.LEADERBOARD, rows.HOME),
        ),
        summary=f"Team {team.name}: {count(team.members, 'member')}, a pool of"
        f" {amount(team.pool_quota_micro)} a period.",
    )


def teams_card(teams: tuple[TeamView, ...]) -> Card:
    """List a member's teams; for an administrator, who may be in none of them, all there are."""
    if not teams:
        return Card(
            title="You are in no team",
            body=(
                Text("Your own quota pays your calls. An administrator can seat you in a team."),
                *rows.actions(rows.QUOTA, rows.HOME),
            ),
            summary="You are in no team.",
        )
    entries = tuple(Fact(team.name, _in_short(team)) for team in teams)
    mine = all(team.role for team in teams)
    title = f"You are in {count(len(teams), 'team')}" if mine else f"Teams: {len(teams):,}"
    return Card(
        title=title,
        body=(
            Facts(entries),
            *rows.actions(*(_open(team) for team in teams[:MOST_SHOWN])),
            *rows.actions(rows.HOME),
        ),
        summary=f"{title}.",
    )


def _in_short(team: TeamView) -> str:
    role = "you manage it, " if team.role == TeamRole.MANAGER else ""
    return f"{role}{count(team.members, 'member')}, pool {amount(team.pool_quota_micro)}"


def _open(team: TeamView) -> Button:
    return Button(team.name, Verb.TEAM, ref=team.id)


def _frozen(team: TeamView) -> tuple[Node, ...]:
    if team.status == "active":
        return ()
    return (Text("This team is frozen: its pool pays no calls.", Tone.WARN),)


def _pool(quota: TeamQuotaView | None) -> tuple[Node, ...]:
    return () if quota is None else (purses.meter("Team pool", quota.pool),)


def _facts(team: TeamView) -> tuple[Fact, ...]:
    policy = MAY.get(CriticalPolicy(team.critical_policy), "")
    facts = [
        Fact("Pool", f"{amount(team.pool_quota_micro)} a period"),
        Fact("Critical calls", f"{policy}, up to {team.critical_percent} % of the pool each"),
        Fact("Vacation share", f"{team.vacation_percent} % of the pool"),
        Fact("Members", f"{team.members:,}"),
    ]
    if team.privacy == "strict":
        facts.append(Fact("Privacy", "strict for all calls"))
    return tuple(facts)


def _people(team: TeamView, members: tuple[TeamMemberView, ...]) -> tuple[Node, ...]:
    policy = CriticalPolicy(team.critical_policy)
    shown = members[:MOST_SHOWN]
    hidden = len(members) - len(shown)
    others = (one for one in POLICIES if one is not policy)
    return (
        Divider(),
        Text("Who may make critical calls", Tone.STRONG),
        *rows.actions(*(_policy(team, one) for one in others)),
        *((Table(COLUMNS, tuple(_row(policy, m) for m in shown)),) if shown else ()),
        *((Text(f"And {hidden:,} more.", Tone.MUTED),) if hidden else ()),
        *rows.actions(*(_switch(team, policy, member) for member in shown)),
    )


def _policy(team: TeamView, policy: CriticalPolicy) -> Button:
    nobody = policy is CriticalPolicy.NOBODY
    return Button(
        POLICIES[policy],
        Verb.TEAM_CRITICAL,
        literal=policy.value,
        ref=team.id,
        style=Style.DANGER if nobody else Style.DEFAULT,
        confirm="Stop critical calls for the whole team?" if nobody else "",
    )


def _row(policy: CriticalPolicy, member: TeamMemberView) -> tuple[str, ...]:
    return (member.name, member.role, _right(policy, member), member.status.replace("_", " "))


def _right(policy: CriticalPolicy, member: TeamMemberView) -> str:
    right = CriticalRight(member.critical)
    if right is CriticalRight.STOPPED:
        return "stopped"
    return "allowed" if may_be_critical(policy, right) else "not allowed"


def _switch(team: TeamView, policy: CriticalPolicy, member: TeamMemberView) -> Button | None:
    """Return the button that turns a member's critical calls the other way, if one can."""
    if may_be_critical(policy, CriticalRight(member.critical)):
        return stop(team.id, member.id, member.name)
    if policy is CriticalPolicy.NOBODY:
        return None
    return allow(team.id, member.id, member.name)


def allow(team_id: str, member_id: str, name: str) -> Button:
    """Return the button that allows a member's critical calls."""
    return Button(f"Allow critical: {name}", Verb.TEAM_ALLOW, ref=f"{team_id}.{member_id}")


def stop(team_id: str, member_id: str, name: str) -> Button:
    """Return the button that stops a member's critical calls."""
    return Button(
        f"Stop critical: {name}",
        Verb.TEAM_STOP,
        ref=f"{team_id}.{member_id}",
        style=Style.DANGER,
        confirm="Stop this member's critical calls? You can allow them again.",
    )
