"""What headers and suffixes ask for, and nonsense in them that is named."""

import pytest

from core.domain.errors import Code, Refusal
from core.domain.members import Priority, Privacy
from core.settings import load
from gateway import catalog
from gateway.catalog import Resolved
from gateway.intent import Intent, intent


@pytest.fixture
def demo() -> Resolved:
    return catalog.load(load(_env_file=None), {}).resolve("demo")


def asked(demo: Resolved, own: Privacy = Privacy.STANDARD, **headers: bytes) -> Intent:
    named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    return intent(named, demo, own)


def test_nothing_said_is_standard(demo: Resolved) -> None:
    assert asked(demo) == Intent(Priority.STANDARD, Privacy.STANDARD, None, None)


def test_headers_are_read_whatever_their_case(demo: Resolved) -> None:
    said = asked(
        demo,
        x_privacy_mode=b" Strict ",
        x_project_priority=b"CRITICAL",
        x_tokenpool_team=b"research",
        idempotency_key=b"k1",
    )

    assert said == Intent(Priority.CRITICAL, Privacy.STRICT, "research", "k1")


def test_the_strictest_privacy_wins(demo: Resolved) -> None:
    assert asked(demo, Privacy.STRICT, x_privacy_mode=b"standard").privacy is Privacy.STRICT


@pytest.mark.parametrize(
    ("header", "value", "param"),
    [
        ("x-privacy-mode", b"stritc", "X-Privacy-Mode"),
        ("x-project-priority", b"urgent", "X-Project-Priority"),
        ("idempotency-key", b"", "Idempotency-Key"),
        ("idempotency-key", b"k" * 256, "Idempotency-Key"),
        ("idempotency-key", b"a\x01b", "Idempotency-Key"),
    ],
)
def test_nonsense_is_refused_by_name(
    demo: Resolved, header: str, value: bytes, param: str
) -> None:
    with pytest.raises(Refusal) as caught:
        intent({header.encode(): value}, demo, Privacy.STANDARD)

    assert (caught.value.code, caught.value.param) == (Code.INVALID_FIELD, param)
