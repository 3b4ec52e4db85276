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
    """Quota, strict privacy, critical, vacation, refusal, approval, and the books at the end."""
    ann = await served.member("ann", quota=5000)
    ben = await served.member("ben", quota="0.1")
    team = await served.team("Research", POOL, ann, ben)

    await a_call_moves_the_quota_by_its_cost(served, ann)
    critical = await own_credit_ends_and_critical_goes_on(served, ben)
    lent = await vacation_lends_a_tenth_and_no_more(served, ann, ben)
    await a_refusal_names_the_way_and_why_explains_it(served, ben)
    await an_approval_makes_the_same_key_work_at_once(served, ben)

    await served.assert_clean()
    pool = next(t for t in (await served.quota(ben))["teams"] if t["team_id"] == team)["pool"]
    assert Decimal(str(pool["spent"])) == lent + critical


async def a_call_moves_the_quota_by_its_cost(served: Served, ann: Member) -> None:
    answer = await served.chat(ann, CALL)
    strict = await served.chat(ann, "canary tokens=50", {"X-Privacy-Mode": "strict"})
    own = (await served.quota(ann))["own"]

    assert strict.headers["x-tokenpool-privacy"] == "strict"
    assert Decimal(str(own["spent"])) == cost(answer) + cost(strict)
    assert Decimal(str(own["available"])) == 5000 - cost(answer) - cost(strict)


async def own_credit_ends_and_critical_goes_on(served: Served, ben: Member) -> Decimal:
    own_spent = await spend_all(served, ben, "own")
    critical = await served.chat(ben, CALL, {"X-Project-Priority": "critical"})

    assert 0 < own_spent <= Decimal("0.1")
    assert critical.headers["x-tokenpool-paid-by"] == "critical"
    return cost(critical)


async def vacation_lends_a_tenth_and_no_more(served: Served, ann: Member, ben: Member) -> Decimal:
    away = await served.http.put("/v1/users/me/status?status=on_vacation", headers=ann.headers)
    assert away.status_code == 200, away.text

    lent = await spend_all(served, ben, "vacation")

    assert 0 < lent <= SHARE
    rows = await served.rows("SELECT used, held FROM limit_row WHERE kind = 'vacation'")
    assert tuple(rows[0]) == (int(lent * 1_000_000), 0)
    return lent


async def a_refusal_names_the_way_and_why_explains_it(served: Served, ben: Member) -> None:
    refused = await served.chat(ben, CALL)
    why = (await served.get(f"/v1/usage/{refused.headers['x-request-id']}", ben)).json()

    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "insufficient_quota"
    assert "/tokenpool request" in refused.json()["error"]["message"]
    assert [look["payer"] for look in why["looks"]] == ["own", "vacation"]


async def an_approval_makes_the_same_key_work_at_once(served: Served, ben: Member) -> None:
    asked = await served.post("/v1/approvals", {"amount": 100, "reason": "release"}, ben)
    path = f"/v1/approvals/{asked.json()['id']}/approve"
    waiting = (await served.get("/v1/approvals/pending", served.admin)).text
    assert (asked.status_code, asked.json()["status"]) == (201, "pending")
    assert asked.json()["id"] in waiting
    assert (await served.post(path, {}, ben)).status_code in {403, 404}, "nobody decides alone"
    assert (await served.chat(ben, CALL)).status_code == 403

    approved = await served.post(path, {}, served.admin)
    again = await served.chat(ben, CALL)

    assert (approved.status_code, approved.json()["status"]) == (200, "approved"), approved.text
    assert (again.status_code, again.headers["x-tokenpool-paid-by"]) == (200, "own")


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
