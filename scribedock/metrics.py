"""What this process counts, by Prometheus's names and units; `monitoring` shows it.

Counting costs next to nothing, so it is always done. Where a server or worker shows its metrics, it and its
worker process count in files that they share (`host.shared_counts`), so that one address shows both, and no
count is lost when a worker process is replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, values

from scribedock.host.shared_counts import are_shared, role

# They double the number of series, and say no more than when this process began.
disable_created_metrics()  # type: ignore[no-untyped-call]
if are_shared():  # by kind and not by process id: otherwise each worker that crashes would leave its files
    values.ValueClass = values.MultiProcessValue(role)  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
DELIVERIES = ("delivered", "refused", "unreachable")


def _counter(name: str, text: str, *labels: str, **known: Sequence[str]) -> Counter:
    """Return a counter with these labels, which shows each known value of a label at 0 from the start.

    Prometheus sees no increase in a series that begins with its first event: the first crash of a worker
    would show nowhere.
    """
    counter = Counter(f"scribedock_{name}", text, (*labels, *known), registry=REGISTRY)
    for values_of_labels in product(*known.values()) if known else ():
        counter.labels(*values_of_labels)
    return counter


HTTP_REQUESTS = _counter("http_requests", "Requests answered.", "call", "method", "status")
HTTP_DURATION = Histogram(
    "scribedock_http_request_duration_seconds",
    "Time from the head of a request to the end of its answer.",
    ("call",),
    buckets=SECONDS,
    registry=REGISTRY,
)
UPLOADS = _counter(
    "uploads",
    "Bodies that came to upload URLs.",
    protocol=("plain", "tus", "ietf"),
    outcome=("received", "kept", "failed"),
)
UPLOAD_BYTES = _counter("upload_bytes", "Bytes that came to upload URLs, counted when their request ends.")
ORDERS = _counter("orders_ended", "Orders that ended.", outcome=("complete", "media_failure"))
RECORDED_SECONDS = _counter("recording_seconds", "Length of the recordings of finished transcriptions.")
HEARD_SECONDS = _counter("speech_heard_seconds", "Speech found in these recordings.")
RECOGNIZED_SECONDS = _counter("speech_recognized_seconds", "Speech of these that the recognizer worked on.")
LOST_SECONDS = _counter("speech_lost_seconds", "Speech of these over which the recognizer failed for good.")
CHUNK_RETRIES = _counter(
    "chunk_retries", "Failed tries to recognize a chunk.", fault=("recording", "machine")
)
CALLBACK_TRIES = _counter("callback_tries", "Tries of callbacks.", outcome=DELIVERIES)
CALLBACKS_FAILED = _counter("callbacks_failed", "Callbacks given up after their last try.")
WEBHOOK_TRIES = _counter("webhook_tries", "Tries of events that are posted.", outcome=DELIVERIES)
BUDGET_REFUSALS = _counter(
    "budget_refusals", "Orders and uploads that a budget did not allow.", kind=("minutes", "upload_bytes")
)
RATE_REFUSALS = _counter(
    "rate_refusals", "Requests beyond the rate of their account or address.", kind=("orders", "logins")
)
WORKER_EXITS = _counter(
    "worker_exits", "Worker processes that ended by themselves.", reason=("crashed", "lease_lost", "ended")
)
LEASES_LOST = _counter("leases_lost", "Worker processes that were silent for too long and ended.")
TAKEN_OVER = _counter("workflows_taken_over", "Workflows of dead workers that another one continues.")
GIVEN_UP = _counter("workflows_given_up", "Workflows given up because workers died over them.")
DATABASE_ERRORS = _counter("database_errors", "Statements that failed because of the database.")
STORAGE_ERRORS = _counter("storage_errors", "Failed operations on the storage of recordings.")
