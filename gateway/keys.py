"""My own API keys. A secret is shown once, when its key is made."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.members import Priority, Privacy
from core.service import keys
from core.service.keys import KeyTerms
from gateway.amounts import PositiveCredits
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body, Id, IdField, Moment, Words, milliseconds
from gateway.reply import reply

router = APIRouter(tags=["keys"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
HOUR_MS = 3_600_000


class KeyBody(Body):
    """A key to be: whom it is for, and what it may do at most."""

    label: Words
    team_id: IdField | None = None
    priority: Literal["standard", "critical"] = "standard"
    privacy: Literal["standard", "strict"] = "standard"
    cap: PositiveCredits | None = None
    expires: Moment | None = None

    def terms(self) -> KeyTerms:
        return KeyTerms(
            label=self.label,
            team_id=self.team_id,
            priority=Priority(self.priority),
            privacy=Privacy(self.privacy),
            cap_micro=self.cap,
            expires_ms=milliseconds(self.expires),
        )


class RotateBody(Body):
    overlap_hours: Annotated[int, Field(ge=0, le=720)] = 24

    @property
    def overlap_ms(self) -> int:
        return self.overlap_hours * HOUR_MS


@router.get("/v1/keys", summary="My keys")
async def list_keys(request: Request, caller: Member) -> Response:
    views = await keys.list_keys(core_of(request), caller.person, caller.id)
    return reply({"data": views})


@router.post("/v1/keys", status_code=201, summary="Make a key")
async def new_key(request: Request, caller: Member, body: KeyBody) -> Response:
    """With a team, a cap of its own, an end, or critical priority for a critical project."""
    view = await keys.new_key(core_of(request), caller.person, caller.id, body.terms())
    return reply(view, 201)


@router.post("/v1/keys/{key_id}/rotate", status_code=201, summary="Replace a key")
async def rotate_key(
    request: Request, caller: Member, key_id: Id, body: RotateBody | None = None
) -> Response:
    """Let the new key work at once, the old one for a day more, or for `overlap_hours`."""
    overlap_ms = (body or RotateBody()).overlap_ms
    view = await keys.rotate_key(core_of(request), caller.person, key_id, overlap_ms)
    return reply(view, 201)


@router.delete("/v1/keys/{key_id}", summary="Revoke a key")
async def revoke_key(request: Request, caller: Member, key_id: Id) -> Response:
    """From now on no call is paid with it, on any server."""
    return reply(await keys.revoke_key(core_of(request), caller.person, key_id))
