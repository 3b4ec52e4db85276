"""Snippets work where they are pasted, whatever the model and the address are called."""

import ast
import json
import shlex

from hypothesis import given
from hypothesis import strategies as st

from cards.snippets import KEY, snippets

URL = "https://tokens.example.com"
printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


def by_label(model: str = "demo", base_url: str = URL) -> dict[str, str]:
    return {code.label.split()[0]: code.text for code in snippets(base_url, model)}


def test_there_is_one_for_every_tool() -> None:
    assert list(by_label()) == ["VS", "Cursor", "Cline", "JetBrains", "aider", "Python", "curl"]


def test_each_has_the_address_the_model_and_a_place_for_the_key() -> None:
    for text in by_label("fast").values():
        assert f"{URL}/v1" in text
        assert "fast" in text
        assert KEY in text


def test_an_address_may_end_in_a_slash_or_be_unknown() -> None:
    assert by_label(base_url=URL + "/") == by_label()
    assert "https://YOUR-TOKENPOOL/v1" in by_label(base_url="")["Cline"]


@given(printable, printable)
def test_a_shell_takes_curl_as_it_is_meant(model: str, url: str) -> None:
    words = shlex.split(by_label(model, url)["curl"])

    assert words[:2] == [
        "curl",
        f"{url.rstrip('/') or 'https://YOUR-TOKENPOOL'}/v1/chat/completions",
    ]
    assert f"Authorization: Bearer {KEY}" in words
    assert json.loads(words[-1])["model"] == model


@given(printable, printable)
def test_a_shell_takes_aider_as_it_is_meant(model: str, url: str) -> None:
    *exports, start = by_label(model, url)["aider"].split("\n")

    assert [len(shlex.split(line)) for line in exports] == [2, 2]
    assert shlex.split(start) == ["aider", "--model", f"openai/{model}"]


@given(printable)
def test_python_is_python_and_names_the_model(model: str) -> None:
    tree = ast.parse(by_label(model)["Python"])
    named = {
        keyword.arg: ast.literal_eval(keyword.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
    }

    assert (named["model"], named["base_url"]) == (model, f"{URL}/v1")


@given(printable)
def test_yaml_holds_the_model_as_a_quoted_text(model: str) -> None:
    (line,) = (
        each for each in by_label(model)["VS"].splitlines() if each.startswith("    model:")
    )

    assert json.loads(line.removeprefix("    model: ")) == model
