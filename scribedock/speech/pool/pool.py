"""Recognizer processes, and the queue before them.

They are processes because one recognizer holds the interpreter's lock while it decodes, because
native code may crash, and because only a process can be stopped in the middle of its work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from scribedock.children.allowance import Allowance
from scribedock.host.processors import processors
from scribedock.speech.alignment.anchors import HeardWord
from scribedock.speech.diarization.embedding import SpeakerModel
from scribedock.speech.diarization.turns import Turn
from scribedock.speech.pauses import with_context
from scribedock.speech.pool.batches import batches, joined_spans
from scribedock.speech.pool.failures import MachineAtFault, RecognitionFailed
from scribedock.speech.pool.process import RecognizerProcess
from scribedock.speech.pool.seated import SeatedRecognizers, StartChild
from scribedock.speech.recognizer import Origin, RecognizerEngine, RecognizerSpec, TimedWord, engine_named
from scribedock.speech.span import Span
from scribedock.speech.vad import BLOCK_S, SAMPLE_BYTES, SAMPLES_PER_MS

BLOCK_BYTES = BLOCK_S * 1000 * SAMPLES_PER_MS * SAMPLE_BYTES


def always() -> None:
    """Do nothing: the work is wanted until it is done."""


class RecognizerPool:
    """A pool of `processes` children, each with the engine loaded, started when first needed.

    Callable from any number of threads: a call waits for a free child. While all are at work, a spare one
    works for a customer who has none. A child that crashed or was too slow is replaced at the next call.
    Children die with this process, however it ends.
    """

    def __init__(
        self,
        spec: RecognizerSpec,
        *,
        processes: int,
        chunk_timeout_s: float,
        batch: int = 0,
        engine: RecognizerEngine | None = None,
        start: StartChild = RecognizerProcess,
        idle_s: float = 0,
        speaker_model: SpeakerModel | None = None,
    ) -> None:
        """Set the limits of the pool.

        batch is how many chunks are recognized at once, 0 for what suits the engine on this machine.
        chunk_timeout_s is processor time for one chunk, for each thread that the engine computes in. engine
        and start take the place of the recognizer that the spec names, and of its process. A child that has
        not been used for idle_s seconds is ended; 0 keeps it.
        """
        if processes < 1:
            raise ValueError("a pool needs at least one process")
        threads = spec.threads or max(1, processors() // processes)
        self._spec = replace(spec, threads=threads)
        self._processes = processes
        self._speaker_model = speaker_model
        self._engine = engine or engine_named(spec.engine)
        self._chunk_timeout_s = chunk_timeout_s * (1 if self._engine.single_threaded else threads)
        self._detects = self._engine.detects(spec)
        self._batch = batch or self._engine.batch()
        self._recognizers = SeatedRecognizers(
            self._spec,
            seats=processes,
            spare=self._engine.batch() == 1,  # otherwise it is a GPU that would have to hold another model
            idle_s=idle_s,
            start=start,
        )

    @property
    def processes(self) -> int:
        return self._processes

    @property
    def engine(self) -> str:
        return self._spec.engine

    @property
    def title(self) -> str:
        """Return engine and model, with its sum, as `info` names them."""
        return self._spec.title

    @property
    def punctuates(self) -> bool:
        """Return whether the words come with capitals and punctuation."""
        return self._engine.punctuates

    @property
    def doubt_below(self) -> float:
        """Return the confidence below which a word of this engine is in doubt."""
        return self._engine.doubt_below

    @property
    def early_ms(self) -> int | None:
        """Return by how much the engine's words begin too early; None where their times need no refining."""
        return self._engine.early_ms

    @property
    def detects(self) -> bool:
        """Return whether the engine can identify the language."""
        return self._detects

    @property
    def translates(self) -> frozenset[str]:
        """Return the languages (ISO 639-1 codes) that `translate` translates into English."""
        return self._engine.translates(self._spec)

    def chunks(self, speech: Sequence[Span], media_ms: int) -> list[Span]:
        """Return the spans of speech joined into chunks that suit the engine, and with their context."""
        spans = joined_spans(speech, pause_ms=self._engine.joins_ms)
        return with_context(spans, context_ms=self._engine.context_ms, media_ms=media_ms)

    def batches(self, chunks: Sequence[Span]) -> list[list[Span]]:
        """Return the chunks in batches that suit the engine, each recognized in one call."""
        return batches(chunks, most=self._batch, processes=self._processes)

    def recognize(
        self,
        audio: Path,
        span: Span,
        language: str,
        terms: Sequence[str] = (),
        *,
        check_wanted: Callable[[], None] = always,
        fresh: bool = False,
    ) -> list[TimedWord]:
        """Return the words of a span of a raw mono 16 kHz s16le file, in ms of the media.

        language is an ISO 639-1 code; terms are names that are likely to be said. check_wanted is called
        about once a second, even while waiting for a child; where it raises, the child is ended. fresh asks
        for a process that has done nothing before.

        Raises RecognitionFailed, RecognitionTimeout, RecognizerCrashed, MachineAtFault.
        """
        request = {**_span("recognize", audio, span), "language": language, "terms": list(terms)}
        answer = self._ask(request, self._chunk_timeout_s, check_wanted, fresh=fresh)
        return [_word(word) for word in answer["words"]]

    def recognize_batch(
        self,
        audio: Path,
        spans: Sequence[Span],
        language: str,
        terms: Sequence[str] = (),
        *,
        check_wanted: Callable[[], None] = always,
    ) -> list[list[TimedWord]]:
        """Return the words of each of several spans, recognized together; time and errors as `recognize`."""
        request = {
            **_spans("recognize_batch", audio, spans),
            "language": language,
            "terms": list(terms),
        }
        answer = self._ask(request, len(spans) * self._chunk_timeout_s, check_wanted)
        return [[_word(word) for word in words] for words in answer["words"]]

    def translate(
        self,
        audio: Path,
        span: Span,
        language: str,
        *,
        check_wanted: Callable[[], None] = always,
        fresh: bool = False,
    ) -> list[TimedWord]:
        """Return English words for a span in one of the languages of `translates`.

        Takes and raises what `recognize` does.
        """
        request = {**_span("translate", audio, span), "language": language}
        answer = self._ask(request, self._chunk_timeout_s, check_wanted, fresh=fresh)
        return [_word(word) for word in answer["words"]]

    def detect_language(
        self, audio: Path, spans: Sequence[Span], *, check_wanted: Callable[[], None] = always
    ) -> dict[str, float]:
        """Return the mean probability of each language over spans of at most 30 s. Raises as `recognize`."""
        request = _spans("detect_language", audio, spans)
        answer = self._ask(request, len(spans) * self._chunk_timeout_s, check_wanted)
        found: dict[str, float] = answer["languages"]
        return found

    def hear(
        self,
        audio: Path,
        span: Span,
        text: Path,
        *,
        check_wanted: Callable[[], None] = always,
        fresh: bool = False,
    ) -> list[HeardWord]:
        """Return the words of a text that are heard in a span, as `Aligner.hear` finds them.

        text is a JSON file with a list of the written words; another text has another name. Takes and raises
        what `recognize` does.
        """
        request = {**_span("hear", audio, span), "text": str(text.resolve())}
        answer = self._ask(request, self._chunk_timeout_s, check_wanted, fresh=fresh)
        return [HeardWord(**each) for each in answer["heard"]]

    def align(
        self,
        audio: Path,
        span: Span,
        words: Sequence[str],
        *,
        wide: bool,
        hesitations: bool = False,
        check_wanted: Callable[[], None] = always,
        fresh: bool = False,
    ) -> list[Span | None]:
        """Return when each of the words of a span is said, as `Aligner.align` finds it.

        Takes and raises what `recognize` does.
        """
        request = {
            **_span("align", audio, span),
            "words": list(words),
            "wide": wide,
            "hesitations": hesitations,
        }
        times = self._ask(request, self._chunk_timeout_s, check_wanted, fresh=fresh)["times"]
        return [time and Span(start_ms=time[0], end_ms=time[1]) for time in times]

    def speech_spans(self, audio: Path, *, check_wanted: Callable[[], None] = always) -> list[Span]:
        """Return where somebody speaks in a raw mono 16 kHz s16le file; see `vad.speech_spans`.

        May take the time limit of a chunk for every two minutes of the recording. Raises as `recognize` does.
        """
        request = {"operation": "speech_spans", "audio": str(audio.resolve())}
        answer = self._ask(request, self._time_for(audio), check_wanted)
        return [Span(**span) for span in answer["spans"]]

    @property
    def counts_people(self) -> bool:
        """Return whether `turns` can find out how many people speak."""
        return self._speaker_model is not None

    def turns(
        self,
        audio: Path,
        speech: Sequence[Span],
        people: int | None,
        *,
        check_wanted: Callable[[], None] = always,
    ) -> list[Turn]:
        """Return who of `people` people speaks when in the spans of speech of a file; see `diarization`.

        people may be None only where `counts_people`. May take as long as `speech_spans`. Raises as
        `recognize` does.
        """
        model = self._speaker_model
        request = {
            "operation": "turns",
            "audio": str(audio.resolve()),
            "speech": [(span.start_ms, span.end_ms) for span in speech],
            "people": people,
            "model": model and {"path": str(model.path), "similarity": model.similarity},
            "threads": self._spec.threads,
        }
        answer = self._ask(request, self._time_for(audio), check_wanted)
        return [Turn(**turn) for turn in answer["turns"]]

    def close(self) -> None:
        """End the children at once. Current, waiting and later calls raise RecognitionFailed."""
        self._recognizers.close()

    def _time_for(self, audio: Path) -> float:
        """Return the seconds that work on a whole recording may take."""
        return (1 + audio.stat().st_size // BLOCK_BYTES) * self._chunk_timeout_s

    def _ask(
        self,
        request: Mapping[str, object],
        cpu_s: float,
        check_wanted: Callable[[], None],
        *,
        fresh: bool = False,
    ) -> dict[str, Any]:
        with self._recognizers.lend(check_wanted, fresh=fresh) as child:
            answer = child.request(request, Allowance(cpu_s=cpu_s), check_wanted)
        if "failed" in answer:
            raise (MachineAtFault if answer["machine_at_fault"] else RecognitionFailed)(answer["failed"])
        return answer


def _word(said: Mapping[str, Any]) -> TimedWord:
    return TimedWord(**{**said, "origin": Origin(said["origin"])})


def _spans(operation: str, audio: Path, spans: Sequence[Span]) -> dict[str, object]:
    return {
        "operation": operation,
        "audio": str(audio.resolve()),
        "spans": [asdict(span) for span in spans],
    }


def _span(operation: str, audio: Path, span: Span) -> dict[str, object]:
    return {
        "operation": operation,
        "audio": str(audio.resolve()),
        "start_ms": span.start_ms,
        "end_ms": span.end_ms,
    }
