"""What stays of sounds: by default nothing, but what says that speech was not recognized."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import UNRECOGNIZED, ElementList
from scribedock_captions.options import TranscriptOptions
from scribedock_captions.text.translation import sentences, translated
from scribedock_captions.text.words import words_of
from tests.captions.sample import say, sentence, talk


def recognized() -> ElementList:
    """Speech of which the second half was not recognized."""
    heard = sentence("The sea.", word_ms=500)
    unheard = sentence("[INAUDIBLE]", 1000, word_ms=2000)
    [sound] = unheard.sequences[0].tokens
    styled = replace(unheard.sequences[0], tokens=(replace(sound, style=UNRECOGNIZED),))
    return parse(to_json(talk(heard, replace(unheard, sequences=(styled,)))))


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
