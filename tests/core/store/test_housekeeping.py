"""What has served its time is deleted, and nothing that has not."""

from itertools import count

from world.people import Town

from core.store.call_tables import MessageRow, RefusalRow, RefusedCallRow
from core.store.chat_tables import (
    CardRefRow,
    ConversationRefRow,
    InboxRow,
    LinkCodeRow,
    LinkTryRow,
    OutboxRow,
    WebMessageRow,
    WebSessionRow,
)
from core.store.housekeeping import forget
from core.store.statements import Program
from core.store.tables import ApprovalRow, LeaseRow

DAY = 86_400_000
NOW = 1_000 * DAY


def days_ago(days: int) -> dict[str, int]:
    """Return a time that is a moment too old to be kept so many days, and one that is not."""
    return {"old": NOW - days * DAY - 1, "new": NOW - days * DAY}


def forgetting() -> Program[None]:
    return forget(NOW, messages_days=3)


async def left(town: Town, table: str, column: str = "id") -> list[str]:
    rows = await town.query(f"SELECT {column} FROM {table} ORDER BY {column}")
    return [str(row[0]) for row in rows]


async def test_leases_codes_tries_and_sessions_go_when_they_have_lapsed(town: Town) -> None:
    await town.member("ada", 100)
    for name, at in days_ago(1).items():
        await town.add(LeaseRow(name=name, holder="h", until_ms=at))
        await town.add(
            LinkCodeRow(
                id=name, mac=name, kind="link", member_id="ada", created_ms=0, expires_ms=at
            )
        )
        await town.add(LinkTryRow(id=name, count=1, since_ms=at))
        session = WebSessionRow(id=name, member_id="ada", created_ms=0, seen_ms=0, expires_ms=at)
        await town.add(session)

    await town.database.run(forgetting)

    assert "old" not in await left(town, "lease", "name")
    assert "new" in await left(town, "lease", "name")
    for table in ("link_code", "link_try", "web_session"):
        assert await left(town, table) == ["new"]


async def test_events_go_after_a_week(town: Town) -> None:
    for name, at in days_ago(7).items():
        await town.add(InboxRow(platform="slack", key=name, lease_until=0, received_ms=at))

    await town.database.run(forgetting)

    assert await left(town, "inbox", "key") == ["new"]


async def test_conversations_go_a_year_after_anything_came_from_them(town: Town) -> None:
    for name, at in days_ago(365).items():
        row = ConversationRefRow(platform="teams", tenant="t", place=name, ref="{}", seen_ms=at)
        await town.add(row)

    await town.database.run(forgetting)

    assert await left(town, "conversation_ref", "place") == ["new"]


async def test_a_notice_outlives_every_period_and_one_that_waits_never_goes(town: Town) -> None:
    numbers = count(1)
    ages = {"sent": days_ago(40), "moot": days_ago(40), "dead": days_ago(90)}
    for state, times in {**ages, "pending": days_ago(900)}.items():
        for name, at in times.items():
            row = OutboxRow(
                no=next(numbers), id=f"{state} {name}", queue="q", member_id="ada", kind="away",
                state=state, created_ms=at,
            )  # fmt: skip
            await town.add(row)

    await town.database.run(forgetting)

    waiting = ["pending new", "pending old"]
    assert await left(town, "outbox") == ["dead new", "moot new", *waiting, "sent new"]


async def test_lines_of_the_web_chat_go_after_a_month_and_words_as_the_settings_say(
    town: Town,
) -> None:
    await town.member("ada", 100)
    for number, (name, at) in enumerate(days_ago(30).items(), 1):
        row = WebMessageRow(no=number, id=name, member_id="ada", said="hi", created_ms=at)
        await town.add(row)
    for name, at in days_ago(3).items():
        words = MessageRow(call_id=name, member_id="ada", request=b"", answer=b"", at_ms=at)
        await town.add(words)

    await town.database.run(forgetting)

    assert await left(town, "web_message") == ["new"]
    assert await left(town, "message", "call_id") == ["new"]


async def test_refused_calls_go_with_their_refusal(town: Town) -> None:
    for name, at in days_ago(90).items():
        row = RefusalRow(
            id=name, member_id="ada", key_id="k", code="c", model="m", why="[]", required=1,
            count=1, last_call_id=name, first_ms=0, last_ms=at,
        )  # fmt: skip
        await town.add(row)
        await town.add(RefusedCallRow(id=f"call {name}", refusal_id=name))

    await town.database.run(forgetting)

    assert await left(town, "refusal") == ["new"]
    assert await left(town, "refused_call") == ["call new"]


async def test_copies_go_long_after_their_request_was_decided(town: Town) -> None:
    await town.member("ada", 100)
    decided: dict[str, int | None] = {**days_ago(30), "open": None}
    for name, at in decided.items():
        await town.add(
            ApprovalRow(
                id=name, member_id="ada", team_id=None, amount=1, reason="", rev=1,
                state="approved" if at else "pending", created_ms=0, expires_ms=NOW,
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

    await town.database.run(forgetting)

    assert await left(town, "card_ref") == ["new False", "new True", "old True"]
