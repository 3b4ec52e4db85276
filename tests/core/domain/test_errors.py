"""Refusals carry a code, a sentence and figures."""

from core.domain.errors import Code, Refusal, missing


def test_a_refusal_without_facts_has_none() -> None:
    refusal = Refusal(Code.CONFLICT, "It was decided already.")

    assert (refusal.facts, refusal.param, str(refusal)) == ({}, None, "It was decided already.")


def test_a_missing_thing_is_named_and_nothing_else_is_told() -> None:
    refusal = missing("key", "tp_abc")

    assert refusal.code is Code.NOT_FOUND
    assert refusal.message == "There is no such key: tp_abc."
    assert not refusal.facts


def test_codes_are_what_clients_see_and_each_is_said_once() -> None:
    assert all(code.value == code.value.lower() for code in Code)
    assert len({code.value for code in Code}) == len(Code)
