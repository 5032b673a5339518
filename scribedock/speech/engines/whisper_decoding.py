"""Whisper's decoding: from samples to phrases with their probabilities, by beam search alone.

What it does not do: judge what comes out, which is `whisper_listening`'s work, and sample. Sampled words
would be others at every run; a doubtful phrase is heard again in other surroundings instead.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scribedock.settings import SettingsError
from scribedock.speech.alignment import dictionary
from scribedock.speech.alignment.pronunciation import bare_word
from scribedock.speech.engines.whisper_confidence import IsKnown
from scribedock.speech.engines.whisper_listening import (
    MIN_PART_MS,
    SAMPLES_PER_MS,
    cut_at_quietest,
    is_doubtful,
    repeats_itself,
)
from scribedock.speech.engines.whisper_phrases import Phrase, moved, phrase_of, phrases_of, words_of
from scribedock.speech.recognizer import SAMPLE_RATE, TimedWord
from scribedock.speech.span import Span

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.recognizer import Pcm

    Samples = npt.NDArray[np.float32]
    Phrases = Callable[[Any, Sequence[TimedWord], IsKnown | None], list[Phrase]]

WHISPER_CODES = {"jv": "jw"}  # ISO 639-1 to Whisper's own
ISO_CODES = {code: iso for iso, code in WHISPER_CODES.items()}
TASK = "transcribe"
PREPENDED_MARKS, APPENDED_MARKS = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"  # faster-whisper's defaults
DICTIONARIES = frozenset({"en"})  # those of `alignment.dictionary`
FRAMES_PER_SECOND = 100
WINDOW_FRAMES = 3000
WINDOW_SAMPLES = WINDOW_FRAMES * SAMPLE_RATE // FRAMES_PER_SECOND
KEPT_ENCODINGS = 4
"""How many windows stay encoded (3 MB each for base, 8 MB for large): the language is identified in windows
that are recognized next, and the encoder is the dearer half of the work."""
MAX_TOKENS = 220
"""Of a window: with as many as terms may take (224) that is all that the model has places for. Whoever says
more in 30 seconds is not cut off; the next window begins after the last word."""
UNHEARD_MS = 2000
"""So much sound after the last word of a window may be speech that was not heard: a chunk has at most a
second of context there (`whisper.CONTEXT_MS`). Of a sentence that is said six times Whisper may write two."""
MAX_PROMPT_TOKENS = 227
"""What the 448 places of the model leave beside MAX_TOKENS."""
MANNERS = {
    "en": "Well, I thought so. It was late, and we went home. Didn't you?",
    "hi": "हाँ, मैंने यही सोचा था। देर हो गई थी, और हम घर चले गए। है ना?",
    "zh": "嗯，我是这样想的。天已经很晚了，我们就回家了。不是吗？",
}
"""What a window without time stamps is told that was said before: it is then written that way. Of 1,908
English words of ten people who read books, 159 are wrong with it, and 179 without; without it 87 stand in
runs of 30 or more that have no mark. Of seven texts, it had the fewest wrong words on half of them. Without
it Hindi came in other scripts, and Chinese without marks; in German, Italian, Portuguese and Spanish such
sentences made things worse."""
MIN_TOKENS, TOKENS_PER_SECOND, FOREIGN_TOKENS_PER_SECOND = 40, 7, 50
"""So a loop over a short piece ends soon. For a second of speech English needs 5 tokens, Hindi 12 to 15,
Bengali 26, Burmese 45: of some scripts each letter is several."""


class Decoder:
    """A loaded model: int8 on the processor, float16 on a GPU where CTranslate2 finds one."""

    def __init__(self, folder: Path, threads: int, *, precision: str | None = None) -> None:
        """Load the model; precision is a compute type of CTranslate2 instead of the one chosen here."""
        import ctranslate2
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        device = "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"
        model: Any = WhisperModel(
            str(folder),
            device=device,
            compute_type=precision or compute_type(device, ctranslate2.get_supported_compute_types(device)),
            cpu_threads=threads,
            local_files_only=True,
        )
        heard, wanted = model.feature_extractor.mel_filters.shape[0], model.model.n_mels
        if heard != wanted:
            raise SettingsError(
                f"SCRIBEDOCK_SPEECH_MODEL: {folder} needs {wanted} mel bands and is given {heard}; "
                "copy the model's preprocessor_config.json into it"
            )
        self._model = model
        self._encode = model.encode
        self._encoded: OrderedDict[bytes, Any] = OrderedDict()
        model.encode = self._encode_once
        self._batched: Any = BatchedInferencePipeline(model)

    def decode(self, pcm: Pcm, language: str, terms: Sequence[str] = ()) -> list[Phrase]:
        """Return the phrases of any number of samples, whatever they are worth.

        What fits into a window is decoded without time stamps. With them, Whisper leaves the last sentence of
        most windows to another, which begins at the stamp of the end of the sentence before: a word that is
        said earlier is lost, and the encoder runs twice. Without them, it may end too early: then they help.
        """
        if not len(pcm):
            return []
        if len(pcm) <= WINDOW_SAMPLES:
            manner = self._manner(language, terms)
            segments = self._segments(
                pcm, language, terms, without_timestamps=True, initial_prompt=manner or None
            )
            phrases = self._with_words(segments, pcm, language, terms, phrases_of)
            return self._whole(segments, phrases, pcm, language, terms)
        return self._decode_with_stamps(pcm, language, terms)

    def translate(self, pcm: Pcm, language: str) -> list[Phrase]:
        """Return English phrases for any number of samples, whatever they are worth; without words."""
        if not len(pcm):
            return []
        return [phrase_of(segment) for segment in self._segments(pcm, language, (), task="translate")]

    def _whole(
        self, segments: Sequence[Any], phrases: list[Phrase], pcm: Pcm, language: str, terms: Sequence[str]
    ) -> list[Phrase]:
        """Return the phrases of a window without time stamps, or where they are not all, what is heard else.

        A window with time stamps has no more tokens. Where its first sentence needs more, all that follows
        would be lost; so what was cut off is decoded in halves. A doubtful end is another matter: all that
        follows it is heard again by `whisper_listening`.
        """
        length_ms = len(pcm) // SAMPLES_PER_MS
        if sum(len(segment.tokens) for segment in segments) >= max_tokens(length_ms / 1000, language):
            if length_ms >= 2 * MIN_PART_MS and not any(repeats_itself(phrase) for phrase in phrases):
                return [
                    moved(phrase, part.start_ms)
                    for part in cut_at_quietest(pcm, Span(start_ms=0, end_ms=length_ms))
                    for phrase in self.decode(
                        pcm[part.start_ms * SAMPLES_PER_MS : part.end_ms * SAMPLES_PER_MS], language, terms
                    )
                ]
        elif length_ms - (phrases[-1].end_ms if phrases else 0) < UNHEARD_MS or (
            phrases and is_doubtful(phrases[-1])
        ):
            return phrases
        return self._decode_with_stamps(pcm, language, terms)

    def _decode_with_stamps(self, pcm: Pcm, language: str, terms: Sequence[str]) -> list[Phrase]:
        segments = self._segments(pcm, language, terms)
        return self._with_words(segments, pcm, language, terms, _as_it_is)

    def _segments(self, pcm: Pcm, language: str, terms: Sequence[str], **wanted: Any) -> list[Any]:
        prompt = self._prompt_length(language, terms, wanted.get("initial_prompt") or "")
        segments, _ = self._model.transcribe(
            floats(pcm),
            max_new_tokens=new_tokens(max_tokens(len(pcm) / SAMPLE_RATE, language), prompt),
            temperature=[0.0],
            compression_ratio_threshold=None,
            log_prob_threshold=None,
            no_speech_threshold=None,
            **(_wanted(language, terms) | wanted),
        )
        return list(segments)

    def _manner(self, language: str, terms: Sequence[str]) -> str:
        """Return what a window is told that was said before; nothing where terms leave no room for it."""
        manner = MANNERS.get(language, "")
        return manner if self._prompt_length(language, terms, manner) <= MAX_PROMPT_TOKENS else ""

    def _prompt_length(self, language: str, terms: Sequence[str], manner: str) -> int:
        tokenizer = self._tokenizer(language)
        before = tokenizer.encode(f" {manner}") if manner else []
        hotwords = _wanted(language, terms)["hotwords"]
        return len(self._model.get_prompt(tokenizer, before, hotwords=hotwords))

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        multilingual = self._model.model.is_multilingual
        return Tokenizer(
            self._model.hf_tokenizer,
            multilingual,
            task=TASK,
            language=WHISPER_CODES.get(language, language) if multilingual else "en",
        )

    def _with_words(
        self, segments: list[Any], pcm: Pcm, language: str, terms: Sequence[str], phrases: Phrases
    ) -> list[Phrase]:
        """Return the phrases of the segments, with the times of their words.

        Asked for them, faster-whisper would begin the next window where it believes the last word to end, and
        so skip what is said during a word whose end it has wrong; the model's own time stamps skip less.
        """
        if not segments:
            return []
        model, is_known = self._model, _knowing(language, terms)
        features = model.feature_extractor(floats(pcm))
        found: list[Phrase] = []
        for seek, window in groupby(segments, key=lambda segment: segment.seek):
            frames = features[:, seek : min(seek + WINDOW_FRAMES, features.shape[-1] - 1)]
            of_window = list(window)
            timed = [
                {"seek": seek, "start": each.start, "end": each.end, "tokens": each.tokens}
                for each in of_window
            ]
            model.add_word_timestamps(
                [timed],
                self._tokenizer(language),
                self._encode_window(frames),
                frames.shape[-1],
                PREPENDED_MARKS,
                APPENDED_MARKS,
                found[-1].end_ms / 1000 if found else 0.0,
            )
            for each, more in zip(of_window, timed, strict=True):
                placed = replace(each, start=more["start"], end=more["end"])
                found += phrases(placed, words_of(more["words"]), is_known)
        return found

    def decode_batch(
        self, chunks: Sequence[Pcm], language: str, terms: Sequence[str] = ()
    ) -> list[list[Phrase]]:
        """Return the phrases of each chunk of at most 30 seconds, decoded together as `decode` does it."""
        import numpy as np

        starts = [0, *accumulate(len(pcm) for pcm in chunks)]
        clips = [
            # Half a sample more, because faster-whisper rounds down what it makes of it.
            {"start": (start + 0.5) / SAMPLE_RATE, "end": (end + 0.5) / SAMPLE_RATE}
            for start, end in pairwise(starts)
            if end > start
        ]
        found: list[list[Phrase]] = [[] for _ in chunks]
        if not clips:
            return found
        sound = np.concatenate([floats(pcm) for pcm in chunks])
        manner = self._manner(language, terms)
        segments, _ = self._batched.transcribe(
            sound,
            clip_timestamps=clips,
            batch_size=len(clips),
            word_timestamps=True,
            without_timestamps=True,
            initial_prompt=f" {manner}" if manner else None,
            max_new_tokens=new_tokens(MAX_TOKENS, self._prompt_length(language, terms, manner)),
            **_wanted(language, terms),
        )
        is_known = _knowing(language, terms)
        begins = [start * FRAMES_PER_SECOND // SAMPLE_RATE for start in starts[:-1]]
        # It is the frame in which the chunk begins, or for the same reason the one before.
        for place, window in groupby(segments, key=lambda each: bisect_right(begins, each.seek + 1) - 1):
            of_window = list(window)
            offset_ms = -round(starts[place] * 1000 / SAMPLE_RATE)
            for each in of_window:
                words = words_of([vars(word) for word in each.words or ()])
                found[place] += phrases_of(each, words, is_known, offset_ms)
            found[place] = self._whole(of_window, found[place], chunks[place], language, terms)
        return found

    def detect(self, pcm: Pcm) -> Mapping[str, float]:
        """Return the probability of each language (ISO 639-1) in the first 30 seconds."""
        features = self._model.feature_extractor(floats(pcm))
        # The same frames as `transcribe` takes for its first window.
        window = self._encode_window(features[:, : min(WINDOW_FRAMES, features.shape[-1] - 1)])
        (found,) = self._model.model.detect_language(window)
        codes = ((token[2:-2], float(probability)) for token, probability in found)
        return {ISO_CODES.get(code, code): probability for code, probability in codes}

    def _encode_window(self, frames: Samples) -> Any:
        from faster_whisper.audio import pad_or_trim

        return self._model.encode(pad_or_trim(frames))

    def _encode_once(self, features: Samples) -> Any:
        """Return the encoder's output, which is kept for a while."""
        key = blake2b(features.tobytes(), digest_size=16).digest() + str(features.shape).encode()
        if key not in self._encoded:
            self._encoded[key] = self._encode(features)
        self._encoded.move_to_end(key)
        while len(self._encoded) > KEPT_ENCODINGS:
            self._encoded.popitem(last=False)
        return self._encoded[key]


