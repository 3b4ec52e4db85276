"""The judge of what Slack is sent can say no; without Slack's own types it knows limits alone."""

import pytest
from world.slack_schema import PATH, assert_valid, limits, typed

HEADER = {"type": "header", "text": {"type": "plain_text", "text": "A title"}}
BUTTON = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}


def test_slacks_types_tell_a_block_from_what_is_none() -> None:
    if not PATH.exists():
        pytest.skip("../shared/data/slack-blocks.schema.json is not beside this checkout")

    assert typed([HEADER]) == []
    assert typed([HEADER | {"text": "A title"}])
    assert typed([{"type": "something_new"}])


@pytest.mark.parametrize(
    "blocks",
    [
        [HEADER] * 51,
        [HEADER | {"text": {"type": "plain_text", "text": "a" * 151}}],
        [{"type": "actions", "elements": []}],
        [{"type": "actions", "elements": [BUTTON, BUTTON]}],
        [{"type": "actions", "elements": [BUTTON | {"value": "a" * 2001}]}],
        [{"type": "input", "block_id": "a"}, {"type": "input", "block_id": "a"}],
    ],
)
def test_limits_are_told(blocks: list[dict[str, object]]) -> None:
    assert list(limits({"blocks": blocks}))


def test_nothing_that_was_sent_is_nothing_judged() -> None:
    with pytest.raises(AssertionError):
        assert_valid([])
    assert_valid([("chat.postMessage", {"blocks": [HEADER]})])
    with pytest.raises(AssertionError):
        assert_valid([("views.open", {"type": "modal", "title": "a" * 25, "blocks": []})])
