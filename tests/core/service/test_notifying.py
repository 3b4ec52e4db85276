"""What a member wants to be told, kept on both databases."""

import pytest
from world.office import Office, Somebody, refused

from core.domain.accounts import Account
from core.domain.errors import Code
from core.domain.members import Status
from core.service import linking, membership, notifying
from core.service.membership import MemberChange
from core.service.notifying import NotifyChange
from core.views.chat import NotifyView

DEFAULTS = NotifyView(
    thresholds=(80, 100), quiet_from=None, quiet_to=None, utc_offset_minutes=0, channel="",
    muted=(), channels=(),
)  # fmt: skip


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana")


async def link(office: Office, who: Somebody, platform: str) -> None:
    account = Account(platform, "T1", f"U-{who.id}", who.caller.name, "D1")
    code = await linking.new_code(office.core, who.caller)
    claimed = await linking.claim(office.core, account, code.code)
    await linking.decide(office.core, who.caller, claimed.id, confirm=True)


async def test_who_has_said_nothing_has_the_defaults(office: Office, ana: Somebody) -> None:
    assert await notifying.preferences(office.core, ana.caller) == DEFAULTS
    assert await notifying.change(office.core, ana.caller, NotifyChange()) == DEFAULTS


async def test_each_wish_is_kept_and_the_others_stay(office: Office, ana: Somebody) -> None:
    steps = (
        NotifyChange(thresholds=(90, 50)),
        NotifyChange(quiet=(22 * 60, 7 * 60), utc_offset_minutes=-210),
        NotifyChange(muted=("vacation", "critical")),
    )
    for step in steps:
        changed = await notifying.change(office.core, ana.caller, step)

    assert changed == await notifying.preferences(office.core, ana.caller)
    assert changed == NotifyView(
        thresholds=(50, 90), quiet_from=22 * 60, quiet_to=7 * 60, utc_offset_minutes=-210,
        channel="", muted=("critical", "vacation"), channels=(),
    )  # fmt: skip
    admins = await notifying.preferences(office.core, office.admin.caller)
    assert admins == DEFAULTS


async def test_every_wish_can_be_taken_back(office: Office, ana: Somebody) -> None:
    made = NotifyChange(thresholds=(5,), quiet=(1, 2), muted=("quota",))
    await notifying.change(office.core, ana.caller, made)

    undone = NotifyChange(thresholds=(), quiet=(0, 0), muted=())
    view = await notifying.change(office.core, ana.caller, undone)

    assert (view.thresholds, view.quiet_from, view.quiet_to, view.muted) == ((), None, None, ())


async def test_the_channel_is_one_that_is_linked(office: Office, ana: Somebody) -> None:
    refusal = await refused(
        notifying.change(office.core, ana.caller, NotifyChange(channel="slack"))
    )
    assert (refusal.code, refusal.param) == (Code.INVALID_FIELD, "channel")
    await link(office, ana, "slack")
    await link(office, ana, "telegram")

    view = await notifying.change(office.core, ana.caller, NotifyChange(channel="slack"))

    assert (view.channel, view.channels) == ("slack", ("slack", "telegram"))
    other = notifying.change(office.core, ana.caller, NotifyChange(channel="teams"))
    assert "one of slack, telegram" in (await refused(other)).message
    view = await notifying.change(office.core, ana.caller, NotifyChange(channel=""))
    assert view.channel == ""


@pytest.mark.parametrize(
    ("change", "param"),
    [
        (NotifyChange(thresholds=(0,)), "thresholds"),
        (NotifyChange(thresholds=(1, 2, 3, 4, 5, 6)), "thresholds"),
        (NotifyChange(quiet=(-1, 60)), "quiet"),
        (NotifyChange(quiet=(0, 1_440)), "quiet"),
        (NotifyChange(utc_offset_minutes=841), "utc_offset"),
        (NotifyChange(utc_offset_minutes=-841), "utc_offset"),
        (NotifyChange(muted=("approval",)), "muted"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    office: Office, ana: Somebody, change: NotifyChange, param: str
) -> None:
    refusal = await refused(notifying.change(office.core, ana.caller, change))

    assert (refusal.code, refusal.param) == (Code.INVALID_FIELD, param)
    assert await notifying.preferences(office.core, ana.caller) == DEFAULTS


async def test_who_was_disabled_changes_nothing(office: Office, ana: Somebody) -> None:
    off = MemberChange(status=Status.DISABLED)
    await membership.update_user(office.core, office.admin.person, ana.id, off)

    attempt = notifying.change(office.core, ana.caller, NotifyChange(thresholds=(50,)))

    assert (await refused(attempt)).code is Code.INVALID_API_KEY
