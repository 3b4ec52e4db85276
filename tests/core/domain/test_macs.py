"""The prepared key gives exactly what the standard library gives."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from core.domain import macs


@given(st.binary(max_size=200), st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_a_prepared_key_makes_the_same_digests(key: bytes, messages: list[bytes]) -> None:
    for message in messages:
        assert macs.digest(key, message) == hmac.digest(key, message, "sha256")
