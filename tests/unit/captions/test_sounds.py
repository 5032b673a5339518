"""What stays of sounds: by default nothing, but what says that speech was not recognized."""

from __future__ import annotations

from typing import Any

import pytest

from scribedock.captions.elementlist import ElementList
from scribedock.captions.elementlist_json import parse, to_json
from scribedock.captions.options import TranscriptOptions
from scribedock.captions.translated import sentences, translated
from scribedock.captions.words import words_of
from scribedock.speech.assembly import assemble
from scribedock.speech.recognizer import Word
from scribedock.speech.span import Span
from tests.unit.captions.sample import say


def recognized() -> ElementList:
    """Speech of which the second half was not recognized."""
    words = [Word(text=" The", start_ms=0, end_ms=500, confidence=None)]
    words.append(Word(text=" sea.", start_ms=500, end_ms=1000, confidence=None))
    chunks = [(Span(start_ms=0, end_ms=1000), words), (Span(start_ms=1000, end_ms=3000), None)]
    return parse(to_json(assemble(chunks, language="en", media_ms=3000, punctuates=True)))


def shown(elementlist: ElementList, **options: Any) -> str:
    return " ".join(word.text for word in words_of(elementlist, TranscriptOptions(**options)))


def test_speech_that_was_not_recognized_stays_visible_by_default() -> None:
    assert shown(recognized()) == "The sea. [INAUDIBLE]"
    assert shown(recognized(), remove_sound_references=True) == "The sea. [INAUDIBLE]"
    assert shown(recognized(), sound_boundaries=("(", ")")) == "The sea. (INAUDIBLE)"


@pytest.mark.parametrize("all_sounds", [True, False])
def test_speech_that_was_not_recognized_is_left_out_by_its_name(all_sounds: bool) -> None:
    options = {"remove_sound_references": all_sounds, "remove_sounds_list": ("INAUDIBLE",)}
    assert shown(recognized(), **options) == "The sea."


def test_a_sound_of_another_list_is_left_out_whatever_its_name() -> None:
    written = say("The sea. [INAUDIBLE]", language="en")
    assert "[INAUDIBLE]" in shown(written, remove_sound_references=False)
    assert shown(written) == "The sea."


def test_it_stays_visible_in_a_translation() -> None:
    assert sentences(recognized()) == ["The sea.", ""]
    assert shown(translated(recognized(), ["Das Meer.", ""], "de")) == "Das Meer. [INAUDIBLE]"
