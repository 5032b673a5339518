"""The calls below `/api/webhook/`: endpoints that events are posted to.

They are ours, not the vendor's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from scribedock.accounts.scopes import Right
from scribedock.api.registry import Context, call
from scribedock.api.schema.parameters import (
    WHOLE_NUMBER,
    Identifier,
    Parameters,
    Strings,
    Text,
    invalid_option,
)
from scribedock.api.schema.webhook_answers import (
    AddedEndpoint,
    EndpointEntry,
    EndpointSecret,
    EventEntry,
    ResumedEndpoint,
    SentEvent,
)
from scribedock.clock import format_time
from scribedock.orders.callback_url import without_password
from scribedock.webhooks.endpoints import Endpoint
from scribedock.webhooks.event_types import SUBSCRIBABLE, EventType
from scribedock.webhooks.events import Event

MAX_EVENTS = 1000
DEFAULT_OVERLAP_S, MAX_OVERLAP_S = 86_400, 366 * 86_400


def _event_types(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name.lower() not in SUBSCRIBABLE:
            raise invalid_option(f"{name[:100]!r} is none of {', '.join(SUBSCRIBABLE)}")
    return tuple(name.lower() for name in names)


class AddWebhookParameters(Parameters):
    webhook_url: Text = Field(description="Where events are posted to; checked as a callback_url is.")
    event_types: Annotated[Strings, AfterValidator(_event_types)] = Field(
        (), description="Types of events; absent: all."
    )
    account_id: Text | None = Field(
        None,
        description="Descendant account, by name or id, of whose jobs and those of all below it the endpoint "
        "is told; absent: your own.",
    )


class WebhookParameters(Parameters):
    webhook_id: Identifier = Field(description="The endpoint: 32 hex digits.")


@call(
    "webhook/list",
    Parameters,
    needs=Right.READ,
    answer='[{"webhook_id": "…", "url": "…", "state": "active", …}, …]',
    changes=False,
    is_vendors=False,
)
def list_webhooks(context: Context, parameters: Parameters) -> list[EndpointEntry]:
    """List the webhook endpoints of the account and of all below it, and whether they work."""
    return [_entry(each) for each in context.services.webhook_endpoints.listing(context.visible_accounts)]


@call(
    "webhook/add",
    AddWebhookParameters,
    needs=Right.ADMINISTER,
    answer='{"webhook_id": "…", "secret": "whsec_…"}',
    is_vendors=False,
)
def add_webhook(context: Context, parameters: AddWebhookParameters) -> AddedEndpoint:
    """Have events posted to a URL, signed with the secret that this call answers."""
    services = context.services
    target = services.accounts.find_reachable(context.account, parameters.account_id)
    services.fetcher.check(parameters.webhook_url)
    types = [EventType(name) for name in parameters.event_types]
    made = services.webhook_endpoints.add(target.id, parameters.webhook_url, types)
    return {"webhook_id": made.id, "secret": made.secrets[0]}


@call("webhook/remove", WebhookParameters, needs=Right.ADMINISTER, answer="204", is_vendors=False)
def remove_webhook(context: Context, parameters: WebhookParameters) -> None:
    """Remove an endpoint with its events, also those that are not delivered yet."""
    context.services.webhook_endpoints.remove(_found(context, parameters).id)


@call("webhook/pause", WebhookParameters, needs=Right.ADMINISTER, answer="204", is_vendors=False)
def pause_webhook(context: Context, parameters: WebhookParameters) -> None:
    """Keep an endpoint's events back until it is resumed."""
    context.services.webhook_endpoints.pause(_found(context, parameters).id)


@call(
    "webhook/resume", WebhookParameters, needs=Right.ADMINISTER, answer='{"kept_back": 3}', is_vendors=False
)
def resume_webhook(context: Context, parameters: WebhookParameters) -> ResumedEndpoint:
    """Send an endpoint's events again, those that were kept back at once."""
    count = context.services.webhook_endpoints.resume(_found(context, parameters).id)
    context.backend.wake()
    return {"kept_back": count}


class RotateSecretParameters(WebhookParameters):
    overlap_s: Annotated[int, Field(ge=0, le=MAX_OVERLAP_S), WHOLE_NUMBER] = Field(
        DEFAULT_OVERLAP_S, description="Seconds for which the secret before it signs too; default: a day."
    )


@call(
    "webhook/rotate_secret",
    RotateSecretParameters,
    needs=Right.ADMINISTER,
    answer='{"secret": "whsec_…"}',
    is_vendors=False,
)
def rotate_webhook_secret(context: Context, parameters: RotateSecretParameters) -> EndpointSecret:
    """Give an endpoint a new secret."""
    found = _found(context, parameters)
    overlap = timedelta(seconds=parameters.overlap_s)
    return {"secret": context.services.webhook_endpoints.rotate_secret(found.id, overlap=overlap)}


@call("webhook/test", WebhookParameters, needs=Right.ADMINISTER, answer='{"event_id": "…"}', is_vendors=False)
def test_webhook(context: Context, parameters: WebhookParameters) -> SentEvent:
    """Have a test event sent to an endpoint, even if it is paused; webhook/events says what became of it."""
    event_id = context.services.webhook_events.test(_found(context, parameters))
    context.backend.wake()
    return {"event_id": event_id}


class WebhookEventsParameters(WebhookParameters):
    limit: Annotated[int, Field(ge=1, le=MAX_EVENTS), WHOLE_NUMBER] = Field(
        100, description="Show at most this many events."
    )


@call(
    "webhook/events",
    WebhookEventsParameters,
    needs=Right.READ,
    answer='[{"event_id": "…", "type": "job.completed", "state": "delivered", …}, …]',
    changes=False,
    is_vendors=False,
)
def list_webhook_events(context: Context, parameters: WebhookEventsParameters) -> list[EventEntry]:
    """List an endpoint's events and what became of them, the newest first."""
    found = _found(context, parameters)
    events = context.services.webhook_events.listing(endpoint_id=found.id, limit=parameters.limit)
    return [_event_entry(each) for each in events]


class WebhookEventParameters(Parameters):
    event_id: Identifier = Field(description="The event: its Webhook-Id.")


@call("webhook/resend", WebhookEventParameters, needs=Right.ADMINISTER, answer="204", is_vendors=False)
def resend_webhook_event(context: Context, parameters: WebhookEventParameters) -> None:
    """Send an event again now, whatever became of it, with the Webhook-Id that it has."""
    events = context.services.webhook_events
    events.resend(events.find(parameters.event_id, context.visible_accounts))
    context.backend.wake()


def _found(context: Context, parameters: WebhookParameters) -> Endpoint:
    return context.services.webhook_endpoints.find(parameters.webhook_id, context.visible_accounts)


def _entry(endpoint: Endpoint) -> EndpointEntry:
    return {
        "webhook_id": endpoint.id,
        "username": endpoint.username,
        "url": without_password(endpoint.url),
        "event_types": list(endpoint.types),
        "state": endpoint.state,
        "created": format_time(endpoint.created),
        "failing_since": format_time(endpoint.failing_since),
        "paused": format_time(endpoint.paused),
        "pause_reason": endpoint.pause_reason,
    }


def _event_entry(event: Event) -> EventEntry:
    last = event.last
    return {
        "event_id": event.id,
        "webhook_id": event.endpoint_id,
        "type": event.type,
        "data": dict(event.data),
        "state": event.state,
        "created": format_time(event.created),
        "tries": event.tries,
        "tried": format_time(last.at if last else None),
        "http_status": (last.http_status or 0) if last else 0,
        "problem": last.problem if last else "",
        "due": format_time(event.due),
    }
