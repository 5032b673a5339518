"""The kinds of work that a worker does, each with slots of its own."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    TRANSCRIPTION = "transcription"
    FETCHES = "fetches"  # media from a URL
    PROBES = "probes"  # of media that is here
    TRANSCRIPTS = "transcripts"  # from a URL
    CALLBACKS = "callbacks"
    RENDITIONS = "renditions"
    DERIVATIONS = "derivations"
    MAIL = "mail"
    REALIGNMENTS = "realignments"
    SANDBOX = "sandbox"


# Prefixes of the work id, where a task has work of two kinds.
PREFIXES = {Queue.FETCHES: "fetch-", Queue.SANDBOX: "sandbox-"}


def work_id(queue: Queue, task_id: str) -> str:
    """Return the id of a task's work in a queue; it is the same on every call."""
    return PREFIXES.get(queue, "") + task_id


def task_id_of(work_id: str) -> str:
    """Return the id of the task (or callback) that the work is for."""
    return work_id.rpartition("-")[2]