def floats(pcm: Pcm) -> Samples:
    """Return the samples between -1 and 1."""
    import numpy as np

    return pcm.astype(np.float32) / np.float32(32768)


def max_tokens(seconds: float, language: str) -> int:
    """Return how many tokens a window of a chunk may get."""
    rate = TOKENS_PER_SECOND if language == "en" else FOREIGN_TOKENS_PER_SECOND
    return min(MAX_TOKENS, MIN_TOKENS + round(rate * seconds))


def new_tokens(limit: int, prompt: int) -> int:
    """Return what faster-whisper must be told, so that a window gets `limit` tokens after a prompt.

    prompt is the number of its tokens. CTranslate2 gives a window half of prompt and new tokens together, if
    that is less than these.
    """
    return max(limit, 2 * limit - prompt)


def _wanted(language: str, terms: Sequence[str]) -> dict[str, Any]:
    return {
        "language": WHISPER_CODES.get(language, language),
        "task": TASK,
        "vad_filter": False,
        "condition_on_previous_text": False,
        "hotwords": ", ".join(terms) or None,
    }


def _knowing(language: str, terms: Sequence[str]) -> IsKnown | None:
    """Return what knows the words of a language and of the terms; None where there is no dictionary."""
    if language not in DICTIONARIES:
        return None
    return partial(
        dictionary.is_known, also=frozenset(bare_word(word) for term in terms for word in term.split())
    )


def _as_it_is(segment: Any, words: Sequence[TimedWord], is_known: IsKnown | None) -> list[Phrase]:
    return [phrase_of(segment, words, is_known)]


def compute_type(device: str, supported: Collection[str]) -> str:
    """Return int8 for the processor, float16 for a GPU, or the next best that the device supports."""
    wanted = ("float16", "int8_float32", "float32") if device == "cuda" else ("int8", "float32")
    return next((kind for kind in wanted if kind in supported), "default")
