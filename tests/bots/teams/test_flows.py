"""Ways through Teams that the walk leaves out: second thoughts, questions first, old clients."""

import pytest
from flow.serving import Member
from world.microsoft_things import Message
from world.teams_office import TeamsOffice
from world.teams_people import TeamsPerson, until
from world.teams_replay import settled
from world.teams_screen import Screen


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: the walk shows that both do the same."""
    return sqlite_url


async def people(office: TeamsOffice) -> tuple[TeamsPerson, TeamsPerson, Message]:
    """Let Ann ask Mia, who has added us to the channel; return Ann's own card, too."""
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("Research", 5000, "mia", "ann")
    await office.teams.adds(mia.user, office.channel)
    return ann, mia, await ann.asks("request 500 tests", "You ask for 500")


async def shared_card(office: TeamsOffice) -> Message:
    def found() -> list[Message]:
        shown = office.vendor.in_chat(office.channel.id)
        return [one for one in shown if Screen(one.card).says("ann asks for 500")]

    await until(found)
    return found()[-1]


async def test_a_request_is_rejected_in_a_dialog_of_the_channel(office: TeamsOffice) -> None:
    """Going back shows the request again; then it is rejected, with a word."""
    ann, mia, own = await people(office)
    shared = await shared_card(office)
    await mia.looks(shared)
    await mia.clicks("Reject", shared)
    again = await mia.submits("Back")
    assert again.says("ann asks for 500", "Approve", "Reject")

    await mia.submits("Reject")
    decided = await mia.submits("Reject", reason="not now")

    assert decided.says("mia has rejected the request", "not now")
    await until(lambda: Screen(shared.card).says("mia has rejected the request", "not now"))
    await until(lambda: ann.sees(own).says("Rejected", "not now"))
    assert (await mia.looks(shared)).buttons == {}


async def test_a_request_is_withdrawn_where_all_see_it(office: TeamsOffice) -> None:
    """Whoever still has its buttons on the screen is told, and decides nothing."""
    ann, mia, _own = await people(office)
    shared = await shared_card(office)
    await mia.looks(shared)
    stale = Message(shared.chat, shared.id, shared.activity)
    mia.seen[shared.id] = (0, mia.sees(shared).card)
    await ann.looks(shared)

    await ann.clicks("Withdraw", shared)

    assert ann.sees(shared).says("Withdrawn")
    await until(lambda: Screen(shared.card).says("Withdrawn"))
    told = await mia.clicks("Approve", stale)
    assert Screen(told.card).says("Withdrawn")
    assert Screen(told.card).buttons == {}
    rows = await office.served.rows("SELECT state FROM approval")
    assert [row[0] for row in rows] == ["withdrawn"]


async def test_a_key_is_turned_in_a_dialog_and_ended_in_place(office: TeamsOffice) -> None:
    """Both ask first, within the card."""
    ann = await office.person("ann")
    keys = await ann.asks("key", "New key")
    label = next(iter(ann.sees(keys).buttons))
    assert label.startswith("Rotate tp_")

    await ann.clicks(label, keys)

    assert ann.dialog is not None
    key = str(ann.dialog.inputs["copy:4"]["value"])
    made = Member(office.members["ann"].id, key)
    assert (await office.served.get("/v1/users/me", made)).status_code == 200
    listed = await ann.submits("My keys")
    assert listed.says("You have 2 API keys")
    assert key not in str([one.activity for one in office.vendor.messages])

    await ann.clicks(label.replace("Rotate", "Revoke"), keys)

    assert ann.sees(keys).says("You have 1 API key", "is revoked")
    await until(lambda: keys.edits == 1)


async def test_old_clients_get_by_with_messages(office: TeamsOffice) -> None:
    """A form sent as a message is answered in its place; a key that it made vanishes."""
    ann = await office.person("ann")
    ann.old = True
    form = await ann.asks("request", "Send request")

    await ann.clicks("Send request", form, amount="many", reason="tests")
    await until(lambda: form.edits == 1)
    assert ann.sees(form).inputs["reason"]["value"] == "tests"
    await ann.clicks("Send request", form, amount="500")

    await until(lambda: ann.sees(form).says("You ask for 500", "tests", "Withdraw"))
    form = await ann.asks("key new", "Make key")
    await ann.clicks("Make key", form, label="laptop")
    await until(lambda: any(ann.sees(one).says("API key", "deleted in two") for one in ann.chat))
    await settled(office)
    assert await office.served.rows("SELECT place FROM vanishing") != []
