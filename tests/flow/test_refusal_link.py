"""A call that is refused for want of credit names the link that leads back to it."""

import pytest
from flow.serving import Member, serving
from world.office import refused

from core.domain.errors import Code
from core.service import membership
from core.service import refused as refusals
from core.settings import Settings

NOWHERE = "http://127.0.0.1:9/v1"
"""Nothing is sent there: the calls are refused."""
HEADER = "x-tokenpool-request-url"
ROW = "SELECT link FROM refusal WHERE member_id = :1"


@pytest.mark.parametrize("stream", [False, True])
async def test_the_message_and_a_header_name_the_link_for_its_member_alone(
    settings: Settings,
    stream: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    public = settings.model_copy(update={"public_url": "https://tp.example"})
    async with serving(public, NOWHERE) as served:
        ann = await served.member("ann", quota="0.000001")

        answers = [await served.chat(ann, "hello", stream=stream) for _ in range(2)]
        ((code,),) = await served.rows(ROW, ann.id)

        for answer in answers:
            assert answer.status_code == 403
            assert answer.headers[HEADER] == f"https://tp.example/r/{code}"
            said = answer.json()["error"]["message"]
            assert said.endswith(f"or open https://tp.example/r/{code}")
        caller = await membership.present(served.core, ann.id)
        view = await refusals.by_code(served.core, caller, code)
        assert (view.model, view.missing_micro) == ("mock", view.required_micro - 1)
        other = await membership.present(served.core, served.admin.id)
        error = await refused(refusals.by_code(served.core, other, code))
        assert error.code is Code.NOT_FOUND


async def test_without_a_public_address_there_is_no_link_to_name(settings: Settings) -> None:
    async with serving(settings, NOWHERE) as served:
        ann: Member = await served.member("ann", quota="0.000001")

        answer = await served.chat(ann, "hello")

        assert answer.status_code == 403
        assert HEADER not in answer.headers
        assert "/r/" not in answer.text
