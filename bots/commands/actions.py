"""Everything that a button can do, in one place: for every verb its handler."""

from collections.abc import Mapping
from types import MappingProxyType

from bots.commands import (
    approvals,
    disputes,
    help,  # noqa: A004 - the command's name
    keys,
    leaderboard,
    link,
    notify,
    privacy,
    quota,
    request,
    team,
    usage,
    vacation,
    why,
)
from bots.commands.command import Click
from bots.commands.registry import COMMANDS
from cards.actions import Verb

ACTIONS: Mapping[Verb, Click] = MappingProxyType(
    {
        Verb.HOME: Click(help.home),
        Verb.HELP: Click(help.listing(COMMANDS), anywhere=True),
        Verb.QUOTA: Click(quota.show),
        Verb.REQUEST: Click(request.open_form),
        Verb.REQUEST_SEND: Click(request.send),
        Verb.REQUEST_WITHDRAW: Click(approvals.withdraw, anywhere=True),
        Verb.APPROVALS: Click(approvals.say),
        Verb.APPROVAL: Click(approvals.show, anywhere=True),
        Verb.APPROVE: Click(approvals.approve, anywhere=True),
        Verb.APPROVE_LESS: Click(approvals.approve_less, anywhere=True),
        Verb.APPROVE_GIVE: Click(approvals.approve_give, anywhere=True),
        Verb.REJECT: Click(approvals.reject, anywhere=True),
        Verb.REJECT_SEND: Click(approvals.reject_send, anywhere=True),
        Verb.PASS_ON: Click(approvals.pass_on, anywhere=True),
        Verb.VACATION: Click(vacation.show),
        Verb.VACATION_ON: Click(vacation.turn_on),
        Verb.VACATION_DATES: Click(vacation.dates),
        Verb.VACATION_SEND: Click(vacation.send),
        Verb.VACATION_OFF: Click(vacation.off),
        Verb.KEYS: Click(keys.show),
        Verb.KEY_NEW: Click(keys.open_form),
        Verb.KEY_SEND: Click(keys.send),
        Verb.KEY_ROTATE: Click(keys.turn),
        Verb.KEY_REVOKE: Click(keys.end),
        Verb.WHY: Click(why.show),
        Verb.USAGE: Click(usage.show),
        Verb.DISPUTE: Click(disputes.ask),
        Verb.DISPUTES: Click(disputes.say),
        Verb.DISPUTE_SHOW: Click(disputes.show, anywhere=True),
        Verb.DISPUTE_ALL: Click(disputes.give_all, anywhere=True),
        Verb.DISPUTE_PART: Click(disputes.give_part, anywhere=True),
        Verb.DISPUTE_GIVE: Click(disputes.give, anywhere=True),
        Verb.DISPUTE_KEEP: Click(disputes.keep, anywhere=True),
        Verb.LEADERBOARD: Click(leaderboard.show),
        Verb.LEADERBOARD_HIDE: Click(leaderboard.hide),
        Verb.LEADERBOARD_JOIN: Click(leaderboard.join),
        Verb.PRIVACY: Click(privacy.show),
        Verb.PRIVACY_SET: Click(privacy.put),
        Verb.TEAM: Click(team.show),
        Verb.TEAM_CRITICAL: Click(team.put_critical),
        Verb.TEAM_STOP: Click(team.click_stop),
        Verb.TEAM_ALLOW: Click(team.click_allow),
        Verb.NOTIFY: Click(notify.show),
        Verb.NOTIFY_SET: Click(notify.put),
        Verb.LINK: Click(link.whoami),
        Verb.LINK_CODE: Click(link.code),
        Verb.LINK_SEND: Click(link.send),
        Verb.LINK_CONFIRM: Click(link.confirm),
        Verb.LINK_DENY: Click(link.deny),
        Verb.LINK_END: Click(link.end),
        Verb.LINK_WEB: Click(link.web),
    }
)
