"""The commands below `scribedock webhooks`: endpoints of accounts, and their events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scribedock.cli.common import DataDir, audited, or_fail, read_services, say, services_in_use
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.arguments import accounts_below, find_account, find_endpoint, find_event
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table, shown_id
from scribedock.host.human import age, short_age

if TYPE_CHECKING:
    from datetime import datetime

    from scribedock.app import Services
    from scribedock.webhooks.endpoints import Endpoint
    from scribedock.webhooks.events import Event

webhooks = typer.Typer(
    cls=CommandGroup, help="Endpoints that events are posted to, and the events.", no_args_is_help=True
)

EndpointId = Annotated[
    str, typer.Argument(help="The endpoint: its id, or the first digits of it.", metavar="ENDPOINT")
]
OVERLAP_HOURS, MAX_OVERLAP_HOURS = 24.0, 24.0 * 366


class EventTypeName(StrEnum):
    """The types of events, as `webhooks.event_types` has them."""

    JOB_CREATED = "job.created"
    UPLOAD_RECEIVED = "upload.received"
    VERSION_PUBLISHED = "version.published"
    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"


class EventStateName(StrEnum):
    """The states of an event."""

    OWED = "owed"
    DELIVERED = "delivered"
    FAILED = "failed"


@webhooks.command("list")
def list_endpoints(
    account: Annotated[str | None, typer.Option(help="Only of this account and all below it.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List the endpoints of all accounts, and whether they work."""
    with closing(read_services(data_dir)) as services:
        found = services.webhook_endpoints.listing(accounts_below(services, account))
        now = services.clock.now()
    if as_json:
        print_document({"endpoints": [_document(each) for each in found]})
        return
    if not found:
        print("No webhook endpoints match")
        return
    print_table(
        ("Endpoint", "Account", "State", "For", "Events", "URL", "Problem"),
        [
            (
                shown_id(each.id),
                each.username,
                each.state,
                _since(each, now),
                ", ".join(each.types) or "all",
                _url(each),
                each.pause_reason,
            )
            for each in found
        ],
        shortened=("URL", "Problem"),
    )


