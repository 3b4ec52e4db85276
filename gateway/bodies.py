"""What the bodies and paths of the routes about people have in common."""

import re
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

ID = r"^[A-Za-z0-9_-]{1,64}$"
Id: TypeAlias = Annotated[str, Path(pattern=ID, description="An id, as lists show it.")]
IdField: TypeAlias = Annotated[str, Field(pattern=ID)]
Words: TypeAlias = Annotated[str, Field(max_length=4000)]
"""Text of a person; the use case bounds it for what it is."""
Percent: TypeAlias = Annotated[int, Field(ge=0, le=100)]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]", re.ASCII)


def _iso(given: object) -> object:
    """Let only text with a date pass: pydantic would take a bare number for seconds, or for ms."""
    if isinstance(given, datetime) or (isinstance(given, str) and _DATED.match(given)):
        return given
    raise ValueError("a time is written like 2026-12-24T18:00:00Z")


Moment: TypeAlias = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_iso)]
"""ISO 8601 with a time zone; a time without one could mean any."""


class Body(BaseModel):
    """A body of which every field is known and has its own type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def milliseconds(moment: datetime | None) -> int | None:
    """Return a moment in milliseconds since the epoch, exactly."""
    if moment is None:
        return None
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
