"""The commands below `scribedock callbacks`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scribedock.cli.callbacks.secrets import secret
from scribedock.cli.common import DataDir, audited, or_fail, read_services, services_in_use
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.arguments import CallbackId, accounts_below, find_callback, find_job
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_fields, print_table, shown_id
from scribedock.host.human import age, moment, short_age

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scribedock.dispatch.tries import DeliveryTry
    from scribedock.orders.callback_listing import ListedCallback

callbacks = typer.Typer(
    cls=CommandGroup, help="Callbacks, their tries, and sending them again.", no_args_is_help=True
)
callbacks.add_typer(secret, name="secret")


class CallbackStateName(StrEnum):
    """The states of a callback, as `orders.callback_listing` has them."""

    WAITING = "waiting"
    FAILING = "failing"
    DELIVERED = "delivered"
    FAILED = "failed"
    ABORTED = "aborted"


@callbacks.command("list")
def list_callbacks(
    state: Annotated[
        CallbackStateName | None, typer.Option(case_sensitive=False, help="Only in this state.")
    ] = None,
    job: Annotated[
        str | None, typer.Option(help="Only of this job: its id, or the first digits of it.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Only of jobs of this account and all accounts below it.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many.")] = 50,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List callbacks of every account, the newest first."""
    from scribedock.orders.callback_listing import CallbackState

    services = read_services(data_dir)
    found = services.callback_listing.matching(
        state=None if state is None else CallbackState(state),
        job_id=None if job is None else find_job(services, job).id,
        account_ids=accounts_below(services, account),
        limit=limit,
    )
    if as_json:
        print_document({"callbacks": [_document(each) for each in found]})
        return
    if not found:
        print("No callbacks match")
        return
    now = services.clock.now()
    print_table(
        ("Callback", "Job", "State", "Tries", "Age", "Next", "Problem"),
        [
            (
                shown_id(each.id),
                shown_id(each.job_id),
                each.state,
                str(each.tries),
                short_age(now - each.created),
                _next(each, now),
                each.problem,
            )
            for each in found
        ],
        shortened=("Problem",),
        right=("Tries", "Age"),
    )


@callbacks.command("show")
def show_callback(callback_id: CallbackId, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show a callback, its URL, and each of its tries."""
    services = read_services(data_dir)
    found = find_callback(services, callback_id)
    tries = services.callbacks.tries(found.id)
    if as_json:
        print_document({**_document(found), "tries": [_try_document(each) for each in tries]})
        return
    print_fields(_fields(found, services.clock.now()))
    if tries:
        print()
        print_table(
            ("Try", "At", "Status", "Took", "Problem"),
            [
                (
                    str(each.number),
                    moment(each.at),
                    str(each.http_status or "-"),
                    f"{each.duration_ms:,} ms",
                    each.problem,
                )
                for each in tries
            ],
            shortened=("Problem",),
            right=("Try", "Took"),
        )


@callbacks.command("resend")
def resend(
    callback_ids: Annotated[
        list[str],
        typer.Argument(
            help="The callbacks: their Webhook-Ids, or the first digits of them.", metavar="CALLBACK..."
        ),
    ],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make the next try of callbacks now, also of those that failed or were delivered."""
    from scribedock.ordering.resend_callback import resend_callback

    services = services_in_use(data_dir)
    found = [find_callback(services, each) for each in callback_ids]
    done = []
    for each in found:
        job = find_job(services, each.job_id)
        try:
            with audited(services, "callbacks resend", job.account_id, job_id=job.id, about=each.id):
                or_fail(lambda: resend_callback(services, each.id))  # noqa: B023 - it is called at once
        except typer.Exit:  # standard error says why
            continue
        done.append(each.id)
        if not as_json:
            print(f"Callback {each.id} of job {each.job_id} is sent again")
    if as_json:
        print_document({"callbacks": [{"id": each} for each in done]})
    if len(done) < len(found):
        raise typer.Exit(2)


def _fields(callback: ListedCallback, now: datetime) -> Iterator[tuple[str, str]]:
    from scribedock.orders.callback_url import without_password

    yield "Callback", callback.id
    yield "Job", callback.job_id
    yield "Account", callback.username
    yield "For", callback.iwp_name or "the failure of the job"
    yield "URL", without_password(callback.url)
    yield "State", callback.state
    yield "Created", moment(callback.created)
    if callback.due is not None:
        yield "Next try", _next(callback, now)


def _next(callback: ListedCallback, now: datetime) -> str:
    if callback.due is None:
        return ""
    return f"in {age(callback.due - now)}" if callback.due > now else "now"


def _document(callback: ListedCallback) -> dict[str, Any]:
    from scribedock.orders.callback_url import without_password

    return {
        "id": callback.id,
        "job_id": callback.job_id,
        "account": callback.username,
        "for": callback.iwp_name or None,
        "url": without_password(callback.url),
        "state": callback.state,
        "created": callback.created,
        "tries_made": callback.tries,
        "tried": callback.tried,
        "http_status": callback.http_status,
        "problem": callback.problem or None,
        "due": callback.due,
    }


def _try_document(made: DeliveryTry) -> dict[str, Any]:
    return {
        "number": made.number,
        "at": made.at,
        "http_status": made.http_status,
        "problem": made.problem or None,
        "duration_ms": made.duration_ms,
    }
