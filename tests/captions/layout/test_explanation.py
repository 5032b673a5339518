from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from scribedock_captions.layout.explanation import ExplainedCaption, described, explain
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.words import Word, words_of
from tests.captions.layout.made_up import option_sets, word_lists
from tests.captions.sample import SAMPLE, say


def explained(text: str, **options: Any) -> list[ExplainedCaption]:
    chosen = CaptionOptions(**options)
    return explain(words_of(say(text), chosen), chosen)


def test_a_break_has_its_reason_and_the_next_best_place() -> None:
    [caption] = explained("When the rain stops, we will walk home together.", characters_per_caption_line=32)
    [line] = caption.breaks
    assert (line.kind, line.reason, line.forced) == ("line", "after a comma", False)
    assert line.before.endswith("stops,")
    assert line.after.startswith("we will")
    assert line.instead
    assert line.instead_by > 0


def test_a_boundary_is_named_as_the_reason() -> None:
    options = CaptionOptions()
    first, _ = explain(words_of(say("Look.", "There."), options), options)
    assert first.breaks[-1].forced
    assert first.breaks[-1].reason == "at the end of a sentence"


def test_every_caption_of_the_layout_is_explained() -> None:
    options = CaptionOptions(remove_sound_references=False)
    words = words_of(SAMPLE, options)
    assert [each.lines for each in explain(words, options)] == [
        each.lines for each in lay_out(words, options)
    ]
    text = described(explain(words, options))
    assert "before another speaker (always)" in text
    assert "next best" in text


@settings(max_examples=100, deadline=None)
@given(word_lists(), option_sets())
def test_a_line_break_is_never_reported_as_better_elsewhere(
    words: list[Word], options: CaptionOptions
) -> None:
    for caption in explain(words, options):
        assert len([each for each in caption.breaks if each.kind == "line"]) == len(caption.lines) - 1
        if len(caption.lines) == 2:
            [line] = [each for each in caption.breaks if each.kind == "line"]
            assert not line.instead or line.instead_by >= -1e-9
