"""The answers of the calls below `/api/webhook/`."""

from __future__ import annotations

from typing_extensions import TypedDict

from scribedock.api.schema.answers import Date, Id, PerhapsDate
from scribedock.webhooks.endpoints import EndpointState
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.events import EventState


class EndpointEntry(TypedDict):
    webhook_id: Id
    username: str
    url: str
    event_types: list[EventType]
    state: EndpointState
    created: Date
    failing_since: PerhapsDate
    paused: PerhapsDate
    pause_reason: str


class AddedEndpoint(TypedDict):
    webhook_id: Id
    secret: str


class EndpointSecret(TypedDict):
    secret: str


class SentEvent(TypedDict):
    event_id: Id


class ResumedEndpoint(TypedDict):
    kept_back: int


class EventEntry(TypedDict):
    event_id: Id
    webhook_id: Id
    type: EventType
    data: dict[str, str]
    state: EventState
    created: Date
    tries: int
    tried: PerhapsDate
    http_status: int
    problem: str
    due: PerhapsDate
