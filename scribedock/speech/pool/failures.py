"""Why a part of a recording was not recognized."""

from __future__ import annotations

from scribedock.children.allowance import ClockRanOut, ProcessorTimeUsed
from scribedock.speech.pool.process import RecognizerEnded, RecognizerEndedByMachine


class RecognitionFailed(Exception):
    """A chunk was not recognized; the text says why."""


class RecognitionTimeout(RecognitionFailed):
    """It took more processor time than a chunk may; the process that was at it was ended."""


class RecognizerCrashed(RecognitionFailed):
    """The process that was at it died."""


class MachineAtFault(RecognizerCrashed):
    """The chunk is not to blame: the process was ended or starved, had no memory, could not be loaded."""


def failure_of(error: BaseException) -> BaseException:
    """What a failure of a child says about the chunk; what is none is given back."""
    if isinstance(error, ProcessorTimeUsed):
        return RecognitionTimeout(str(error))
    if isinstance(error, ClockRanOut | RecognizerEndedByMachine | OSError):
        return MachineAtFault(str(error))
    if isinstance(error, RecognizerEnded):
        return RecognizerCrashed(str(error))
    return error
