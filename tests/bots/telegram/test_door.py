"""What may not come in through /telegram/webhook, and what Telegram hears of it."""

import json
from collections.abc import Mapping

import pytest
from world.telegram_office import TelegramOffice, office_at
from world.telegram_people import TelegramPerson, until
from world.telegram_vendor import TelegramVendor

from bots.telegram.updates import MOST_BYTES
from core.settings import Settings
from core.store.jobs import Unavailable

PATH = "/telegram/webhook"
SECRET = "x-telegram-bot-api-secret-token"
CANARY = "canary-7f3a"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


FORGED: list[list[tuple[str, str]]] = [
    [],
    [(SECRET, "")],
    [(SECRET, "wrong")],
    [(SECRET, "ünïcödé")],
    [(SECRET, "a" * 5000)],
    [(SECRET, TelegramVendor.secret), (SECRET, TelegramVendor.secret)],
    [(SECRET, TelegramVendor.secret + " x")],
    [("x-telegram-bot-api-secret", TelegramVendor.secret)],
]
POISON = [
    b"", b"{", b"null", b"[]", b'"x"', b"[" * 100_000, b'{"update_id": -1}',
    b'{"update_id": "1"}', b'{"update_id": 1e999}', b'{"update_id": 9223372036854775808}',
    b'{"update_id": 1, "message": 5}', b'{"update_id": 1, "message": {"message_id": 1}}',
    b'{"update_id": 1, "message": {"text": "\xff"}}',
    b'{"update_id": 1, "callback_query": {"id": 1, "from": {"id": 1}}}',
    b'{"update_id": 1, "my_chat_member": {"chat": {"id": 1, "type": []}}}',
    f'{{"update_id": 1, "message": "{CANARY}"}}'.encode(),
]  # fmt: skip
IGNORED = [
    {"update_id": 1}, {"update_id": 1, "poll": {"id": "1"}},
    {"update_id": 1, "message": {"message_id": 1, "chat": {"id": 1, "type": "private"}}},
]  # fmt: skip


async def send(
    office: TelegramOffice, body: bytes, headers: list[tuple[str, str]] | None = None
) -> int:
    given = [(SECRET, office.vendor.secret)] if headers is None else headers
    raw = [(name.encode(), value.encode()) for name, value in given]
    return (await office.served.http.post(PATH, content=body, headers=raw)).status_code


def line(person: TelegramPerson, text: str, number: int) -> bytes:
    chat = {"id": person.id, "type": "private"}
    said = {"message_id": 1, "chat": chat, "from": person.user.said(), "text": text}
    return json.dumps({"update_id": number, "message": said}).encode()


async def test_without_the_secret_nothing_is_read(
    called: TelegramOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    ann = await called.person("ann")
    before = await called.served.rows("SELECT key FROM inbox")

    for headers in FORGED:
        assert await send(called, line(ann, f"request 500 {CANARY}", 7), headers) == 403, headers

    assert await called.served.rows("SELECT key FROM inbox") == before
    assert CANARY not in "".join(capfd.readouterr())
    assert (await called.served.http.get(PATH)).status_code == 405
    assert (await called.served.http.post("/telegram/other")).status_code == 404


async def test_what_cannot_be_read_never_comes_again(
    called: TelegramOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    for body in (*POISON, *(json.dumps(one).encode() for one in IGNORED)):
        assert await send(called, body) == 200, body[:60]

    assert await called.served.rows("SELECT key FROM inbox") == []
    said = "".join(capfd.readouterr())
    assert CANARY not in said
    assert "telegram_refused" in said


async def test_more_than_telegram_ever_sends_is_refused(called: TelegramOffice) -> None:
    assert await send(called, b" " * (MOST_BYTES + 1)) == 413


async def test_an_update_counts_once_however_often_it_comes(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    body = line(ann, "request 500 replayed", 7)

    for _ in range(50):
        assert await send(called, body) == 200

    await until(lambda: "500" in ann.last.shown)
    await called.served.quiet()
    assert len(await called.served.rows("SELECT id FROM approval")) == 1


async def test_a_database_that_is_away_lets_telegram_send_again(
    called: TelegramOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await called.person("ann")
    before, database = len(ann.chat), type(called.served.core.database)
    run = database.run

    async def away(*_: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(database, "run", away)
    assert await send(called, line(ann, "quota", 9)) == 503
    monkeypatch.setattr(database, "run", run)

    assert await send(called, line(ann, "quota", 9)) == 200
    await until(lambda: len(ann.chat) == before + 1)


async def test_a_telegram_that_is_down_stops_nobody_and_shows(settings: Settings) -> None:
    vendor = TelegramVendor()
    settings.config.touch()
    parts: Mapping[str, bool] = {}
    from flow.serving import serving  # noqa: PLC0415 - the office waits until all is up
    from world.telegram_office import with_telegram  # noqa: PLC0415 - as above

    vendor.base = "http://127.0.0.1:9"
    async with serving(with_telegram(settings, vendor, webhook=True)) as served:
        ready = await served.http.get("/health/ready")
        parts = {part["name"]: part["ok"] for part in ready.json()["parts"]}
        answer = await served.http.post(
            PATH, content=b'{"update_id": 1}', headers={SECRET: vendor.secret}
        )
    assert (ready.status_code, parts["telegram"]) == (200, False)
    assert answer.status_code == 503


async def test_the_webhook_is_where_we_are_and_menus_are_set(
    vendor: TelegramVendor, settings: Settings
) -> None:
    async with office_at(vendor, settings, webhook=True):
        (said,) = vendor.asked("setWebhook")

    assert said["url"] == "https://tokenpool.example.com/telegram/webhook"
    assert said["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
    private = [one["command"] for one in vendor.commands["all_private_chats"]]
    assert {"quota", "request", "vacation", "key", "help"} <= set(private)
    assert [one["command"] for one in vendor.commands["all_group_chats"]] == ["help"]
