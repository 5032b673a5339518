"""How much work of each kind a worker runs at once, and how much a customer or host may have."""

from __future__ import annotations

from collections.abc import Mapping

from scribedock.dispatch.fairness import Caps
from scribedock.dispatch.queues import Queue
from scribedock.host.processors import processors
from scribedock.settings import Settings


def slots(settings: Settings) -> Mapping[Queue, int]:
    """Return the ordinary slots of a worker; as many more are for branches that have nothing running."""
    usable = processors()
    return {
        Queue.TRANSCRIPTION: settings.worker_jobs,
        Queue.PARTS: 2,  # each keeps all recognizers busy but for its last spans
        Queue.FETCHES: 4 * settings.worker_jobs,
        Queue.PROBES: usable,
        Queue.TRANSCRIPTS: 4 * settings.worker_jobs,
        Queue.CALLBACKS: 16 * settings.worker_jobs,
        Queue.RENDITIONS: max(1, usable // 2),
        Queue.PLAYBACK: max(1, usable // 2),
        Queue.DERIVATIONS: 2,
        Queue.MAIL: 4,
        Queue.REALIGNMENTS: settings.worker_jobs,
        Queue.SPANS: settings.worker_jobs,
        Queue.SANDBOX: 64 * settings.worker_jobs,  # they sleep
    }


def caps(settings: Settings) -> Mapping[Queue, Caps]:
    """Return how much the operator allows a branch of the tree of accounts, and a host, at once."""
    fetches = Caps(branch=settings.branch_fetches, host=settings.host_fetches)
    return {
        Queue.TRANSCRIPTION: Caps(branch=settings.branch_transcriptions, queued=settings.branch_queued),
        Queue.FETCHES: fetches,
        Queue.TRANSCRIPTS: fetches,
        Queue.CALLBACKS: Caps(branch=settings.branch_callbacks, host=settings.host_callbacks),
    }
