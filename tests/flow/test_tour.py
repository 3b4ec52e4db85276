"""The product's main walk, once, as one story against a running TokenPool."""

from decimal import Decimal

from flow.serving import Member, Served

POOL = 2
SHARE = Decimal("0.2")
CALL = "tokens=50"


def cost(answer: object) -> Decimal:
    headers: dict[str, str] = answer.headers  # type: ignore[attr-defined]  # an httpx answer
    return Decimal(headers["x-tokenpool-cost"])


async def spend_all(served: Served, who: Member, payer: str) -> Decimal:
    """Call until nobody pays any more; every call before is paid by `payer`."""
    spent = Decimal(0)
    for _ in range(500):
        answer = await served.chat(who, CALL)
        if answer.status_code == 403:
            return spent
        assert answer.status_code == 200, answer.text
        assert answer.headers["x-tokenpool-paid-by"] == payer
        spent += cost(answer)
    raise AssertionError("500 calls were paid: nothing ends here")


async def test_the_tour(served: Served) -> None:
    # An admin gives Ann 5,000 credits, and a team to Ben, who has almost none of his own.
    ann = await served.member("ann", quota=5000)
    ben = await served.member("ben", quota="0.1")
    team = await served.team("Research", POOL, ann, ben)

    # A call moves the quota by exactly what its header says; strict privacy is confirmed.
    answer = await served.chat(ann, CALL)
    strict = await served.chat(ann, "canary tokens=50", {"X-Privacy-Mode": "strict"})
    own = (await served.quota(ann))["own"]
    assert strict.headers["x-tokenpool-privacy"] == "strict"
    assert Decimal(str(own["spent"])) == cost(answer) + cost(strict)
    assert Decimal(str(own["available"])) == 5000 - cost(answer) - cost(strict)

    # Ben spends his own, then the pool pays for what is critical, up to his ceiling.
    own_spent = await spend_all(served, ben, "own")
    assert 0 < own_spent <= Decimal("0.1")
    critical = await served.chat(ben, CALL, {"X-Project-Priority": "critical"})
    assert critical.headers["x-tokenpool-paid-by"] == "critical"

    # Ann goes on vacation: Ben draws on a tenth of the pool, and never more.
    away = await served.http.put("/v1/users/me/status?status=on_vacation", headers=ann.headers)
    assert away.status_code == 200, away.text
    lent = await spend_all(served, ben, "vacation")
    assert 0 < lent <= SHARE
    rows = await served.rows("SELECT used, held FROM limit_row WHERE kind = 'vacation'")
    assert tuple(rows[0]) == (int(lent * 1_000_000), 0)

    # Nothing is left: the refusal names the way, and the trace of it explains.
    refused = await served.chat(ben, CALL)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "insufficient_quota"
    assert "/tokenpool request" in refused.json()["error"]["message"]
    why = (await served.get(f"/v1/usage/{refused.headers['x-request-id']}", ben)).json()
    assert [look["payer"] for look in why["looks"]] == ["own", "vacation"]

    # Ben asks; nobody decides on their own; the admin approves; the same key works at once.
    asked = await served.post("/v1/approvals", {"amount": 100, "reason": "release"}, ben)
    assert (asked.status_code, asked.json()["status"]) == (201, "pending")
    path = f"/v1/approvals/{asked.json()['id']}/approve"
    assert (await served.post(path, {}, ben)).status_code in {403, 404}
    assert (await served.chat(ben, CALL)).status_code == 403
    waiting = (await served.get("/v1/approvals/pending", served.admin)).json()
    assert asked.json()["id"] in str(waiting)
    approved = await served.post(path, {}, served.admin)
    assert (approved.status_code, approved.json()["status"]) == (200, "approved"), approved.text
    again = await served.chat(ben, CALL)
    assert (again.status_code, again.headers["x-tokenpool-paid-by"]) == (200, "own")

    # The books are right to the microcredit.
    await served.assert_clean()
    pool = next(t for t in (await served.quota(ben))["teams"] if t["team_id"] == team)["pool"]
    assert Decimal(str(pool["spent"])) == lent + cost(critical)


async def test_a_manager_pays_an_approval_from_the_pool(served: Served) -> None:
    ann = await served.member("ann", quota=0)
    boss = await served.member("boss", quota=0)
    team = await served.team("Research", 50, ann)
    path = f"/v1/admin/teams/{team}/members/{boss.id}"
    assert (await served.post(path, {"role": "manager"}, served.admin)).status_code in {200, 201}
    asked = await served.post("/v1/approvals", {"amount": 30, "reason": "launch"}, ann)

    approved = await served.post(
        f"/v1/approvals/{asked.json()['id']}/approve", {"amount": 20}, boss
    )

    assert approved.status_code == 200, approved.text
    quota = await served.quota(ann)
    assert (quota["own"]["granted"], quota["own"]["available"]) == (20, 20)
    assert quota["teams"][0]["pool"]["available"] == 30
    assert (await served.chat(ann, CALL)).status_code == 200
    await served.assert_clean()
