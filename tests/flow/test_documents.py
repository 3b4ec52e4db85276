"""The OpenAPI document describes every route, the hot one too, and is served on loopback."""

from flow.serving import Served


async def test_the_document_has_the_hot_route_and_all_others(served: Served) -> None:
    document = (await served.http.get("/openapi.json")).json()
    page = await served.http.get("/docs")

    chat = document["paths"]["/v1/chat/completions"]["post"]
    assert {p["name"] for p in chat["parameters"]} >= {"X-Privacy-Mode", "X-Project-Priority"}
    assert "bearer" in document["components"]["securitySchemes"]
    assert {"/v1/users/me", "/v1/approvals", "/v1/admin/users"} <= set(document["paths"])
    assert page.status_code == 200
