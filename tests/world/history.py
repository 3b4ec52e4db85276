"""A ledger with a bit of everything, for the auditor to read."""

from world.people import Town

from core.domain.ledger import Delta, Kind
from core.store import sealing


async def write_history(town: Town) -> None:
    """Hold, settle, void, capture, correct, overrun, approve, cut, forgive and roll over."""
    await town.team("blue", pool=10_000)
    await town.team("red", pool=5_000)
    await town.member("ada", 600, team="blue", cap=5_000)
    await town.member("bob", team="blue")
    await town.member("cyd", 300, team="red")
    await town.member("dan")
    await town.leave("bob")
    await _spend(town)
    await town.database.run(lambda: sealing.seal(town.rules.pepper, town.clock.ms))
    await _change(town)
    town.clock.advance(days=8)
    await _spend(town)
    town.clock.advance(days=1)
    await town.database.run(lambda: sealing.seal(town.rules.pepper, town.clock.ms))
    await town.spend("dan", 7)


async def _spend(town: Town) -> None:
    """Leave every kind of ended hold, and one open hold a member."""
    for name in ("ada", "bob", "cyd", "dan"):
        await town.spend(name, 10)
        await town.settle(await town.hold(name, 100), 40)
        await town.void(await town.hold(name, 30))
        await town.capture(await town.hold(name, 50))
        corrected = await town.hold(name, 60)
        await town.capture(corrected)
        await town.settle(corrected, 25)
        late = await town.hold(name, 20)
        await town.capture(late)
        await town.settle(late, 28)
        await town.settle(await town.hold(name, 12), 15)
        await town.hold(name, 5)
    await town.settle(await town.hold("ada", 900, critical=True), 700)
    await town.settle(await town.hold("ada", 900), 800)
    await town.void(await town.hold("cyd", 400, critical=True))
    await town.hold("cyd", 450, critical=True)


async def _change(town: Town) -> None:
    """Approve out of the pool and from issuer; lower quotas that are in use, raise one again."""
    dan, pool = town.opening("user:dan"), town.opening("team:blue", 10_000)
    ada = town.opening("user:ada", 600)
    await town.book([ada, pool], lambda f: f.move("approval:a1", pool.row_id, ada.row_id, 500))
    gift = Delta(posted=250)
    await town.book([dan], lambda f: f.post("approval:a2", Kind.GRANT, dan.row_id, "issuer", gift))
    held = await town.hold("dan", 900)
    await town.book([dan], lambda f: f.lower(dan.row_id, 600))
    await town.settle(held, 100)
    await town.book([dan], lambda f: f.lower(dan.row_id, 400))
    await town.book([dan], lambda f: _raise(f.forgive_cut(dan.row_id, 10)))


def _raise(rest: int) -> None:
    assert rest == 0
