"""What is shown once comes from a few buttons, which every platform has to know."""

from world.lobby import Lobby, button, card_of

from bots.commands.actions import ACTIONS
from cards.actions import SECRETS, Action, Verb


async def test_only_these_buttons_show_something_once(lobby: Lobby) -> None:
    turn = button(await lobby.say(lobby.ann, "key"), Verb.KEY_ROTATE)
    clicks: dict[Verb, Action | str] = {verb: Action(verb) for verb in ACTIONS}
    clicks[Verb.KEY_ROTATE] = turn.token

    found = {verb: await lobby.act(lobby.ann, click) for verb, click in clicks.items()}

    assert {verb for verb, answer in found.items() if card_of(answer).secret} == SECRETS
