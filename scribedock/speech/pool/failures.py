"""Why a part of a recording was not recognized."""

from __future__ import annotations

from scribedock.children.allowance import ClockRanOut, ProcessorTimeUsed
from scribedock.speech.pool.process import RecognizerEnded, RecognizerEndedByMachine


class RecognitionFailed(Exception):
    """A chunk was not recognized; the text says why."""


class RecognitionTimeout(RecognitionFailed):
    """The chunk took more processor time than allowed; its process was ended."""


class RecognizerCrashed(RecognitionFailed):
    """The process that recognized the chunk died."""


class MachineAtFault(RecognizerCrashed):
    """The chunk is not to blame: the process was ended or starved, had no memory, could not be loaded."""


def failure_of(error: BaseException) -> BaseException:
    """Return what a failure of a child says about the chunk; other errors are returned as they are."""
    if isinstance(error, ProcessorTimeUsed):
        return RecognitionTimeout(str(error))
    if isinstance(error, ClockRanOut | RecognizerEndedByMachine | OSError):
        return MachineAtFault(str(error))
    if isinstance(error, RecognizerEnded):
        return RecognizerCrashed(str(error))
    return error
