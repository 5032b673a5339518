"""When the words of a given text are said: English, with PocketSphinx and its acoustic model.

It does two things with a stretch of sound: `hear` which words of a whole text are said in it, and `align`
words that are known to be said in it, all of them and in order. To hear needs no knowledge of where in the
text the sound is; to align finds the words, too, that were heard wrong.

It holds the interpreter's lock while it works, so it belongs in a process of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scribedock.speech.alignment.anchors import HeardWord
from scribedock.speech.alignment.dictionary import entries
from scribedock.speech.alignment.language_model import arpa
from scribedock.speech.alignment.lexicon import pronunciations
from scribedock.speech.alignment.pronunciation import bare_word, spoken_forms
from scribedock.speech.recognizer import SAMPLE_RATE

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

FRAME_MS = 10
MAX_OTHERS = 400
OUT_OF_TEXT = "~"  # stands for what is heard and not in the text; `bare` returns no such word
BEAM_WIDTHS: tuple[dict[str, float], ...] = ({}, {"beam": 1e-100, "pbeam": 1e-100, "wbeam": 1e-100})
"""The beams for alignment: those of the model first, then much wider ones."""
HESITATIONS = {"[UM]": "AH M", "[UH]": "AH"}
"""What may be said between any two words and is not in their text: without it, the word after an "um" begins
with it."""
HESITATION_PROBABILITY = 1e-2
"""With the model's own (1e-8) none is ever found; from 0.1 on, they are found in a hoarse voice's words."""
MAX_ADDED_PRONUNCIATIONS = 20_000  # in a dictionary, before a new one is begun
LANGUAGES = frozenset({"en"})


class Aligner:
    """Decoders that know the words of a text, loaded when needed. Used by one thread at a time."""

    def __init__(self) -> None:
        self._decoders: dict[tuple[int, bool], _Aligning] = {}
        self._hearing: _Hearing | None = None

    def hear(self, pcm: Pcm, offset_ms: int, text: Sequence[str]) -> list[HeardWord]:
        """Return the words of a text that are heard in a chunk which begins offset_ms into the media.

        text is that of the whole recording, in its written words. Everything else that is said becomes
        OUT_OF_TEXT.
        """
        if not len(pcm):
            return []
        if self._hearing is None or self._hearing.text != tuple(text):
            self._hearing = _Hearing(tuple(text), self._decoder(0, hesitations=False))
        return self._hearing.hear(pcm, offset_ms)

    def align(
        self, pcm: Pcm, offset_ms: int, words: Sequence[str], *, wide: bool, hesitations: bool = False
    ) -> list[HeardWord | None]:
        """Return the time of each written word in a chunk that contains nothing else.

        hesitations says that somebody may say "um" between any two of them, which a recognizer leaves out.

        None for a word without sound, and for all where no path through the sound is likely enough. With the
        model's own beams a text that is not said is not found; with wide ones it may be.
        """
        for step in range(len(BEAM_WIDTHS) if wide else 1):
            decoder = self._decoder(step, hesitations=hesitations)
            names = [decoder.name(word) for word in words]
            found = decoder.align(pcm, offset_ms, [name for name in names if name is not None])
            if found:
                following = iter(found)
                return [None if name is None else next(following) for name in names]
        return [None] * len(words)

    def _decoder(self, step: int, *, hesitations: bool) -> _Aligning:
        found = self._decoders.get((step, hesitations))
        if found is None or found.added > MAX_ADDED_PRONUNCIATIONS:
            found = _Aligning(BEAM_WIDTHS[step], HESITATIONS if hesitations else {})
            self._decoders[step, hesitations] = found
        return found


class _Aligning:
    """PocketSphinx with a dictionary that grows."""

    def __init__(self, beams: dict[str, float], hesitations: Mapping[str, str]) -> None:
        from pocketsphinx import Decoder, get_model_path

        with tempfile.NamedTemporaryFile("w", suffix=".dict") as fillers:
            fillers.write(Path(get_model_path("en-us/en-us/noisedict")).read_text().rstrip("\n"))
            fillers.writelines(f"\n{name} {phones}" for name, phones in hesitations.items())
            fillers.write("\n")
            fillers.flush()
            chances = {"fillprob": HESITATION_PROBABILITY} if hesitations else {}
            self._decoder: Any = Decoder(
                samprate=SAMPLE_RATE, loglevel="FATAL", lm=None, fdict=fillers.name, **chances, **beams
            )
        self._names: dict[str, str | None] = {}
        self._words: dict[str, str] = {}
        self.added = 0

    def name(self, written: str) -> str | None:
        """Add a written word to the dictionary and return its name in it; None for what is not said."""
        word = bare_word(written)
        if word not in self._names:
            self._names[word] = name = self._named(written)
            if name is not None:
                self._words[name] = word
        return self._names[word]

    def _named(self, written: str) -> str | None:
        forms = spoken_forms(written)
        if forms == [(bare_word(written),)] and self._decoder.lookup_word(forms[0][0]) is not None:
            return forms[0][0]
        # No word of the dictionary begins with it or contains a number.
        name = f"={len(self._names)}"
        ways = pronunciations(written, self.pronunciations)
        for number, phones in enumerate(ways, start=1):
            self._decoder.add_word(_numbered(name, number), phones, False)
        self.added += len(ways)
        return name if ways else None

    def pronunciations(self, name: str) -> list[str]:
        """Return the pronunciations of a word of the dictionary; none for an unknown one."""
        found: list[str] = []
        while (phones := self._decoder.lookup_word(_numbered(name, len(found) + 1))) is not None:
            found.append(phones)
        return found

    def others(self, names: frozenset[str]) -> list[str]:
        """Return pronunciations of other short words, from the whole dictionary."""
        known = {phones for name in names for phones in self.pronunciations(name)}
        return [phones for phones in self._short_words if phones not in known]

    @cached_property
    def _short_words(self) -> list[str]:
        short = [" ".join(phones) for word, phones in entries() if word.isalpha() and 2 <= len(phones) <= 4]
        return short[:: len(short) // MAX_OTHERS + 1]

    def align(self, pcm: Pcm, offset_ms: int, names: Sequence[str]) -> list[HeardWord]:
        """Return the words with their times; none where they are not found in the sound."""
        if not names or not len(pcm):
            return []
        self._decoder.set_align_text(" ".join(names))
        found = _decoded(self._decoder, pcm, offset_ms, self._words)
        return found if [each.word for each in found] == [self._words[name] for name in names] else []


class _Hearing:
    """PocketSphinx with the words and the order of one text.

    Words of the dictionary that are not the text's stand for everything else that may be said: without them a
    text is heard even where it is not said. With its whole dictionary it takes eight seconds to learn a text,
    with the text's words a tenth of one.
    """

    def __init__(self, text: tuple[str, ...], dictionary: _Aligning) -> None:
        self.text = text
        named = [(name, bare_word(word)) for word in text if (name := dictionary.name(word)) is not None]
        self._words = dict(named)
        self._decoder: Any = self._load([name for name, _ in named], dictionary) if named else None
        self._words |= {_other(number): OUT_OF_TEXT for number in range(MAX_OTHERS)}

    @staticmethod
    def _load(names: Sequence[str], dictionary: _Aligning) -> Any:
        from pocketsphinx import Decoder

        with (
            tempfile.NamedTemporaryFile("w", suffix=".dict") as words,
            tempfile.NamedTemporaryFile("w", suffix=".arpa") as model,
        ):
            for name in dict.fromkeys(names):
                for number, phones in enumerate(dictionary.pronunciations(name), start=1):
                    words.write(f"{_numbered(name, number)} {phones}\n")
            others = dictionary.others(frozenset(names))
            for number, phones in enumerate(others):
                words.write(f"{_other(number)} {phones}\n")
            model.write(arpa(names, [_other(number) for number in range(len(others))]))
            words.flush()
            model.flush()
            return Decoder(samprate=SAMPLE_RATE, loglevel="FATAL", dict=words.name, lm=model.name)

    def hear(self, pcm: Pcm, offset_ms: int) -> list[HeardWord]:
        return _decoded(self._decoder, pcm, offset_ms, self._words) if self._decoder else []


def _other(number: int) -> str:
    return f"~{number}"


def _numbered(name: str, number: int) -> str:
    """Return the name of a pronunciation: the second of "the" is the(2)."""
    return name if number == 1 else f"{name}({number})"


def _decoded(decoder: Any, pcm: Pcm, offset_ms: int, words: Mapping[str, str]) -> list[HeardWord]:
    # Otherwise what was learnt from another chunk's sound would change the words of this one.
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(pcm.tobytes(), full_utt=True)
    decoder.end_utt()
    length_ms = len(pcm) * 1000 // SAMPLE_RATE
    found = []
    for segment in decoder.seg() or ():
        word = words.get(segment.word) or words.get(segment.word.partition("(")[0])
        if word is not None:
            found.append(
                HeardWord(
                    word=word,
                    start_ms=offset_ms + min(segment.start_frame * FRAME_MS, length_ms),
                    end_ms=offset_ms + min((segment.end_frame + 1) * FRAME_MS, length_ms),
                )
            )
    return found
