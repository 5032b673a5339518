"""Calling back once more, whatever became of the tries before; for the operator."""

from __future__ import annotations

from scribedock.ordering.parts import Parts


def resend_callback(parts: Parts, callback_id: str) -> None:
    """Have the callback called now: one that waits for its next try, failed, or was delivered.

    It keeps its Webhook-Id. One that had all its tries gets one more. Raises ItemNotFound; InvalidQuery while
    a worker is calling.
    """
    with parts.database.write() as connection:
        callback = parts.callbacks.fetch_callback(connection, callback_id)
        parts.callbacks.owe_again(connection, callback, parts.jobs.fetch_job(connection, callback.job_id))
