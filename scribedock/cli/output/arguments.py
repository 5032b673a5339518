"""What several commands take: a moment or an age, a job, a callback, an account."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import fail
from scribedock.clock import SYSTEM_CLOCK, parse_time

if TYPE_CHECKING:
    from scribedock.accounts.accounts import Account
    from scribedock.app import Services
    from scribedock.jobs.job import Job
    from scribedock.orders.callback_listing import ListedCallback
    from scribedock.webhooks.endpoints import Endpoint
    from scribedock.webhooks.events import Event

AGE = re.compile(r"([0-9]{1,6})\s*(s|min|m|h|d|w)", re.ASCII)
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
ID = re.compile(r"[0-9a-f]{4,32}", re.ASCII)
SOME = 3

JobIds = Annotated[
    list[str], typer.Argument(help="The jobs: their ids, or the first digits of them.", metavar="JOB...")
]
JobId = Annotated[str, typer.Argument(help="The job: its id, or the first digits of it.", metavar="JOB")]
CallbackId = Annotated[
    str, typer.Argument(help="The callback: its Webhook-Id, or the first digits of it.", metavar="CALLBACK")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def read_moment(text: str) -> datetime:
    """Read a time (UTC where it names no zone) or an age, as `2026-01-31`, `90min`, `12h`, `3d`, `2w`."""
    found = AGE.fullmatch(text.strip().lower())
    try:
        if found:
            return SYSTEM_CLOCK.now() - timedelta(seconds=int(found[1]) * SECONDS[found[2]])
        return parse_time(text.strip())
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text!r} is neither a time nor an age; write 2026-01-31, 2026-01-31T12:00, 90min, 12h, 3d or 2w"
        ) from None


def find_job(services: Services, given: str) -> Job:
    """Return the job, deleted or not, that an id or the beginning of one means; else end the command."""
    digits = _digits(given, "job")
    found = services.listing.beginning_with(digits, limit=SOME + 1)
    if not found:
        fail(f"there is no job {given}; scribedock jobs list shows all")
    if len(found) > 1:
        fail(f"several jobs begin with {digits}: {_some([each.id for each in found])}; give more digits")
    return found[0]


def find_living_job(services: Services, given: str) -> Job:
    """Return the job as `find_job` does; end the command where it was deleted."""
    job = find_job(services, given)
    if job.deleted is not None:
        fail(f"job {job.id} was deleted on {job.deleted:%Y-%m-%d at %H:%M:%S %Z}")
    return job


def find_callback(services: Services, given: str) -> ListedCallback:
    """Return the callback that an id or the beginning of one means; else end the command."""
    digits = _digits(given, "callback")
    found = services.callback_listing.beginning_with(digits, limit=SOME + 1)
    if not found:
        fail(f"there is no callback {given}; scribedock callbacks list shows all")
    if len(found) > 1:
        fail(f"several callbacks begin with {digits}: {_some([each.id for each in found])}; give more digits")
    return found[0]


def find_endpoint(services: Services, given: str) -> Endpoint:
    """Return the webhook endpoint that an id or the beginning of one means; else end the command."""
    digits = _digits(given, "webhook endpoint")
    found = services.webhook_endpoints.beginning_with(digits)
    if not found:
        fail(f"there is no webhook endpoint {given}; scribedock webhooks list shows all")
    if len(found) > 1:
        fail(f"several endpoints begin with {digits}: {_some([each.id for each in found])}; give more digits")
    return found[0]


def find_event(services: Services, given: str) -> Event:
    """Return the event that an id or the beginning of one means; else end the command."""
    digits = _digits(given, "event")
    found = services.webhook_events.beginning_with(digits, limit=SOME + 1)
    if not found:
        fail(f"there is no event {given}; scribedock webhooks events shows the newest")
    if len(found) > 1:
        fail(f"several events begin with {digits}: {_some([each.id for each in found])}; give more digits")
    return found[0]


def accounts_below(services: Services, name: str | None) -> frozenset[str] | None:
    """Return the ids of the named account and of all below it; None where no name is given."""
    return None if name is None else services.accounts.visible_accounts(find_account(services, name))


def find_account(services: Services, name: str) -> Account:
    """Return the account of this name, deleted or not; else end the command."""
    found = services.accounts.by_username(name)
    if found is None:
        fail(f"there is no account named {name!r}; scribedock account list shows all")
    return found


def confirm(question: str, *, yes: bool) -> None:
    """Ask on the terminal; end the command where the answer is no, or nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail("nobody can be asked here whether to go on; give --yes")
    typer.confirm(question, abort=True)


def _digits(given: str, what: str) -> str:
    digits = given.strip().lower().replace("-", "")
    if not ID.fullmatch(digits):
        fail(f"{given!r} is no id of a {what}; give its 32 hex digits, or the first 4 or more of them")
    return digits


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:SOME]) + (" and more" if len(ids) > SOME else "")