@webhooks.command("add")
def add_endpoint(
    name: Annotated[str, typer.Argument(help="The account whose events are posted.", metavar="ACCOUNT")],
    url: Annotated[str, typer.Argument(help="Where they are posted to.", metavar="URL")],
    event: Annotated[
        list[EventTypeName] | None, typer.Option(help="Only this type of event; may be repeated.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Add an endpoint for an account and all accounts below it; print its id and its secret."""
    from scribedock.webhooks.event_types import EventType

    with closing(services_in_use(data_dir)) as services:
        account = find_account(services, name)
        with audited(services, "webhooks add", account.id):
            or_fail(lambda: services.fetcher.check(url))
            types = [EventType(each) for each in event or ()]
            made = or_fail(lambda: services.webhook_endpoints.add(account.id, url, types))
    if as_json:
        print_document({**_document(made), "secret": made.secrets[0]})
    else:
        print(made.id, made.secrets[0])


@webhooks.command("remove")
def remove(endpoint_id: EndpointId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Remove an endpoint with its events, also those that are not delivered yet."""
    with _change(data_dir, endpoint_id, "webhooks remove") as (services, found):
        services.webhook_endpoints.remove(found.id)
    _tell(found, "is removed", as_json)


@webhooks.command("pause")
def pause(endpoint_id: EndpointId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Keep an endpoint's events back until it is resumed."""
    with _change(data_dir, endpoint_id, "webhooks pause") as (services, found):
        services.webhook_endpoints.pause(found.id)
    _tell(found, "is paused; its events are kept back", as_json)


@webhooks.command("resume")
def resume(endpoint_id: EndpointId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Send an endpoint's events again, those that were kept back at once."""
    with _change(data_dir, endpoint_id, "webhooks resume") as (services, found):
        count = services.webhook_endpoints.resume(found.id)
    _tell(found, f"is resumed; events kept back: {count}", as_json, kept_back=count)


@webhooks.command("test")
def send_test(endpoint_id: EndpointId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Have a test event sent to an endpoint; `webhooks events` says what became of it."""
    with _change(data_dir, endpoint_id, "webhooks test") as (services, found):
        event_id = services.webhook_events.test(found)
    _tell(found, f"is sent the test event {event_id}", as_json, event_id=event_id)


@webhooks.command("rotate")
def rotate(
    endpoint_id: EndpointId,
    overlap: Annotated[
        float,
        typer.Option(min=0, max=MAX_OVERLAP_HOURS, help="Hours for which the one before it signs too."),
    ] = OVERLAP_HOURS,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Give an endpoint a new secret, and print it."""
    with _change(data_dir, endpoint_id, "webhooks rotate") as (services, found):
        secret = services.webhook_endpoints.rotate_secret(found.id, overlap=timedelta(hours=overlap))
    if as_json:
        print_document({"id": found.id, "secret": secret})
    else:
        print(secret)


@webhooks.command("events")
def list_events(
    endpoint: Annotated[
        str | None, typer.Option(help="Only of this endpoint: its id, or the first digits of it.")
    ] = None,
    state: Annotated[
        EventStateName | None, typer.Option(case_sensitive=False, help="Only in this state.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many.")] = 50,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List events, their tries and what the last one came to; the newest first."""
    from scribedock.webhooks.events import EventState

    with closing(read_services(data_dir)) as services:
        found = services.webhook_events.listing(
            endpoint_id=None if endpoint is None else find_endpoint(services, endpoint).id,
            state=None if state is None else EventState(state),
            limit=limit,
        )
        now = services.clock.now()
    if as_json:
        print_document({"events": [_event_document(each) for each in found]})
        return
    if not found:
        print("No events match")
        return
    print_table(
        ("Event", "Endpoint", "Job", "Type", "State", "Tries", "Age", "Next", "Problem"),
        [
            (
                shown_id(each.id),
                shown_id(each.endpoint_id),
                shown_id(each.job_id or ""),
                each.type,
                each.state,
                str(each.tries),
                short_age(now - each.created),
                _next(each, now),
                each.last.problem if each.last else "",
            )
            for each in found
        ],
        shortened=("Problem",),
        right=("Tries", "Age"),
    )


@webhooks.command("resend")
def resend(
    event_ids: Annotated[
        list[str],
        typer.Argument(
            help="The events: their Webhook-Ids, or the first digits of them.", metavar="EVENT..."
        ),
    ],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Send events again now, whatever became of them, with the Webhook-Ids that they have."""
    done = []
    with closing(services_in_use(data_dir)) as services:
        found = [find_event(services, each) for each in event_ids]
        for each in found:
            endpoint = services.webhook_endpoints.find(each.endpoint_id)
            about = {"job_id": each.job_id or "", "about": each.id}
            try:
                with audited(services, "webhooks resend", endpoint.account_id, **about):
                    or_fail(lambda: services.webhook_events.resend(each))  # noqa: B023 - it is called at once
            except typer.Exit:  # standard error says why
                continue
            done.append(each.id)
            if not as_json:
                print(f"Event {each.id} is sent again")
    if as_json:
        print_document({"events": [{"id": each} for each in done]})
    if len(done) < len(found):
        raise typer.Exit(2)


@contextmanager
def _change(data_dir: DataDir, digits: str, command: str) -> Iterator[tuple[Services, Endpoint]]:
    """Provide an endpoint for a command that the audit log knows."""
    with closing(services_in_use(data_dir)) as services:
        found = find_endpoint(services, digits)
        with audited(services, command, found.account_id, about=found.id):
            yield services, found


def _tell(endpoint: Endpoint, done: str, as_json: bool, **facts: object) -> None:
    if as_json:
        print_document({"id": endpoint.id, **facts})
    else:
        say(f"Endpoint {endpoint.id} of {endpoint.username} {done}")


def _since(endpoint: Endpoint, now: datetime) -> str:
    since = endpoint.paused or endpoint.failing_since
    return "" if since is None else age(now - since)


def _next(event: Event, now: datetime) -> str:
    if event.due is not None:
        return f"in {age(event.due - now)}" if event.due > now else "now"
    return ""


def _url(endpoint: Endpoint) -> str:
    from scribedock.orders.callback_url import without_password

    return without_password(endpoint.url)


def _document(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "account": endpoint.username,
        "url": _url(endpoint),
        "events": list(endpoint.types),
        "state": endpoint.state,
        "created": endpoint.created,
        "failing_since": endpoint.failing_since,
        "paused": endpoint.paused,
        "pause_reason": endpoint.pause_reason or None,
    }


def _event_document(event: Event) -> dict[str, Any]:
    last = event.last
    return {
        "id": event.id,
        "endpoint_id": event.endpoint_id,
        "type": event.type,
        "data": dict(event.data),
        "state": event.state,
        "created": event.created,
        "tries_made": event.tries,
        "tried": last.at if last else None,
        "http_status": last.http_status if last else None,
        "problem": (last.problem or None) if last else None,
        "due": event.due,
    }
