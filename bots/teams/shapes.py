"""What Teams sends, as far as we look at it: only what we use is read, and that strictly.

Shapes: learn.microsoft.com/microsoftteams/platform/bots (conversations, dialogs, universal
actions), learn.microsoft.com/azure/bot-service/rest-api (activity).
"""

from typing import Annotated

from msgspec import Meta, Struct, field

Id = Annotated[str, Meta(max_length=1_000, pattern=r"^[ -~]*\Z")]
"""Plain letters, as Teams makes them: they become keys, and parts of addresses."""
Text = Annotated[str, Meta(max_length=100_000)]


class Who(Struct, frozen=True, rename="camel"):
    id: Id = ""
    name: Text | None = None
    aad_object_id: Id | None = None


class Conversation(Struct, frozen=True, rename="camel"):
    id: Id
    conversation_type: Id | None = None
    is_group: bool | None = None
    tenant_id: Id | None = None


class Tenant(Struct, frozen=True):
    id: Id | None = None


class Team(Struct, frozen=True):
    id: Id | None = None


class Channel(Struct, frozen=True):
    """What only Teams adds to an activity."""

    tenant: Tenant | None = None
    team: Team | None = None


class Entity(Struct, frozen=True):
    """A mention, or another mark in the text."""

    type: Id | None = None
    text: Text | None = None
    mentioned: Who | None = None


class Activity(Struct, frozen=True, rename="camel"):
    type: Id
    service_url: Id
    conversation: Conversation
    from_: Who = field(name="from")
    recipient: Who
    id: Id = ""
    name: Id | None = None
    action: Id | None = None
    text: Text | None = None
    value: object = None
    reply_to_id: Id | None = None
    entities: list[Entity] | None = None
    channel_data: Channel | None = None
    members_added: list[Who] | None = None
