"""What has served its time is deleted, and nothing that has not."""

from itertools import count

from world.people import Town

from core.store.chat_tables import (
    CardRefRow,
    InboxRow,
    LinkCodeRow,
    LinkTryRow,
    OutboxRow,
    WebSessionRow,
)
from core.store.housekeeping import forget
from core.store.statements import Program
from core.store.tables import ApprovalRow, LeaseRow

OLD, NEW, NOW = 1, 1_000, 500


def ages() -> Program[None]:
    return forget(
        messages_before=NOW,
        idempotency_before=NOW,
        refusals_before=NOW,
        leases_before=NOW,
        delivered_before=NOW,
    )


async def left(town: Town, table: str, column: str = "id") -> list[str]:
    rows = await town.query(f"SELECT {column} FROM {table} ORDER BY {column}")
    return [str(row[0]) for row in rows]


async def test_leases_codes_tries_and_sessions_go_when_they_have_lapsed(town: Town) -> None:
    await town.member("ada", 100)
    for name, at in (("old", OLD), ("new", NEW)):
        await town.add(LeaseRow(name=name, holder="h", until_ms=at))
        await town.add(
            LinkCodeRow(
                id=name, mac=name, kind="link", member_id="ada", created_ms=0, expires_ms=at
            )
        )
        await town.add(LinkTryRow(id=name, count=1, since_ms=at))
        session = WebSessionRow(id=name, member_id="ada", created_ms=0, seen_ms=0, expires_ms=at)
        await town.add(session)

    await town.database.run(ages)

    assert "old" not in await left(town, "lease", "name")
    assert "new" in await left(town, "lease", "name")
    for table in ("link_code", "link_try", "web_session"):
        assert await left(town, table) == ["new"]


async def test_events_and_notices_go_when_they_are_old_but_nothing_that_waits(
    town: Town,
) -> None:
    numbers = count(1)
    for name, at in (("old", OLD), ("new", NEW)):
        await town.add(InboxRow(platform="slack", key=name, lease_until=0, received_ms=at))
        for state in ("sent", "pending"):
            row = OutboxRow(
                no=next(numbers), id=f"{name} {state}", queue="q", member_id="ada", kind="away",
                state=state, created_ms=at,
            )  # fmt: skip
            await town.add(row)

    await town.database.run(ages)

    assert await left(town, "inbox", "key") == ["new"]
    assert await left(town, "outbox") == ["new pending", "new sent", "old pending"]


async def test_copies_go_long_after_their_request_was_decided(town: Town) -> None:
    await town.member("ada", 100)
    decided = {"old": OLD, "new": NEW, "open": None}
    for name, at in decided.items():
        await town.add(
            ApprovalRow(
                id=name, member_id="ada", team_id=None, amount=1, reason="", rev=1,
                state="approved" if at else "pending", created_ms=0, expires_ms=NEW,
                decided_by=None, decided_ms=at, decided_amount=None, answer="",
            )
        )  # fmt: skip
        if name == "open":
            continue
        for live in (True, False):
            row = CardRefRow(
                id=f"{name} {live}", ref=name, kind="approval", viewer_id="ada", platform="slack",
                tenant="", address="C1", message_id="m1", rendered_rev=1, live=live,
            )  # fmt: skip
            await town.add(row)

    await town.database.run(ages)

    assert await left(town, "card_ref") == ["new False", "new True", "old True"]
