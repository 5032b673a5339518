"""Recognition of a long recording by all workers: they take its parts, its own workflow waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from scribedock.orders.recognition_parts import PartRequest, RecognitionParts
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.span import Span
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.recognition_step import Recognition, Words, recognize

PART_MS = 60_000
"""The speech of a part; a recording of less than two parts is not shared."""
SHARE_OF_REST = 1 / 8
LEAST_SHARE = 1 / 3
"""The last parts are shorter, down to this share, so that no worker waits long for another at the end."""
POLL_S = 0.5


def plan_parts(batches: Sequence[Sequence[Span]]) -> list[list[Sequence[Span]]]:
    """Divide the batches into parts, in order; there is one where the recording is too short to share."""
    left = _length_ms(batches)
    if left < 2 * PART_MS:
        return [list(batches)]
    parts: list[list[Sequence[Span]]] = [[]]
    for batch in batches:
        if _length_ms(parts[-1]) >= min(PART_MS, max(LEAST_SHARE * PART_MS, SHARE_OF_REST * left)):
            left -= _length_ms(parts[-1])
            parts.append([])
        parts[-1].append(batch)
    return parts


def share_parts(
    shared: RecognitionParts,
    wanted: Recognition,
    job_id: str,
    parts: Sequence[Sequence[Sequence[Span]]],
) -> list[str]:
    """Let all workers recognize the parts from now on, in a step of the workflow; return their ids."""
    requests = [_request(wanted, batches) for batches in parts]
    return step("share", shared.share, wanted.task_id, job_id, requests)


def shared_words(
    pool: RecognizerPool,
    shared: RecognitionParts,
    wanted: Recognition,
    parts: Sequence[Sequence[Sequence[Span]]],
    part_ids: Sequence[str],
) -> list[Words]:
    """Return the words of each span of the parts, as `recognize` does, whichever workers recognize them.

    Each part that is done is a finished step of the workflow. What was given up is recognized here.
    """
    for part_id in part_ids:
        step("wait for a part", _wait, partial(shared.is_over, part_id), wanted.check_wanted)
    found: list[Words] = []
    for batches, words in zip(parts, step("gather", _gather, shared, wanted.task_id), strict=True):
        found += recognize(pool, wanted, batches) if words is None else words
    return found


def _length_ms(batches: Sequence[Sequence[Span]]) -> int:
    return sum(span.end_ms - span.start_ms for batch in batches for span in batch)


def _request(wanted: Recognition, batches: Sequence[Sequence[Span]]) -> PartRequest:
    return {
        "language": wanted.language,
        "terms": list(wanted.terms),
        "batches": [[(span.start_ms, span.end_ms) for span in batch] for batch in batches],
    }


def _wait(is_over: Callable[[], bool], check_wanted: Callable[[], None]) -> None:
    while not is_over():
        check_wanted()
        time.sleep(POLL_S)


def _gather(shared: RecognitionParts, task_id: str) -> list[list[Words] | None]:
    return [part.words for part in shared.of_task(task_id)]
