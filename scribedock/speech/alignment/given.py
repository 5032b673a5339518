"""The transcripts that jobs are given, and what they must be."""

from __future__ import annotations

from scribedock.errors import InvalidQuery, captions_errors
from scribedock.speech.alignment.synchronized import words_of
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers import CueFile, TextFormat, read

MAX_WARNINGS = 2000  # characters of all


def check_transcript(body: bytes, format: TextFormat | None) -> str:
    """Return what of a transcript is not used, for its sender; empty where all of it is.

    Raises InvalidQuery for what cannot be read, and where nothing is said in it.
    """
    with captions_errors():
        file = read(body, format)
    _words(file)
    found = "; ".join(map(str, file.warnings))
    return found if len(found) <= MAX_WARNINGS else f"{found[:MAX_WARNINGS]}…"


def transcript_of(
    body: bytes, format: TextFormat | None, *, language: str = "", duration: int | None = None
) -> tuple[ElementList, bool]:
    """Return the words of a transcript in sentences, and whether it says when they are shown.

    language: of several in the transcript, the one that is used, if it is there. duration is that of the
    recording, in ms. Raises InvalidQuery.
    """
    with captions_errors():
        try:
            file = read(body, format, language=language)
        except UnreadableFile:
            file = read(body, format)
    elementlist = _words(file, language=language, duration=duration)
    return elementlist, all(cue.start is not None and cue.end is not None for cue in file.cues)


def _words(file: CueFile, *, language: str = "", duration: int | None = None) -> ElementList:
    elementlist = elementlist_of(file, language=language, duration=duration)
    if not words_of(elementlist):
        raise InvalidQuery("There are no words in the transcript; send what is said in the recording")
    return elementlist
