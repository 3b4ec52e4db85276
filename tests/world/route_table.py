"""Every route there is, and what each kind of caller is answered there.

A new route of the gateway gets a line here: tests/gateway/test_authorisation.py compares the table
with the application and asks every route as everybody, tests/flow/test_fuzz.py bends its body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.auth import Policy

WHO = ("nobody", "finn", "rosa", "ana", "mona", "admin")
"""Whose are the ids: ana's. finn sits in another team, which rosa manages; mona manages ana's."""
DEAD = ("revoked", "expired", "disabled", "wrong")
"""Keys of ana's and of a member who was disabled; each is answered as nobody is."""

PUBLIC = (200,) * 6
EVERYBODY = (401, 200, 200, 200, 200, 200)
MAKES = (401, 201, 201, 201, 201, 201)
OWNER = (401, 404, 404, 200, 404, 200)
SEES_IT = (401, 404, 404, 200, 200, 200)
MANAGER = (401, 403, 404, 403, 200, 200)
DECIDER = (401, 404, 404, 403, 200, 200)
ADMIN = (401, 403, 403, 403, 403, 200)
ADMIN_MAKES = (401, 403, 403, 403, 403, 201)

KEY_BODY = {"label": "laptop"}
TEAM_BODY = {"name": "Green", "pool_quota": 5}
USER_BODY = {"email": "new@x.example", "name": "New", "personal_quota": 5}
CHAT_BODY = {
    "model": "demo",
    "max_tokens": 16,
    "messages": [{"role": "user", "content": "Hello!"}],
}
KEY, KEY_OF_ANYBODY = "/v1/keys/{key_id}", "/v1/admin/keys/{key_id}"
USER, TEAM = "/v1/admin/users/{user_id}", "/v1/teams/{team_id}"
APPROVAL, SEAT = "/v1/approvals/{approval_id}", "/v1/admin/teams/{team_id}/members/{user_id}"


@dataclass(frozen=True, slots=True)
class Route:
    """A route, its policy, what each of WHO is answered, and a body that is valid there."""

    method: str
    path: str
    policy: Policy
    answers: tuple[int, ...]
    body: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def answer_to(self, who: str) -> int:
        return self.answers[0 if who in DEAD else WHO.index(who)]


def member(
    method: str, path: str, answers: tuple[int, ...], body: Mapping[str, Any] | None = None
) -> Route:
    return Route(method, path, Policy.MEMBER, answers, body)


def manager(
    method: str, path: str, answers: tuple[int, ...], body: Mapping[str, Any] | None = None
) -> Route:
    return Route(method, path, Policy.MANAGER, answers, body)


def admin(
    method: str, path: str, answers: tuple[int, ...], body: Mapping[str, Any] | None = None
) -> Route:
    return Route(method, path, Policy.ADMIN, answers, body)


