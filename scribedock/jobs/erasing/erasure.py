"""The erasure register: what is deleted with a job and what is kept, for every column of every table.

A job that is deleted keeps what bills, statistics and the audit log need: ids, dates, states, its length, its
languages and fidelity, and its tasks without their texts. Everything else goes. A new table or column has to
be entered here; `tests/unit/jobs/test_erasure.py` fails until it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import (
    accounts,
    api_keys,
    attempts,
    audit_entries,
    budget_charges,
    budgets,
    callback_tries,
    callbacks,
    caption_urls,
    derivations,
    drafts,
    element_lists,
    executors,
    failed_logins,
    guidelines,
    initial_row,
    job_events,
    job_names,
    jobs,
    key_fingerprints,
    login_failures,
    mails,
    media,
    passages,
    passes,
    person_links,
    persons,
    realignments,
    recognition_parts,
    recovery_codes,
    renditions,
    retention_policies,
    review_decisions,
    search_lists,
    second_factors,
    segment_saves,
    sessions,
    shares,
    sign_in_steps,
    span_recognitions,
    tasks,
    transcripts,
    turns,
    untrusted_proxies,
    upgrades,
    uploads,
    web_sessions,
    webhook_endpoints,
    webhook_events,
    webhook_secrets,
    webhook_tries,
    work,
)

DELETION_REASON = "The job was deleted"
"""What a task says that was under way then: the only text of a task that is kept."""


@dataclass(frozen=True, kw_only=True)
class ErasureEntry:
    """What happens to a table's rows about a deleted job."""

    table: sa.Table
    job_id: sa.Column[Any] | None = None  # names the job; None: the rows are about no job, and stay
    through: sa.Column[Any] | None = None  # names a row of another table, whose `job_id` names the job
    deleted: bool = False  # the rows are deleted; else they stay, with `cleared` in place of their contents
    cleared: Mapping[str, Any] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()  # columns that stay as they are
    late: bool = False  # only once the job's workflows and uploads have ended

    def rows(self, job_id: str) -> sa.ColumnElement[bool]:
        """Build the condition of the rows about the job."""
        if self.through is None:
            assert self.job_id is not None
            return self.job_id == job_id
        (reference,) = self.through.foreign_keys
        owner = reference.column.table
        return self.through.in_(sa.select(reference.column).where(owner.c.job_id == job_id))


def deleted(table: sa.Table, *, late: bool = False) -> ErasureEntry:
    """Register rows that are deleted with their job."""
    return ErasureEntry(table=table, job_id=table.c.job_id, deleted=True, late=late)


def deleted_through(column: sa.Column[Any]) -> ErasureEntry:
    """Register rows that are deleted with the row that `column` refers to; before that table's entry."""
    assert isinstance(column.table, sa.Table)
    return ErasureEntry(table=column.table, through=column, deleted=True)


def stripped(
    table: sa.Table, job_id: sa.Column[Any], *, kept: str, cleared: Mapping[str, Any] | None = None
) -> ErasureEntry:
    """Register rows that stay without contents: a column that is not kept becomes what a new row has.

    kept: names of columns, separated by spaces. cleared: what columns become instead.
    """
    names = frozenset(kept.split())
    new = {name: value for name, value in initial_row(table).items() if name not in names}
    return ErasureEntry(table=table, job_id=job_id, kept=names, cleared=new | dict(cleared or {}))


def kept(table: sa.Table, columns: str) -> ErasureEntry:
    """Register rows without any content of a job: none of `columns` may get any."""
    return ErasureEntry(table=table, kept=frozenset(columns.split()))


# In the order in which rows can be deleted: those that refer to others come before them.
REGISTER = (
    deleted_through(realignments.c.pass_id),
    deleted_through(span_recognitions.c.pass_id),
    deleted_through(drafts.c.pass_id),
    deleted_through(review_decisions.c.pass_id),
    deleted_through(segment_saves.c.pass_id),
    deleted_through(callback_tries.c.callback_id),
    deleted(callbacks),
    deleted_through(webhook_tries.c.event_id),
    deleted(webhook_events),
    deleted(media),
    deleted(transcripts),
    deleted(renditions),
    deleted(element_lists),
    deleted(passages),
    deleted(search_lists),
    deleted(job_names),
    deleted(caption_urls),
    deleted(shares),
    deleted(guidelines),
    deleted(passes),
    deleted(mails),
    deleted(uploads, late=True),
    deleted(recognition_parts, late=True),  # they name workflows
    deleted(work, late=True),  # waiting work is withdrawn at once; running work has its slot until it ends
    stripped(
        tasks,
        tasks.c.job_id,
        kept="id job_id type status requested",
        cleared={"info": sa.case((tasks.c.info == DELETION_REASON, DELETION_REASON), else_="")},
    ),
    stripped(
        jobs,
        jobs.c.id,
        kept="id account_id language language_given target_language status fidelity created started due "
        "completed returned authorized deleted erased media_ms speech_ms worded_ms unrecognized_ms words "
        "words_in_doubt words_aligned words_estimated upload_epoch order_task_id reviewed leading_id "
        "recording_of sandbox protected recording_erased results_erased",
    ),
    kept(job_events, "id job_id at event before after"),
    kept(derivations, "id job_id source_id"),
    kept(audit_entries, "id at account_id address call job_id about outcome previous hash person_id"),
    kept(attempts, "workflow_id losses steps"),
    kept(executors, "id host heartbeat crashed"),
    kept(turns, "queue branch_id served"),
    kept(
        accounts,
        "id username parent_id password_hash settings created first_name last_name email reviewer disabled "
        "deleted sandbox branch_id second_factor",
    ),
    kept(api_keys, "id account_id fingerprint encrypted created name scope ends last_used person_id"),
    kept(sessions, "fingerprint account_id api_key_id dialect created last_used idle_s scope ends"),
    kept(
        persons,
        "id account_id name email login role reads_contents password_hash issuer subject created "
        "last_sign_in disabled deleted",
    ),
    kept(web_sessions, "fingerprint person_id created last_used idle_s ends"),
    kept(
        person_links, "fingerprint purpose account_id person_id email name role reads_contents created ends"
    ),
    kept(second_factors, "person_id secret created confirmed last_step failures last_failure"),
    kept(recovery_codes, "person_id fingerprint"),
    kept(sign_in_steps, "fingerprint person_id details ends"),
    kept(webhook_secrets, "id account_id secret created ends"),
    kept(
        webhook_endpoints,
        "id account_id url types secret old_secret old_secret_ends created failing_since paused pause_reason",
    ),
    kept(retention_policies, "account_id recordings_days results_days partials_days audit_days"),
    kept(budgets, "account_id minutes upload_bytes"),
    kept(budget_charges, "id account_id month minutes upload_bytes"),
    kept(login_failures, "subject failures last_failure"),
    kept(failed_logins, "minute username address times"),
    kept(untrusted_proxies, "address seen"),
    kept(key_fingerprints, "purpose fingerprint seen"),
    kept(upgrades, "name done"),
)


def erase(connection: Connection, job_id: str, *, late: bool = False) -> None:
    """Delete and clear what the register says; harmless when repeated.

    late: also what must stay while the job's workflows and uploads are running.
    """
    for entry in REGISTER:
        if entry.late and not late:
            continue
        if entry.deleted:
            connection.execute(entry.table.delete().where(entry.rows(job_id)))
        elif entry.cleared:
            connection.execute(entry.table.update().where(entry.rows(job_id)).values(**entry.cleared))
