"""Teams delivers again what it believes lost; whatever comes fifty times has one effect."""

from world.teams_office import TeamsOffice
from world.teams_replay import again, counts, settled, through_every_kind

KINDS = {
    "adaptiveCard/action", "add", "click by an old client, personal", "conversationUpdate",
    "line, channel", "line, personal", "refresh", "remove", "task/fetch", "task/submit",
}  # fmt: skip


async def test_every_kind_of_activity_counts_once(office: TeamsOffice) -> None:
    """A line, a mention, every kind of click, a look, an installation and its end."""
    ann, mia, ben = [await office.person(name) for name in ("ann", "mia", "ben")]
    await office.team("Research", 5000, "mia", "ann")
    kinds = await through_every_kind(office, ann, mia, ben)
    await settled(office)
    seen, before = len(office.vendor.messages), await counts(office)

    await again(office, *kinds.values())

    assert await counts(office) == before == [1, 6, 1, 1, 1, 1]
    assert len(office.vendor.messages) == seen
    assert kinds.keys() == KINDS
    await office.served.assert_clean()