ROUTES = (
    Route("GET", "/health", Policy.PUBLIC, PUBLIC),
    Route("GET", "/health/live", Policy.PUBLIC, PUBLIC),
    Route("GET", "/health/ready", Policy.PUBLIC, PUBLIC),
    Route("GET", "/metrics", Policy.METRICS, PUBLIC),
    member("POST", "/v1/chat/completions", EVERYBODY, CHAT_BODY),
    member("GET", "/v1/users/me", EVERYBODY),
    member("GET", "/v1/users/me/quota", EVERYBODY),
    member("PUT", "/v1/users/me/status", EVERYBODY, {"status": "on_vacation"}),
    member("PUT", "/v1/users/me/privacy", EVERYBODY, {"mode": "strict"}),
    member("PUT", "/v1/users/me/leaderboard", EVERYBODY, {"hidden": True}),
    member("GET", "/v1/quota", EVERYBODY),
    member("GET", "/v1/key", EVERYBODY),
    member("GET", "/v1/key/info", EVERYBODY),
    member("GET", "/key/info", EVERYBODY),
    member("GET", "/v1/models", EVERYBODY),
    member("GET", "/v1/models/{name}", EVERYBODY),
    member("GET", "/v1/model/info", EVERYBODY),
    member("GET", "/v1/usage", EVERYBODY),
    member("GET", "/v1/usage/{request_id}", SEES_IT),
    member("POST", "/v1/usage/{call_id}/dispute", (401, 404, 404, 201, 403, 403)),
    member("GET", "/v1/disputes", EVERYBODY),
    member("POST", "/v1/disputes/{call_id}/return", DECIDER, {"amount": 0.000001}),
    member("POST", "/v1/disputes/{call_id}/keep", DECIDER),
    member("GET", "/v1/analytics/usage", EVERYBODY),
    member("GET", "/v1/leaderboard", EVERYBODY),
    member("GET", "/v1/keys", EVERYBODY),
    member("POST", "/v1/keys", MAKES, KEY_BODY),
    member("POST", KEY + "/rotate", (401, 404, 404, 201, 404, 201)),
    member("PATCH", KEY, OWNER, {"concurrency": 5}),
    member("DELETE", KEY, OWNER),
    member("GET", "/v1/teams/my-teams", EVERYBODY),
    member("GET", TEAM, SEES_IT),
    manager("PATCH", TEAM, MANAGER, {"vacation_percent": 5}),
    manager("GET", TEAM + "/members", MANAGER),
    manager("PUT", TEAM + "/members/{user_id}/critical", MANAGER, {"right": "stopped"}),
    member("POST", "/v1/approvals", MAKES, {"amount": 0.00005, "reason": "demo"}),
    member("GET", "/v1/approvals/pending", EVERYBODY),
    member("GET", APPROVAL, SEES_IT),
    member("POST", APPROVAL + "/approve", DECIDER, {"amount": 0.00005}),
    member("POST", APPROVAL + "/reject", DECIDER, {"reason": "no"}),
    member("POST", APPROVAL + "/pass", (401, 404, 404, 403, 200, 403), {"rev": 0}),
    member("POST", APPROVAL + "/withdraw", (401, 404, 404, 200, 403, 403)),
    admin("POST", "/v1/admin/users", ADMIN_MAKES, USER_BODY),
    admin("GET", "/v1/admin/users", ADMIN),
    admin("GET", USER, ADMIN),
    admin("PATCH", USER, ADMIN, {"personal_quota": 7}),
    admin("GET", USER + "/keys", ADMIN),
    admin("POST", USER + "/keys", ADMIN_MAKES, KEY_BODY),
    admin("POST", KEY_OF_ANYBODY + "/rotate", ADMIN_MAKES, {"overlap_hours": 0}),
    admin("PATCH", KEY_OF_ANYBODY, ADMIN, {"rpm": 60}),
    admin("DELETE", KEY_OF_ANYBODY, ADMIN),
    admin("POST", "/v1/admin/teams", ADMIN_MAKES, TEAM_BODY),
    admin("GET", "/v1/admin/teams", ADMIN),
    admin("GET", "/v1/admin/models/asked", ADMIN),
    admin("PUT", "/v1/admin/models/{model}/rule", ADMIN, {"block": True}),
    admin("PATCH", "/v1/admin/teams/{team_id}", ADMIN, {"pool_quota": 7}),
    admin("POST", SEAT, ADMIN_MAKES, {"role": "manager"}),
    admin("DELETE", SEAT, (401, 403, 403, 403, 403, 204)),
    Route("POST", "/v1/admin/bootstrap", Policy.BOOTSTRAP, (404,) * 6, {"email": "x@x.example"}),
)

BESIDE = {
    "GET /chat": Policy.SESSION,
    "POST /chat/say": Policy.SESSION,
    "POST /chat/act": Policy.SESSION,
    "POST /chat/try": Policy.SESSION,
    "GET /chat/live": Policy.SESSION,
    "GET /chat/static/{name}": Policy.PUBLIC,
    "POST /chat/in": Policy.PUBLIC,
    "GET /chat/in/{token}": Policy.PUBLIC,
    "POST /chat/in/{token}": Policy.PUBLIC,
    "POST /chat/out": Policy.PUBLIC,
    "GET /r/{code}": Policy.PUBLIC,
    "POST /slack/events": Policy.PUBLIC,
    "POST /telegram/webhook": Policy.PUBLIC,
}
"""Routes of the applications beside the gateway: no API key opens any of them."""
