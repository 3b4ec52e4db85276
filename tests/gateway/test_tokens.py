"""Exact counts, offline. pytest-socket would fail any test that asked the network."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway import tokens

# Counts of OpenAI's own tokenizer for this sentence.
SENTENCE = "The quick brown fox jumps over the lazy dog."


@pytest.mark.parametrize("encoding", tokens.FILES)
def test_a_known_encoding_counts_exactly_and_adds_up(encoding: str) -> None:
    assert tokens.count(encoding, [SENTENCE]) == 10
    assert tokens.count(encoding, [SENTENCE, "", SENTENCE]) == 20
    assert tokens.count(encoding, []) == 0


@pytest.mark.parametrize("encoding", ["o200k_harmony", "p50k_base", "llama", ""])
def test_an_encoding_that_is_not_shipped_is_unknown(encoding: str) -> None:
    assert tokens.count(encoding, [SENTENCE]) is None


def test_a_file_that_is_absent_or_altered_is_never_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, digest = tokens.FILES["cl100k_base"]
    monkeypatch.setitem(tokens.FILES, "absent", ("0" * 40, digest))
    monkeypatch.setitem(tokens.FILES, "altered", (name, "0" * 64))

    assert tokens.count("absent", [SENTENCE]) is None
    assert tokens.count("altered", [SENTENCE]) is None
    tokens.count("cl100k_base", [SENTENCE])
    assert (Path(os.environ["TIKTOKEN_CACHE_DIR"]) / name).is_file()


def test_special_tokens_in_a_text_are_ordinary_words() -> None:
    counted = tokens.count("o200k_base", ["<|endoftext|>"])

    assert counted is not None
    assert counted > 1


@pytest.mark.parametrize(
    "text", ["plain", "漢字仮名交じり文", "😀" * 50, "\ud800 alone", "a\n\n\tb", "\x00\x01"]
)
def test_no_text_has_more_tokens_than_bytes(text: str) -> None:
    counted = tokens.count("o200k_base", [text])

    assert counted is not None
    assert counted <= len(text.encode(errors="surrogatepass"))


def test_two_mebibytes_are_counted_and_one_byte_more_is_not() -> None:
    half = "word " * (tokens.MOST_BYTES // 10)
    rest = "x" * (tokens.MOST_BYTES - 2 * len(half))

    assert tokens.count("cl100k_base", [half, half, rest]) is not None
    assert tokens.count("cl100k_base", [half, half, rest, "x"]) is None
    assert tokens.count("cl100k_base", ["é" * (tokens.MOST_BYTES // 2 + 1)]) is None


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0"])
def test_a_run_of_blanks_never_reaches_the_length_at_which_tiktoken_panics(blank: str) -> None:
    longest = 2 * tokens.LONGEST_BLANK - 1

    assert tokens.count("o200k_base", ["x" + blank * longest + "x"]) != 0
    assert tokens.count("o200k_base", ["x" + blank * (longest + 1) + "x"]) is None


def test_many_threads_load_an_encoding_once() -> None:
    tokens._encoding.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: tokens.count("o200k_base", [SENTENCE]), range(32)))

    assert set(counts) == {10}
    assert tokens._encoding.cache_info().misses == 1
