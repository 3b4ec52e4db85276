from starlette.types import Scope

from gateway.request_id import new_request_id, request_id_of


def test_request_ids_do_not_repeat() -> None:
    assert len({new_request_id() for _ in range(10_000)}) == 10_000


def test_a_request_keeps_the_id_it_was_given_first() -> None:
    scope: Scope = {}

    assert request_id_of(scope) == request_id_of(scope)
