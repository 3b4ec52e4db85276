"""Where each provider wants a request, and how it wants to be shown a key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from gateway.model import Model
from gateway.provider import ANTHROPIC, BEDROCK, COHERE, ELSEWHERE, GEMINI, OLLAMA
from gateway.translation.aws import AwsKey

ANTHROPIC_VERSION = "2023-06-01"
VERTEX_ANTHROPIC_VERSION = "vertex-2023-10-16"
AZURE_AI_VERSION = "2024-05-01-preview"
REGIONS = ("AWS_REGION", "AWS_REGION_NAME", "AWS_DEFAULT_REGION")
DEFAULT_LOCATION = "us-central1"


class Unset(Exception):
    """A variable that a call needs is not set, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    headers: Mapping[str, str]
    aws: AwsKey | None = None
    """Sign with this."""
    google: bool = False
    """Needs an access token of Google's."""


def address(model: Model, environ: Mapping[str, str], *, stream: bool) -> Address:
    """Return where a model is called and with which fixed headers; Unset if something lacks."""
    if model.provider == "vertex_ai":
        return _vertex(model, environ, stream=stream)
    if model.dialect == BEDROCK:
        return _bedrock(model, environ, stream=stream)
    key = environ.get(model.api_key_env, "").strip() if model.api_key_env else ""
    if model.dialect == ELSEWHERE:
        return _azure(model, environ, key)
    return _KEYED[model.dialect](model, key, _gemini_verb(stream=stream))


def _root(base: str, *endings: str) -> str:
    """Return an address without the first of these endings: people write it with and without."""
    for ending in endings:
        if base.endswith(ending):
            return base.removesuffix(ending)
    return base


def _bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def _gemini(model: Model, key: str, verb: str) -> Address:
    root = _root(model.api_base, "/v1beta", "/v1")
    called = f"{root}/v1beta/models/{quote(model.upstream_model, safe='')}{verb}"
    return Address(called, {"x-goog-api-key": key})


def _cohere(model: Model, key: str, _: str) -> Address:
    root = _root(model.api_base, "/v2/chat", "/v1/chat", "/v2", "/v1")
    return Address(f"{root}/v2/chat", _bearer(key))


def _ollama(model: Model, key: str, _: str) -> Address:
    return Address(f"{_root(model.api_base, '/api/chat', '/api')}/api/chat", _bearer(key))


def _anthropic(model: Model, key: str, _: str) -> Address:
    root = _root(model.api_base, "/v1/messages", "/v1")
    if model.provider == "azure_ai" and not root.endswith("/anthropic"):
        root += "/anthropic"
    headers = {"x-api-key": key, "anthropic-version": ANTHROPIC_VERSION}
    return Address(f"{root}/v1/messages", headers)


def _gemini_verb(*, stream: bool) -> str:
    return ":streamGenerateContent?alt=sse" if stream else ":generateContent"


def _azure(model: Model, environ: Mapping[str, str], key: str) -> Address:
    """Return Azure's newer address, or the older one where a version of it is named."""
    headers = {"api-key": key}
    if model.provider == "azure_ai":
        root = _root(model.api_base, "/models")
        return Address(f"{root}/models/chat/completions?api-version={AZURE_AI_VERSION}", headers)
    root = _root(model.api_base, "/openai/v1", "/openai")
    if version := environ.get("AZURE_API_VERSION", "").strip():
        deployment = quote(model.upstream_model, safe="")
        path = f"/openai/deployments/{deployment}/chat/completions"
        return Address(f"{root}{path}?api-version={quote(version)}", headers)
    return Address(f"{root}/openai/v1/chat/completions", headers)


def _bedrock(model: Model, environ: Mapping[str, str], *, stream: bool) -> Address:
    region = _first(environ, *REGIONS)
    root = model.api_base or f"https://bedrock-runtime.{region}.amazonaws.com"
    verb = "converse-stream" if stream else "converse"
    url = f"{root}/model/{quote(model.upstream_model, safe='')}/{verb}"
    if token := environ.get("AWS_BEARER_TOKEN_BEDROCK", "").strip():
        return Address(url, _bearer(token))
    key = AwsKey(
        _first(environ, "AWS_ACCESS_KEY_ID"),
        _first(environ, "AWS_SECRET_ACCESS_KEY"),
        region,
        environ.get("AWS_SESSION_TOKEN", "").strip(),
    )
    return Address(url, {}, aws=key)


def _vertex(model: Model, environ: Mapping[str, str], *, stream: bool) -> Address:
    location = environ.get("VERTEXAI_LOCATION", "").strip() or DEFAULT_LOCATION
    host = "aiplatform" if location == "global" else f"{location}-aiplatform"
    root = model.api_base or f"https://{host}.googleapis.com"
    project = _first(environ, "VERTEXAI_PROJECT")
    called = f"{root}/v1/projects/{quote(project)}/locations/{quote(location)}"
    name = quote(model.upstream_model, safe="@")
    match model.dialect:
        case dialect if dialect == GEMINI:
            called += f"/publishers/google/models/{name}" + _gemini_verb(stream=stream)
        case dialect if dialect == ANTHROPIC:
            verb = ":streamRawPredict" if stream else ":rawPredict"
            called += f"/publishers/anthropic/models/{name}{verb}"
        case _:
            called += "/endpoints/openapi/chat/completions"
    return Address(called, {}, google=True)


def _first(environ: Mapping[str, str], *names: str) -> str:
    for name in names:
        if value := environ.get(name, "").strip():
            return value
    raise Unset(names[0])


_KEYED: Mapping[str, Callable[[Model, str, str], Address]] = {
    ANTHROPIC: _anthropic,
    COHERE: _cohere,
    GEMINI: _gemini,
    OLLAMA: _ollama,
}
