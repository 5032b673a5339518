"""A spoken version of an ElementList, by espeak-ng where the system has it."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scribedock.media.limits import Limits
from scribedock.media.process import always
from scribedock.media.program import ProgramFailed, ProgramLimits, ProgramMissing, run
from scribedock.media.unusable import MediaUnusable
from scribedock_captions.elementlist.model import ElementList, Segment, TokenType

RATE = 22_050  # Hz; what espeak-ng gives
SAMPLE_BYTES = 2
VOICES = {"zh": "cmn", "tl": "en"}  # ISO 639-1 to espeak-ng's, where they differ
SENTENCE_TIMEOUT_S = 120  # no sentence takes longer to say
MAX_TEXT_LENGTH = 5000


@dataclass(frozen=True, kw_only=True)
class SynthesizedSpeech:
    path: Path  # a WAV file
    seconds: int
    spans: tuple[tuple[int, int], ...]  # when something is said, in ms: a pair for each segment with words


def find_espeak() -> Path | None:
    """Return the path of espeak-ng, if it is installed."""
    found = shutil.which("espeak-ng")
    return Path(found) if found else None


def speak(
    elementlist: ElementList,
    folder: Path,
    language: str,
    limits: Limits,
    *,
    check_wanted: Callable[[], None] = always,
) -> SynthesizedSpeech:
    """Speak each segment at its time, or as soon as the one before it ends.

    language: ISO 639-1. check_wanted is called before each segment; where it raises, speaking ends. Raises
    ProgramMissing, and MediaUnusable without a voice for the language.
    """
    program = find_espeak()
    if program is None:
        raise ProgramMissing(
            "This server has no espeak-ng, which speaks audio descriptions; ask its operator"
        )
    track = folder / "spoken.wav"
    said = folder / "sentence.wav"
    spans = []
    with wave.open(str(track), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(SAMPLE_BYTES)
        out.setframerate(RATE)
        for segment in elementlist.segments:
            text = text_of(segment)
            if not text:
                continue
            check_wanted()
            _silence_until(out, segment.start_time)
            _say(program, text, said, VOICES.get(language, language), limits)
            begin = out.tell()
            with wave.open(str(said), "rb") as sentence:
                out.writeframes(sentence.readframes(sentence.getnframes()))
            spans.append((begin * 1000 // RATE, out.tell() * 1000 // RATE))
        _silence_until(out, elementlist.end_time)
        seconds = out.tell() // RATE + 1
    return SynthesizedSpeech(path=track, seconds=seconds, spans=tuple(spans))


def text_of(segment: Segment) -> str:
    """Return the words of a segment, without sounds."""
    words = (
        "".join(token.display_as for token in sequence.tokens if token.type is not TokenType.SOUND)
        for sequence in segment.sequences
    )
    return " ".join(word for word in words if word)[:MAX_TEXT_LENGTH]


def _say(program: Path, text: str, destination: Path, voice: str, limits: Limits) -> None:
    try:
        run(
            [str(program), "-v", voice, "-w", str(destination), "--stdin"],
            folder=destination.parent,
            stdin=text.encode(),
            bounds=ProgramLimits(
                memory=limits.memory, cpu_s=30, file_bytes=1024**2 + SENTENCE_TIMEOUT_S * RATE * SAMPLE_BYTES
            ),
        )
    except ProgramFailed as error:
        raise MediaUnusable(f"espeak-ng cannot speak this in the voice {voice!r}: {error}") from error


def _silence_until(out: wave.Wave_write, moment_ms: int) -> None:
    missing = moment_ms * RATE // 1000 - out.tell()
    while missing > 0:
        part = min(missing, RATE)
        out.writeframes(bytes(part * SAMPLE_BYTES))
        missing -= part
