"""The transcripts that jobs are given, and what they must be."""

from __future__ import annotations

from scribedock.errors import InvalidQuery, captions_errors
from scribedock.speech.alignment.synchronized import words_of
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.readers import TextFormat, read


def check_transcript(body: bytes, format: TextFormat | None) -> None:
    """Raise InvalidQuery for a transcript that cannot be read or has no words."""
    transcript_of(body, format)


def transcript_of(
    body: bytes, format: TextFormat | None, *, language: str = "", duration: int | None = None
) -> tuple[ElementList, bool]:
    """Return a transcript in sentences, and whether it has times.

    duration is that of the recording, in ms. Raises InvalidQuery.
    """
    with captions_errors():
        file = read(body, format)
    elementlist = elementlist_of(file, language=language, duration=duration)
    if not words_of(elementlist):
        raise InvalidQuery("There are no words in the transcript; send what is said in the recording")
    return elementlist, all(cue.start is not None and cue.end is not None for cue in file.cues)
