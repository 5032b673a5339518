"""The kinds of work that a worker does, each with slots of its own."""

from __future__ import annotations

from enum import StrEnum


class Queue(StrEnum):
    TRANSCRIPTION = "transcription"
    PARTS = "parts"  # of long recordings, to be transcribed
    FETCHES = "fetches"  # media from a URL
    PROBES = "probes"  # of media that is here
    TRANSCRIPTS = "transcripts"  # from a URL
    CALLBACKS = "callbacks"
    RENDITIONS = "renditions"
    PLAYBACK = "playback"  # what browsers need to play a recording
    DERIVATIONS = "derivations"
    MAIL = "mail"
    REALIGNMENTS = "realignments"
    SPANS = "spans"  # stretches that are recognized once more for whoever reviews
    SANDBOX = "sandbox"


EVENT_PREFIX = "event-"
"""Prefix of the work id in the queue of callbacks, where an event is posted (see `webhooks`)."""
# Prefixes of the work id, where a task has work of two kinds.
PREFIXES = {Queue.FETCHES: "fetch-", Queue.SANDBOX: "sandbox-"}


def work_id(queue: Queue, task_id: str) -> str:
    """Return the id of a task's work in a queue; it is the same on every call."""
    return PREFIXES.get(queue, "") + task_id


def part_id_of(task_id: str, number: int) -> str:
    """Return the id of the work on a part of the recording that a task transcribes."""
    return f"part-{number}-{task_id}"


def task_id_of(work_id: str) -> str:
    """Return the id of the task (or callback) that the work is for."""
    return work_id.rpartition("-")[2]
