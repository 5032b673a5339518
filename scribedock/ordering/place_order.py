"""Ordering the transcription of a job.

Source: the API's `perform_transcription`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from scribedock.jobs.job import Fidelity, Job, Priority, Remark
from scribedock.jobs.order_options import NO_OPTIONS, OrderOptions
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.parts import Parts
from scribedock.orders.callback_url import check_callback_url
from scribedock.orders.orders import Order
from scribedock.storage.leftovers import remove_object
from scribedock.uploads.uploads import CLOSED_BY_ORDER


@dataclass(frozen=True, kw_only=True)
class TranscriptionRequest:
    """What a customer orders; anything None or empty was left out."""

    fidelity: Fidelity
    priority: Priority | None = None
    turnaround_hours: int | None = None
    callback_url: str | None = None
    target_languages: Sequence[str] = ()
    options: OrderOptions = NO_OPTIONS
    remark: str = ""
    """What `Notice` of the job says about the order from the beginning."""


def place_order(
    parts: Parts,
    capabilities: Capabilities,
    job_id: str,
    visible_accounts: frozenset[str],
    asked: TranscriptionRequest,
) -> str:
    """Order the transcription of the job's media, and close its upload URLs; return the order's TaskId.

    The job's translations are opened with it. Raises ItemNotFound; InvalidUrl for the callback; InvalidOption
    for a language or a priority that this server does not accept; InvalidQuery without usable media, and on a
    job that was ordered already.
    """
    check_callback_url(parts.fetcher, asked.callback_url)
    job = parts.jobs.find_job(job_id, visible_accounts)
    owner = parts.accounts.by_id(job.account_id)
    assert owner is not None
    return order_job(
        parts,
        capabilities,
        job,
        asked,
        visible_accounts=visible_accounts,
        default_notes=str(owner.settings["default_job_notes"]),
        needs_authorization=_needs_authorization(owner.settings, asked.fidelity),
    )


def order_job(
    parts: Parts,
    capabilities: Capabilities,
    job: Job,
    asked: TranscriptionRequest,
    *,
    visible_accounts: frozenset[str] | None = None,
    default_notes: str = "",
    needs_authorization: bool = False,
    bring: Callable[[Connection, Job], None] | None = None,
) -> str:
    """Do as `place_order` for a job that was found, with a callback URL that was checked.

    bring: attaches media that come with the order, in its transaction.
    """
    capabilities.check_recognition(job)
    targets = capabilities.target_languages(job, asked.target_languages)

    def follow_up(connection: Connection, ordered: Job) -> None:
        parts.jobs.set_remark(connection, ordered, Remark.ORDERED, asked.remark)
        parts.translations.open_missing(
            connection,
            ordered,
            targets,
            fidelity=ordered.fidelity or Fidelity.MECHANICAL,
            priority=ordered.priority or Priority.STANDARD,
            callback_url=ordered.callback_url,
            options=ordered.options,
        )

    with parts.uploads.arriving(job) as arrival:
        task_id = parts.orders.place(
            job.id,
            visible_accounts,
            Order(
                fidelity=asked.fidelity,
                priority=asked.priority,
                turnaround_hours=asked.turnaround_hours,
                callback_url=asked.callback_url,
                target_language=",".join(targets),
                options=asked.options,
                default_notes=default_notes,
            ),
            needs_authorization=needs_authorization,
            bring=bring if arrival is None else arrival.attach,
            then=follow_up,
        )
    if arrival is not None and arrival.attached is not None and arrival.attached.replaced_key:
        remove_object(parts.store, arrival.attached.replaced_key)
    parts.uploads.close(job.id, CLOSED_BY_ORDER)
    return task_id


def _needs_authorization(settings: Mapping[str, Any], fidelity: Fidelity) -> bool:
    if fidelity is Fidelity.MECHANICAL and not settings["customer_authorization_required_mechanical"]:
        return False
    return bool(settings["require_customer_authorization_before_starting_workflow"])
