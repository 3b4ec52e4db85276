"""What the OpenAPI document says of the hot routes: they are no FastAPI routes."""

from functools import cache
from typing import Any

import msgspec

from gateway.auth import Policy
from gateway.chat_fields import CHAT

Json = dict[str, Any]

HEADERS: tuple[Json, ...] = (
    {
        "name": "X-Privacy-Mode",
        "in": "header",
        "schema": {"enum": ["standard", "strict"]},
        "description": "strict: not a word of this call is kept anywhere.",
    },
    {
        "name": "X-Project-Priority",
        "in": "header",
        "schema": {"enum": ["standard", "critical"]},
        "description": "critical: the team pool pays if your own quota cannot.",
    },
    {
        "name": "X-TokenPool-Team",
        "in": "header",
        "schema": {"type": "string"},
        "description": "Id or slug of the team whose pool may pay.",
    },
    {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "The same key with the same body is charged once.",
    },
)
EXAMPLE = {"model": "demo", "messages": [{"role": "user", "content": "Hello!"}]}
DESCRIPTION = (
    "OpenAI's chat completion, streamed or plain. The call is paid from your own quota, from the"
    " team pool (critical priority), or from the share a colleague on vacation leaves free. What"
    " it cost is in the header x-tokenpool-cost."
)
FAILURES = {
    "403": "The quota is used up, and the message says how to ask for more; or it is not allowed.",
    "502": "The provider failed, or refused our key.",
    "504": "The provider did not answer in time.",
}


def _free_form(kind: type) -> Json:
    """Describe `object`, which msgspec leaves to us: any JSON value."""
    if kind is object:
        return {"description": "Any JSON value."}
    raise NotImplementedError


@cache
def _fields() -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the schema of each field of a chat body, and of the shapes inside."""
    found, shapes = msgspec.json.schema_components(
        [field.kind for field in CHAT.values()],
        schema_hook=_free_form,
        ref_template="#/components/schemas/{name}",
    )
    described = zip(CHAT.items(), found, strict=True)
    fields = {name: {"description": field.allowed} | one for (name, field), one in described}
    return fields, shapes


COMPLETION: Json = {
    "type": "object",
    "required": ["id", "object", "model", "choices"],
    "properties": {
        "id": {"type": "string"},
        "object": {"type": "string"},
        "model": {"type": "string"},
        "choices": {"type": "array", "items": {"type": "object"}},
    },
}


def routes() -> dict[str, tuple[Json, Policy]]:
    """Return what each hot path does on POST, and what it demands."""
    return {"/v1/chat/completions": (_chat(), Policy.MEMBER)}


def shapes() -> dict[str, Json]:
    """Return the schemas that those of the bodies refer to."""
    return _fields()[1]


def _chat() -> Json:
    body = {
        "type": "object",
        "required": ["model", "messages"],
        "properties": _fields()[0],
        "additionalProperties": False,
    }
    sent = {"application/json": {"schema": body, "example": EXAMPLE}}
    return {
        "operationId": "create_chat_completion",
        "summary": "Create a chat completion",
        "description": DESCRIPTION,
        "tags": ["completions"],
        "parameters": list(HEADERS),
        "requestBody": {"required": True, "content": sent},
        "responses": {
            "200": {
                "description": "The answer, or a stream of events.",
                "content": {
                    "application/json": {"schema": COMPLETION},
                    "text/event-stream": {"schema": {"type": "string"}},
                },
            },
            **{status: {"description": text} for status, text in FAILURES.items()},
        },
    }
