"""From any ElementList, with any options, to captions: what always holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings

from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.model import ElementList, TokenType
from scribedock_captions.layout.boundaries import divides
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.layout.timing import assign_times
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.graphemes import width
from scribedock_captions.text.words import Word, words_of
from tests.captions.elementlists import caption_options, elementlists


def captions_of(elementlist: ElementList, options: CaptionOptions) -> tuple[list[Word], list[Caption]]:
    words = words_of(elementlist, options)
    return words, lay_out(words, options, elementlist.language)


def in_order(words: list[Word]) -> list[Word]:
    """The words with times that never run backwards."""
    start = end = 0
    ordered = []
    for word in words:
        start = max(start, word.start)
        end = max(end, word.end, start)
        ordered.append(replace(word, start=start, end=end))
    return ordered


@settings(max_examples=150, deadline=None)
@given(elementlists(), caption_options())
def test_every_word_is_shown_once_and_in_its_place(elementlist: ElementList, options: CaptionOptions) -> None:
    words, captions = captions_of(elementlist, options)
    shown = "".join(line for caption in captions for line in caption.lines)
    wanted = "".join(f"{word.label} {word.text}" for word in words)
    assert shown.replace(" ", "") == wanted.replace(" ", "")


@settings(max_examples=150, deadline=None)
@given(elementlists(), caption_options())
def test_no_hard_limit_is_exceeded(elementlist: ElementList, options: CaptionOptions) -> None:
    words, captions = captions_of(elementlist, options)
    for caption in captions:
        assert 1 <= len(caption.lines) <= options.lines_per_caption
        for line in caption.lines:
            assert line == line.strip()
            assert (
                width(line) <= options.characters_per_caption_line
                or " " not in line
                or (options.disallow_dangling and len(line.split(" ")) == 2)
                or elementlist.language == "ja"
            )
    assert bool(captions) == bool(words)


@settings(max_examples=150, deadline=None)
@given(elementlists(), caption_options())
def test_no_caption_reaches_over_a_boundary(elementlist: ElementList, options: CaptionOptions) -> None:
    words, captions = captions_of(elementlist, options)
    letters = 0
    ends = set()
    for caption in captions:
        letters += len("".join(caption.lines).replace(" ", ""))
        ends.add(letters)
    letters = 0
    for (before, earlier), (after, later) in pairwise(zip(words, in_order(words), strict=True)):
        letters += len(f"{before.label}{before.text}".replace(" ", ""))
        silence = later.start - earlier.end
        if not after.continues and (silence > options.silence_max_ms or divides(before, after, options)):
            assert letters in ends


@settings(max_examples=150, deadline=None)
@given(elementlists(), caption_options())
def test_times_are_apart_visible_and_inside_the_media(
    elementlist: ElementList, options: CaptionOptions
) -> None:
    _, captions = captions_of(elementlist, options)
    media_end = max([elementlist.end_time, *(caption.end for caption in captions)])
    timed = assign_times(captions, options, media_end=media_end, seamless=options.qt_seamless)
    assert [caption.lines for caption in timed] == [caption.lines for caption in captions]
    assert all(0 <= caption.start < caption.end for caption in timed)
    assert all(before.end <= after.start for before, after in pairwise(timed))
    assert not timed or timed[-1].end <= max(media_end, len(timed))
    if options.maximum_caption_duration is not None and not options.qt_seamless:
        assert all(each.end - each.start <= options.maximum_caption_duration for each in timed)


@settings(max_examples=150, deadline=None)
@given(elementlists(), caption_options())
def test_the_same_list_and_options_make_the_same_captions(
    elementlist: ElementList, options: CaptionOptions
) -> None:
    assert captions_of(elementlist, options) == captions_of(elementlist, options)


@settings(max_examples=150, deadline=None)
@given(elementlists())
def test_without_transforms_the_words_are_those_of_the_list(elementlist: ElementList) -> None:
    options = CaptionOptions(remove_sound_references=False, remove_disfluencies=False)
    shown = "".join(word.text for word in words_of(elementlist, options))
    written = "".join(
        f"[{token.display_as.strip('[]')}]" if token.type is TokenType.SOUND else token.display_as
        for segment in elementlist.segments
        for sequence in segment.sequences
        for token in sequence.tokens
    )
    assert shown == "".join(written.split())
