"""The hot routes' part of the OpenAPI document: they are no FastAPI routes, so it is here."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

CHAT: dict[str, Any] = {
    "post": {
        "summary": "Create a chat completion",
        "description": (
            "OpenAI's chat completion, streamed or plain. The call is paid from your own quota,"
            " from the team pool (critical priority), or from the share a colleague on vacation"
            " leaves free. What it cost is in the header x-tokenpool-cost."
        ),
        "tags": ["completions"],
        "parameters": [
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
            {"name": "X-TokenPool-Team", "in": "header", "schema": {"type": "string"}},
            {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}},
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["model", "messages"],
                        "properties": {
                            "model": {"type": "string"},
                            "messages": {"type": "array", "items": {"type": "object"}},
                            "stream": {"type": "boolean"},
                            "max_tokens": {"type": "integer"},
                        },
                    },
                    "example": {
                        "model": "demo",
                        "messages": [{"role": "user", "content": "Hello!"}],
                    },
                }
            },
        },
        "responses": {
            "200": {"description": "The answer, or a stream of events."},
            "400": {"description": "A field is unknown, wrong or cannot be bounded."},
            "401": {"description": "No valid API key."},
            "403": {"description": "The quota is used up; the message says how to ask for more."},
        },
        "security": [{"bearer": []}],
    }
}


def describe_hot_routes(app: FastAPI) -> None:
    """Add the hot routes to the document that FastAPI makes of its own."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
            schema["paths"]["/v1/chat/completions"] = CHAT
            schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
            schemes["bearer"] = {"type": "http", "scheme": "bearer"}
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend it
