"""How programs of others read what we render: HTML with its tags in order, and all strings."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "input"}
Attributes = dict[str, str | None]


@dataclass
class Read:
    """A document, as a parser saw it."""

    tags: list[tuple[str, Attributes]] = field(default_factory=list)
    texts: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    """Each text with the tags around it."""

    def named(self, name: str) -> list[Attributes]:
        return [attributes for tag, attributes in self.tags if tag == name]

    def all_of(self, attribute: str) -> list[str | None]:
        return [each[attribute] for _, each in self.tags if attribute in each]

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.texts)

    def text_of(self, tag: str) -> list[str]:
        return [text for around, text in self.texts if around and around[-1] == tag]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "an attribute stands twice"
        self.read.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "tags are not nested"

    def handle_data(self, data: str) -> None:
        self.read.texts.append((tuple(self.open), data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def html(text: str) -> Read:
    """Return what a parser makes of a fragment; fails unless every tag is closed in its place."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader.read


def strings(part: object) -> Iterator[str]:
    """Yield every text in a JSON value, keys left out."""
    match part:
        case str():
            yield part
        case dict():
            for each in part.values():
                yield from strings(each)
        case list() | tuple():
            for each in part:
                yield from strings(each)
        case _:
            pass


def unseen(text: str) -> set[str]:
    """Return the characters that cannot be seen, besides a line's end and what breaks links."""
    return {
        each
        for each in text
        if unicodedata.category(each) in {"Cc", "Cf", "Cs"} and each not in "\n\u2060\u200c\u200d"
    }
