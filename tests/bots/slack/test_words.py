"""What people type in Slack, without Slack's marks."""

import pytest

from bots.slack.words import plain

KNOWN = {"U0ANN": "ann@x.example"}


async def address(user_id: str) -> str:
    return KNOWN.get(user_id, "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quota", "quota"),
        ("  quota  ", "quota"),
        ("quota <@U0ANN|ann>", "quota ann@x.example"),
        ("quota <@U0ANN>", "quota ann@x.example"),
        ("quota <@U0BEN|ben>", "quota ben"),
        ("quota <@U0BEN>", "quota U0BEN"),
        ("<@U0BOT> quota", "quota"),
        ("<@U0BOT|tokenpool> quota <@U0ANN>", "quota ann@x.example"),
        ("request 5 &lt;b&gt; &amp; more", "request 5 <b> & more"),
        ("request 5 &amp;lt;", "request 5 &lt;"),
        ("request 5 <https://x.example/a|x.example/a>", "request 5 x.example/a"),
        ("request 5 <https://x.example/a>", "request 5 https://x.example/a"),
        ("team <mailto:ann@x.example|ann@x.example>", "team ann@x.example"),
        ("team <mailto:ann@x.example>", "team ann@x.example"),
        ("request 5 <!here> <#C1|general>", "request 5 here general"),
        ("request 5 a < b", "request 5 a < b"),
        ("<@U0ANN> <@U0ANN|x> <@U0ANN>", "ann@x.example ann@x.example ann@x.example"),
    ],
)
async def test_marks_become_what_they_stand_for(typed: str, meant: str) -> None:
    assert await plain(typed, "U0BOT", address) == meant


async def test_everybody_is_looked_up_once() -> None:
    asked = []

    async def lookup(user_id: str) -> str:
        asked.append(user_id)
        return r"\1<@U0BEN>"

    assert await plain("<@U0ANN> <@U0ANN|ann>", "U0BOT", lookup)
    assert asked == ["U0ANN"]
