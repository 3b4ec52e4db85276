"""The walk of a developer and their manager, through slack-bolt and slack_sdk, over loopback."""

from world.slack_office import SlackOffice
from world.slack_walk import walk_through


async def test_the_walk_by_http(office: SlackOffice) -> None:
    await walk_through(office)


async def test_the_walk_by_socket_mode(by_socket: SlackOffice) -> None:
    await walk_through(by_socket)
