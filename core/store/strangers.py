"""Programs about people of a platform who are not served: that they came is kept, once a day."""

from msgspec.structs import replace

from core.store.acts import Act
from core.store.statements import Program

NOBODY = "stranger"
"""Who acts for no member; no member has this id."""
DAY_MS = 86_400_000


def turned_away(platform: str, external_id: str, kind: str, now_ms: int) -> Program[None]:
    """Leave the audit row of somebody who was refused before anything of theirs was read."""
    act = Act(f"away:{now_ms // DAY_MS}", NOBODY, now_ms)
    yield replace(act.note("account.refused", f"{platform}|{external_id}", kind=kind), ignore=True)
