import string
import zlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain import keys

base62 = st.sampled_from(keys.BASE62)
ids = st.text(base62, min_size=12, max_size=12)
secrets = st.text(base62, min_size=32, max_size=32)
made = st.builds(keys.compose, ids, secrets)
anything = st.one_of(base62, st.sampled_from("_-. \n\x00é٣"), st.characters())
KEY = keys.compose("0" * 12, "0" * 32)


@given(ids, secrets)
def test_a_key_reads_back_as_it_was_made(public_id: str, secret: str) -> None:
    key = keys.compose(public_id, secret)

    assert key.text.startswith(f"tp_{public_id}_{secret}")
    assert len(key.text) == 3 + 12 + 1 + 32 + 6
    assert keys.parse(key.text) == key


@given(made, st.integers(0, 53), anything)
def test_every_change_of_one_character_is_rejected(key: keys.ApiKey, at: int, other: str) -> None:
    assume(key.text[at] != other)

    assert keys.parse(key.text[:at] + other + key.text[at + 1 :]) is None


@given(made, st.integers(0, 53), st.integers(0, 53), anything, anything)
def test_every_change_of_two_characters_is_rejected(
    key: keys.ApiKey, first: int, second: int, one: str, two: str
) -> None:
    changed = list(key.text)
    changed[first], changed[second] = one, two
    assume("".join(changed) != key.text)

    assert keys.parse("".join(changed)) is None


def test_no_two_changes_before_the_checksum_can_cancel_each_other() -> None:
    # CRC32 is linear: what a change does to it depends on the place and the difference alone.
    length, blank = 48, zlib.crc32(bytes(48))
    effects = {
        zlib.crc32(bytes(at) + bytes([difference]) + bytes(length - at - 1)) ^ blank
        for at in range(length)
        for difference in range(1, 128)
    }

    assert len(effects) == length * 127


@given(made, st.integers(0, 53))
def test_a_key_cut_off_or_prolonged_is_rejected(key: keys.ApiKey, length: int) -> None:
    assert keys.parse(key.text[:length]) is None
    assert keys.parse(key.text + "0") is None
    assert keys.parse(key.text + "\n") is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert keys.parse(text) is None


@given(made, made)
def test_a_mac_belongs_to_one_key_and_one_pepper(one: keys.ApiKey, other: keys.ApiKey) -> None:
    assume(one != other)

    assert keys.mac(b"pepper", one) != keys.mac(b"pepper", other)
    assert keys.mac(b"pepper", one) != keys.mac(b"salt", one)
    assert len(keys.mac(b"pepper", one)) == 32


def test_a_key_does_not_show_its_secret_in_its_repr() -> None:
    assert repr(KEY) == "ApiKey(id='000000000000')"
    assert keys.prefix(KEY.id) == "tp_000000000000"


@pytest.mark.parametrize("public_id", ["", "0" * 11, "0" * 13, "-" * 12])
def test_an_id_of_another_shape_makes_no_key(public_id: str) -> None:
    with pytest.raises(AssertionError, match="another shape"):
        keys.compose(public_id, "0" * 32)


def test_the_alphabet_is_sorted_digits_and_letters() -> None:
    assert sorted(keys.BASE62) == sorted(string.digits + string.ascii_letters)
