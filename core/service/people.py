"""Who is meant: people as others call them, as far as the asker's rights reach."""

from core.domain.members import Person
from core.domain.people import Named, called
from core.service.acting import act_of
from core.service.start import Core
from core.store import people


async def find_people(core: Core, asker: Person, text: str) -> tuple[Named, ...]:
    """Return those whom the asker may look at and who are called `text`.

    Nobody means nobody in sight: whether there is somebody elsewhere, the asker does not learn.
    """
    return called(await core.database.read(people.in_sight(act_of(core, asker))), text)
