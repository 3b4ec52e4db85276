"""What Slack sends, as far as we or its SDK look at it; anything of another shape is refused.

Bolt reads these fields without looking at their types, so whatever passes here cannot break it.
Shapes: docs.slack.dev/reference/interaction-payloads, /apis/events-api, /interactivity.
"""

from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

Json = dict[str, Any]
MOST_FIELDS = 100
MOST_BYTES = 1024 * 1024

Text = str | None


class Unreadable(Exception):
    """Signed by Slack, and still nothing that Slack sends."""


class Who(Struct, frozen=True):
    id: str = ""
    team_id: Text = None
    enterprise_id: Text = None


class Authorization(Struct, frozen=True):
    enterprise_id: Text = None
    team_id: Text = None
    is_enterprise_install: bool | str | None = None


class Input(Struct, frozen=True):
    """One input of a form, as it was filled in."""

    value: Text = None
    selected_date: Text = None


class State(Struct, frozen=True):
    values: dict[str, dict[str, Input]] = field(default_factory=dict)


class View(Struct, frozen=True):
    type: str
    id: str = ""
    callback_id: str | UnsetType = UNSET
    private_metadata: str = ""
    state: State | None = None
    team_id: Text = None
    app_installed_team_id: Text = None


class Container(Struct, frozen=True):
    type: str = ""
    channel_id: Text = None
    message_ts: Text = None
    is_ephemeral: bool = False
    view_id: Text = None


class Action(Struct, frozen=True):
    action_id: str
    value: Text = None


class ResponseUrl(Struct, frozen=True):
    response_url: Text = None


class FunctionData(Struct, frozen=True):
    execution_id: Text = None
    inputs: Json | None = None


class Thread(Struct, frozen=True):
    channel_id: Text = None
    thread_ts: Text = None
    channel: Who | str | None = None
    user: Who | str | None = None
    user_id: Text = None


class Event(Struct, frozen=True):
    """What the Events API wraps."""

    type: str
    subtype: Text = None
    user: Who | str | None = None
    user_id: Text = None
    user_team: Text = None
    team: Who | str | None = None
    team_id: Text = None
    enterprise: Who | str | None = None
    enterprise_id: Text = None
    authorizations: list[Authorization] | None = None
    bot_id: Text = None
    text: Text = None
    channel: Who | str | None = None
    channel_id: Text = None
    channel_type: Text = None
    ts: Text = None
    thread_ts: Text = None
    tab: Text = None
    event: Json | None = None
    view: View | None = None
    item: Thread | None = None
    message: Thread | None = None
    previous_message: Thread | None = None
    assistant_thread: Thread | None = None
    function_execution_id: Text = None
    bot_access_token: Text = None
    inputs: Json | None = None


class Envelope(Struct, frozen=True):
    """The whole of one request, or of one frame of Socket Mode."""

    type: Text = None
    command: str | UnsetType = UNSET
    callback_id: str | UnsetType = UNSET
    action_id: str | UnsetType = UNSET
    challenge: Text = None
    event_id: Text = None
    event: Event | None = None
    authorizations: list[Authorization] | None = None
    is_enterprise_install: bool | str | None = None
    is_ext_shared_channel: bool | None = None
    enterprise: Who | str | None = None
    enterprise_id: Text = None
    team: Who | str | None = None
    team_id: Text = None
    user: Who | str | None = None
    user_id: Text = None
    channel: Who | str | None = None
    channel_id: Text = None
    thread_ts: Text = None
    text: Text = None
    response_url: Text = None
    response_urls: list[ResponseUrl] | None = None
    trigger_id: Text = None
    view: View | None = None
    actions: Annotated[list[Action], Meta(min_length=1)] | UnsetType = UNSET
    container: Container | None = None
    state: State | None = None
    message: Thread | None = None
    previous_message: Thread | None = None
    item: Thread | None = None
    assistant_thread: Thread | None = None
    function_execution_id: Text = None
    function_data: FunctionData | None = None
    bot_access_token: Text = None
    workflow_step: Json | None = None


def opened(raw: bytes, content_type: str) -> Json:
    """Return the JSON or form that a request brings; Unreadable if it is neither."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            return _object(raw)
        if kind == "application/x-www-form-urlencoded":
            return _form(raw)
    except (ValueError, RecursionError):  # msgspec's faults are ValueErrors
        raise Unreadable from None
    raise Unreadable


def checked(body: object) -> Envelope:
    """Return what we look at in a body; Unreadable if any of it is of another type."""
    try:
        return msgspec.convert(body, Envelope)
    except (msgspec.ValidationError, RecursionError):
        raise Unreadable from None


def _object(raw: bytes) -> Json:
    return msgspec.json.decode(raw, type=Json)


def _form(raw: bytes) -> Json:
    """Return the fields of a form, or the JSON that its only field of note holds."""
    pairs = parse_qsl(
        raw.decode("ascii"),
        keep_blank_values=True,
        encoding="utf-8",
        errors="strict",
        max_num_fields=MOST_FIELDS,
    )
    fields: Json = dict(pairs)
    return _object(fields["payload"].encode()) if "payload" in fields else fields
