"""My own API keys. A secret is shown once, when its key is made."""

from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from core.calls import Caller
from core.domain.allowance import (
    MOST_A_MINUTE,
    MOST_AT_ONCE,
    MOST_MODEL_NAME,
    MOST_MODELS,
    Allowance,
)
from core.domain.members import Priority, Privacy
from core.service import keys
from core.service.keys import AllowanceChange, KeyTerms
from core.views import KeyView, NewKeyView
from gateway.amounts import PositiveCredits
from gateway.auth import Policy, core_of, require
from gateway.bodies import Body, Id, IdField, Moment, Words, milliseconds
from gateway.reply import reply
from gateway.view_schemas import lists, shows

router = APIRouter(tags=["keys"])
Member = Annotated[Caller, Depends(require(Policy.MEMBER))]
HOUR_MS = 3_600_000
Rate: TypeAlias = Annotated[int, Field(ge=1, le=MOST_A_MINUTE)]
RateOrNone: TypeAlias = Annotated[int, Field(ge=0, le=MOST_A_MINUTE)]
"""0 takes a limit off."""
AtOnce: TypeAlias = Annotated[int, Field(ge=1, le=MOST_AT_ONCE)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=MOST_MODEL_NAME)]
Names: TypeAlias = Annotated[list[Name], Field(max_length=MOST_MODELS)]


class KeyBody(Body):
    """A key to be: whom it is for, and what it may do at most."""

    label: Words
    team_id: IdField | None = None
    priority: Literal["standard", "critical"] = "standard"
    privacy: Literal["standard", "strict"] = "standard"
    cap: PositiveCredits | None = None
    expires: Moment | None = None
    models: Names | None = None
    rpm: Rate | None = None
    tpm: Rate | None = None
    concurrency: AtOnce | None = None

    def terms(self) -> KeyTerms:
        return KeyTerms(
            label=self.label,
            team_id=self.team_id,
            priority=Priority(self.priority),
            privacy=Privacy(self.privacy),
            cap_micro=self.cap,
            expires_ms=milliseconds(self.expires),
            allowance=Allowance(tuple(self.models or ()), self.rpm, self.tpm, self.concurrency),
        )


class KeyChangeBody(Body):
    """What is left out stays as it is; 0, and no models, take a limit off."""

    models: Names | None = None
    rpm: RateOrNone | None = None
    tpm: RateOrNone | None = None
    concurrency: Annotated[int, Field(ge=0, le=MOST_AT_ONCE)] | None = None

    def change(self) -> AllowanceChange:
        models = None if self.models is None else tuple(self.models)
        return AllowanceChange(models, self.rpm, self.tpm, self.concurrency)


class RotateBody(Body):
    overlap_hours: Annotated[int, Field(ge=0, le=720)] = 24

    @property
    def overlap_ms(self) -> int:
        return self.overlap_hours * HOUR_MS


@router.get("/v1/keys", summary="My keys", responses=lists(KeyView))
async def list_keys(request: Request, caller: Member) -> Response:
    views = await keys.list_keys(core_of(request), caller.person, caller.id)
    return reply({"data": views})


@router.post("/v1/keys", status_code=201, summary="Make a key", responses=shows(NewKeyView, 201))
async def new_key(request: Request, caller: Member, body: KeyBody) -> Response:
    """With a team, a cap, models and limits of its own, an end, or critical priority."""
    core, terms = core_of(request), body.terms()
    return reply(await keys.new_key(core, caller.person, caller.id, terms, caller.key_id), 201)


@router.patch("/v1/keys/{key_id}", summary="Let a key do less", responses=shows(KeyView))
async def change_key(
    request: Request, caller: Member, key_id: Id, body: KeyChangeBody
) -> Response:
    """Fewer models, requests, tokens or calls at once. An administrator can allow more again."""
    core, change = core_of(request), body.change()
    return reply(await keys.change_key(core, caller.person, key_id, change, caller.key_id))


@router.post(
    "/v1/keys/{key_id}/rotate",
    status_code=201,
    summary="Replace a key",
    responses=shows(NewKeyView, 201),
)
async def rotate_key(
    request: Request, caller: Member, key_id: Id, body: RotateBody | None = None
) -> Response:
    """Let the new key work at once, the old one for a day more, or for `overlap_hours`."""
    core, overlap_ms = core_of(request), (body or RotateBody()).overlap_ms
    view = await keys.rotate_key(core, caller.person, key_id, overlap_ms, caller.key_id)
    return reply(view, 201)


@router.delete("/v1/keys/{key_id}", summary="Revoke a key", responses=shows(KeyView))
async def revoke_key(request: Request, caller: Member, key_id: Id) -> Response:
    """From now on no call is paid with it, on any server."""
    return reply(await keys.revoke_key(core_of(request), caller.person, key_id))
