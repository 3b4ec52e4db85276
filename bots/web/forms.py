"""What a form sends, read with limits: never more than people type."""

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from core.domain.errors import Code, Refusal

MOST_BYTES = 32 * 1024
MOST_FIELDS = 40
FORM = "application/x-www-form-urlencoded"
EVENT = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
MESSAGE = re.compile(r"[A-Za-z0-9_.:|/-]{1,120}", re.ASCII)
OURS = frozenset({"pane", "who", "event", "message", "token", "text"})
"""The fields of the page itself; all others are a card's."""


async def read(request: Request) -> Mapping[str, str]:
    """Return the fields of a form; of two with one name, the last."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refusal(Code.BAD_REQUEST, "This is not a form of this site.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refusal(Code.REQUEST_TOO_LARGE, "That is too much for one message.")
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="replace",
        )
    except ValueError:
        raise Refusal(Code.BAD_REQUEST, "This is not a form of this site.") from None
    return {name: value.replace("\0", "") for name, value in pairs}


def event_of(fields: Mapping[str, str]) -> str:
    """Return the id under which a form counts once; empty if it names none that is sound.

    It covers what the form says: another button or another line is another event.
    """
    found = fields.get("event", "")
    if not EVENT.fullmatch(found):
        return ""
    said = repr(sorted(fields.items())).encode()
    return f"{found}:{hashlib.sha256(said).hexdigest()[:16]}"


def message_of(fields: Mapping[str, str]) -> str:
    """Return the id of the message whose button was pressed; empty if none is named."""
    found = fields.get("message", "")
    return found if MESSAGE.fullmatch(found) else ""


def values_of(fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return a card's own fields."""
    return {name: value for name, value in fields.items() if name not in OURS}
