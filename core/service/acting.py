"""Who does what: what every use case that changes something begins with."""

from collections.abc import Callable
from typing import TypeVar

from core.domain.errors import Code, Refusal
from core.domain.members import Person
from core.service.clock import new_id
from core.service.start import Core
from core.store.acts import CLOCK, OPERATOR, Act
from core.store.jobs import Conflict
from core.store.statements import Program

__all__ = ["OPERATOR", "act_of", "by_clock", "run_unique"]

T = TypeVar("T")


def act_of(core: Core, actor: Person) -> Act:
    """Return the act that `actor` is about to do, now."""
    return Act(new_id("evt"), actor.id, core.clock.now_ms())


def by_clock(core: Core) -> Act:
    """Return what happens because its time has come."""
    return Act(new_id("evt"), CLOCK, core.clock.now_ms())


async def run_unique(core: Core, program: Callable[[], Program[T]], taken: str) -> T:
    """Commit a program; a name that exists already is the refusal `taken`."""
    try:
        return await core.database.run(program)
    except Conflict:
        raise Refusal(Code.CONFLICT, taken) from None
