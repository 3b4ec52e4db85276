from zipfile import ZipFile

from world.desk import Desk

URL = "https://tp.example.com"
APP_ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"


def test_a_manifest_is_printed_as_json(bare: Desk) -> None:
    slack = bare.run("manifest", "slack", "--url", URL + "/")
    telegram = bare.run("manifest", "telegram")

    assert slack.code == telegram.code == 0
    assert slack.json["settings"]["interactivity"]["request_url"] == f"{URL}/slack/events"
    assert list(telegram.json) == ["setMyCommands"]


def test_the_address_is_by_default_that_of_the_settings(bare: Desk) -> None:
    telegram = bare.run("manifest", "telegram", TOKENPOOL_PUBLIC_URL=URL)
    teams = bare.run("manifest", "teams", TOKENPOOL_PUBLIC_URL=URL, TOKENPOOL_TEAMS_APP_ID=APP_ID)

    assert telegram.json["setWebhook"]["url"] == f"{URL}/telegram/webhook"
    assert teams.json["bots"][0]["botId"] == APP_ID


def test_in_socket_mode_no_address_is_needed(bare: Desk) -> None:
    ended = bare.run("manifest", "slack", "--socket")

    assert ended.code == 0
    assert ended.json["settings"]["socket_mode_enabled"] is True


def test_a_file_is_written_and_for_teams_it_is_the_package(bare: Desk) -> None:
    words = ("manifest", "teams", "--url", URL, "--app-id", APP_ID, "--out", "app.zip")
    ended = bare.run(*words)

    assert (ended.code, ended.out) == (0, "")
    assert "app.zip" in ended.err
    with ZipFile(bare.folder / "app.zip") as archive:
        assert sorted(archive.namelist()) == ["color.png", "manifest.json", "outline.png"]


def test_what_is_missing_is_named(bare: Desk) -> None:
    for words, named in (
        (("slack",), "--url"),
        (("slack", "--url", "http://tp.example.com"), "--url"),
        (("teams", "--url", URL), "--app-id"),
        (("telegram", "--url", "tp"), "--url"),
        (("telegram", "--out", "no/such/folder.json"), "--out"),
    ):
        ended = bare.run("manifest", *words)

        assert (ended.code, ended.out) == (2, "")
        assert named in ended.err
