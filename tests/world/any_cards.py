"""Any card at all: every node with texts that somebody may have typed to do harm."""

from collections.abc import Callable
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st

from cards.actions import Verb
from cards.card import (
    Actions,
    Bar,
    Button,
    Card,
    Chart,
    Code,
    Column,
    Divider,
    Fact,
    Facts,
    Field,
    Form,
    Kind,
    Level,
    Link,
    Meter,
    Node,
    Style,
    Table,
    Text,
    Tone,
)

Item = TypeVar("Item")

HOSTILE = (
    "<!channel> <!here|here> <@U1> <#C1> <http://evil.example|bank>",
    "@here @channel @mia #general /start@bot $CASH +4917012345678",
    "http://evil.example/a https://evil.example tg://user?id=1 evil.example www.evil.example",
    "192.168.1.1/admin mia@evil.example javascript:alert(1)",
    "[x](javascript:alert(1)) ![x](http://evil.example/p.png) **b** # head\n- item\n1. one",
    "*bold* _it_ ~no~ `code` ```\npre\n``` > quote :smile: || spoiler ||",
    "<at>Mia</at> <b>b</b></b></p></pre></code></article><script>alert(1)</script>",
    "\" onclick=\"x()\" ' style='x' --> ]]> &amp; &lt; &#60; & < >",
    "</textarea></select></form><form action='http://evil.example'><input name='token'>",
    "\u202egnp.exe\u202c \u2066a\u2069 \u200e\u200f\u061c \u200b\u2060\ufeff\u00ad \u3164",
    "\x1b[31mred\x07\x00\x7f\x9b1m\r\nSubject: x\rback\x0b\x0c\u2028line\u2029end\ttab",
    "\ud800 \udfff \ufffe \ufdd0 \U0001ffff \U000e0041",
    "😀👩\u200d👩\u200d👧\u200d👦🇩🇪🇫🇷👍🏽 e\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308",
    "漢字かな交じり文 العربية עברית नमस्ते",
    " \n \n ",
    "-" * 400,
    "word " * 700,
    "😀" * 1_600,
    "&" * 3_100,
    "q\u0301\u0302\u0303\u0304" * 100,
    "line\n" * 100,
)
few = settings(max_examples=40, deadline=None)
"""Cards are large; a machine that is busy takes long for one."""
anything = st.text(st.characters(exclude_categories=()), max_size=40)
texts = st.one_of(
    st.sampled_from(HOSTILE),
    anything,
    st.builds(lambda a, b: a + b, anything, st.sampled_from(HOSTILE)),
)
briefs = st.one_of(st.sampled_from([each for each in HOSTILE if len(each) < 200]), anything)
names = st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True)
addresses = st.one_of(
    st.sampled_from(
        ["https://tokens.example.com/chat?a=1&b=2", "http://127.0.0.1:8000/r/x", "/chat", "//evil"]
    ),
    texts,
)
buttons = st.builds(
    Button,
    texts,
    st.sampled_from(Verb),
    st.from_regex(r"(?:[a-z0-9-]{1,12})?", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_.-]{0,26}", fullmatch=True),
    st.integers(0, 999_999_999),
    st.sampled_from(Style),
    st.one_of(st.just(""), texts),
)
fields = st.builds(
    Field,
    names,
    texts,
    st.sampled_from(Kind),
    st.one_of(st.just("2026-12-01"), texts),
    st.one_of(st.just(""), texts),
    st.booleans(),
    st.integers(1, 5_000),
)


def many(
    make: Callable[[st.SearchStrategy[str]], st.SearchStrategy[Item]], times: int = 40
) -> st.SearchStrategy[tuple[Item, ...]]:
    """A few with any texts, or very many with a short one."""
    return st.one_of(
        st.lists(make(texts), max_size=3).map(tuple), make(briefs).map(lambda one: (one,) * times)
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(st.builds(Column, texts, st.booleans()), min_size=1, max_size=10))
    rows = draw(many(lambda words: st.tuples(*[words] * len(columns))))
    return Table(tuple(columns), rows)


actions = st.builds(Actions, many(lambda _: buttons, 60))
forms = st.builds(
    Form, st.lists(fields, max_size=12, unique_by=lambda field: field.name).map(tuple), buttons
)
said: st.SearchStrategy[Node] = st.one_of(
    st.builds(Text, texts, st.sampled_from(Tone)),
    st.builds(Facts, many(lambda words: st.builds(Fact, words, words))),
    st.builds(Meter, texts, st.integers(0, 100), texts, st.sampled_from(Level)),
    tables(),
    st.builds(
        Chart, texts, many(lambda words: st.builds(Bar, words, st.integers(0, 10**12), words))
    ),
    st.builds(Code, texts, texts, st.booleans()),
    st.builds(Link, texts, addresses),
    st.builds(Divider),
)


class AnyCard(Card, frozen=True):
    """A card whose example is short enough to be read."""

    def __repr__(self) -> str:
        return f"{self.title[:40]!r}, {self.summary[:40]!r}, {self.body!r}"[:2_000]


nodes = st.one_of(said, said, said, actions, forms)
bodies = st.one_of(
    st.lists(nodes, max_size=8).map(tuple),
    st.lists(st.one_of(st.builds(Text, briefs, st.sampled_from(Tone)), actions, forms), max_size=5)
    .map(tuple)
    .map(lambda some: some * 20),
)
cards = st.builds(
    AnyCard, texts, bodies, st.one_of(st.just(""), texts), st.just(""), st.integers(0, 99)
)
