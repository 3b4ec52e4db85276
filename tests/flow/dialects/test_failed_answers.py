"""Answers that failed on their provider's side, after it had counted what it worked."""

from flow.dialects.places import Place, booked, on_sqlite


@on_sqlite
async def test_an_answer_that_failed_costs_what_its_provider_counted(place: Place) -> None:
    """Gemini counts what it thought before a call of a tool that nobody can read."""
    served, _, ann = place
    wish = "hello tokens=7 stop=MALFORMED_FUNCTION_CALL"

    plain = await served.chat(ann, wish, model="gemini", max_tokens=5_000)
    stream = await served.chat(ann, wish, model="gemini", max_tokens=5_000, stream=True)
    whole = await served.chat(ann, "hello tokens=7", model="gemini", max_tokens=5_000)

    assert (plain.status_code, stream.status_code) == (502, 200)
    assert '"upstream_error"' in stream.text
    _, cost, _, _ = await booked(served, whole)
    outcome, charged, _, estimated = await booked(served, plain)
    assert (outcome, charged, estimated) == ("settled", cost, True)
    outcome, charged, amount, estimated = await booked(served, stream)
    assert (outcome, estimated) == ("settled", True)
    assert cost <= charged < amount / 10
