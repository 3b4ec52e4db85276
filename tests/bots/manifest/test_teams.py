"""The limits are the lowest of Microsoft's published schemas 1.19 to 1.25."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest

from bots.commands.registry import COMMANDS
from bots.manifest import teams

URL = "https://tp.example.com:8443"
APP_ID = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"


@pytest.fixture
def manifest() -> Any:
    return teams.manifest(URL, APP_ID)


def test_texts_are_within_their_limits(manifest: Any) -> None:
    assert manifest["manifestVersion"] == "1.25"
    assert manifest["$schema"].endswith("/v1.25/MicrosoftTeams.schema.json")
    assert len(manifest["name"]["short"]) <= 30
    assert len(manifest["name"]["full"]) <= 100
    assert len(manifest["description"]["short"]) <= 80
    assert len(manifest["description"]["full"]) <= 4_000
    assert len(manifest["developer"]["name"]) <= 32
    assert {len(manifest["developer"][f"{page}Url"]) for page in ("website", "privacy")} == {32}


def test_the_bot_is_the_app_and_its_commands_are_those_of_the_registry(manifest: Any) -> None:
    (bot,) = manifest["bots"]
    names = {one.name for one in COMMANDS}

    assert bot["botId"] == manifest["id"] == APP_ID.lower()
    assert [each["scopes"] for each in bot["commandLists"]] == [
        ["personal"],
        ["team", "groupChat"],
    ]
    for listed in bot["commandLists"]:
        assert 1 <= len(listed["commands"]) <= 10
        for command in listed["commands"]:
            assert command["title"] in names
            assert 1 <= len(command["title"]) <= 32
            assert 1 <= len(command["description"]) <= 128


def test_what_a_team_may_add_says_that_it_is_for_every_kind_of_channel(manifest: Any) -> None:
    """Teams refuses to take it otherwise, although its schema does not say so."""
    assert "team" in manifest["bots"][0]["scopes"]
    assert manifest["supportsChannelFeatures"] == "tier1"


def test_nothing_is_asked_for_that_cards_do_without(manifest: Any) -> None:
    asks = {"webApplicationInfo", "authorization", "permissions", "devicePermissions"}
    assert not asks & set(manifest)
    assert not {"staticTabs", "configurableTabs", "composeExtensions"} & set(manifest)


def test_everything_a_person_does_alone_is_in_the_menu_of_their_own_chat(manifest: Any) -> None:
    alone, among_others = manifest["bots"][0]["commandLists"]
    titles = [command["title"] for command in alone["commands"]]

    assert {"quota", "request", "approvals", "vacation", "key", "why"} <= set(titles)
    assert (len(titles), titles[-1]) == (10, "help")
    assert [command["title"] for command in among_others["commands"]] == ["help"]


def test_only_this_server_is_a_valid_domain(manifest: Any) -> None:
    assert manifest["validDomains"] == ["tp.example.com"]


@pytest.mark.parametrize("app_id", ["", "tokenpool", APP_ID + "0", APP_ID.replace("-", "")])
def test_an_app_id_must_be_one(app_id: str) -> None:
    with pytest.raises(teams.NoAppId, match="Microsoft App ID"):
        teams.manifest(URL, app_id)


def test_the_package_holds_manifest_and_icons_and_is_the_same_each_time(manifest: Any) -> None:
    made = teams.package(URL, APP_ID)

    assert made == teams.package(URL, APP_ID)
    with ZipFile(BytesIO(made)) as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert archive.testzip() is None
        assert msgspec.json.decode(archive.read("manifest.json")) == manifest
        assert {manifest["icons"]["color"], manifest["icons"]["outline"]} < set(archive.namelist())
