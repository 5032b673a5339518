from __future__ import annotations

from scribedock.speech.assembly import assemble
from scribedock.speech.diarization.turns import PAUSE_MS, Turn, speaker_changes, with_speakers, without_pauses
from scribedock.speech.recognizer import TimedWord
from scribedock.speech.span import Span
from scribedock_captions.elementlist.model import ElementList, Segment, Speaker
from scribedock_captions.elementlist.rules import problems
from tests.support.speech import chunk, texts, whisper


def turn(start_ms: int, end_ms: int, speaker: int) -> Turn:
    return Turn(start_ms=start_ms, end_ms=end_ms, speaker=speaker)


def spoken(*sentences: tuple[int, str], media_ms: int = 60_000) -> ElementList:
    chunks = [chunk(whisper(text), start) for start, text in sentences]
    return assemble(chunks, language="en", media_ms=media_ms, punctuates=True)


def speakers(made: ElementList) -> list[tuple[int | None, bool]]:
    return [(segment.speaker_id, segment.speaker_change) for segment in made.segments]


CONVERSATION = spoken((0, "Are you there?"), (2000, "I am."), (4000, "Good."), (6000, "So am I."))


def test_each_sentence_has_the_speaker_of_most_of_it_and_says_where_another_begins() -> None:
    turns = [turn(0, 1500, 1), turn(1500, 6100, 2), turn(6100, 8000, 1)]
    made = with_speakers(CONVERSATION, turns)
    assert speakers(made) == [(1, True), (2, True), (2, False), (1, True)]
    assert made.speakers == (Speaker(id=1, name="Speaker 1"), Speaker(id=2, name="Speaker 2"))
    assert problems(made) == []


def test_a_speaker_changes_only_between_sentences() -> None:
    said = spoken((0, "Whose?"), (1000, "This one is mine not yours."))
    made = with_speakers(said, [turn(0, 1700, 1), turn(1700, 3000, 2)])
    assert speakers(made) == [(1, True), (2, True)]


def test_speakers_are_numbered_in_the_order_of_their_sentences() -> None:
    turns = [turn(0, 100, 1), turn(100, 1500, 3), turn(1500, 8000, 2)]
    made = with_speakers(CONVERSATION, turns)
    assert speakers(made) == [(1, True), (2, True), (2, False), (2, False)]
    assert [speaker.name for speaker in made.speakers] == ["Speaker 1", "Speaker 2"]


def test_a_sentence_outside_of_every_turn_is_the_nearest_speakers() -> None:
    made = with_speakers(CONVERSATION, [turn(0, 1000, 1), turn(7500, 8000, 2)])
    assert [number for number, _ in speakers(made)] == [1, 1, 1, 2]


def test_a_sound_has_no_speaker_and_interrupts_none() -> None:
    failed: tuple[Span, list[TimedWord] | None] = (Span(start_ms=2000, end_ms=3000), None)
    chunks = [chunk(whisper("Are you there?")), failed, chunk(whisper("I am."), 4000)]
    made = with_speakers(assemble(chunks, language="en", media_ms=9000, punctuates=True), [turn(0, 9000, 1)])
    assert speakers(made) == [(1, True), (None, False), (1, False)]


def test_without_turns_there_are_no_speakers() -> None:
    assert with_speakers(CONVERSATION, []) is CONVERSATION


def test_the_speakers_that_a_list_has_are_kept() -> None:
    known = ElementList(
        start_time=0,
        end_time=9000,
        language="en",
        segments=tuple(
            Segment(
                start_time=each.start_time, end_time=each.end_time, sequences=each.sequences, speaker_id=7
            )
            for each in CONVERSATION.segments
        ),
        speakers=(Speaker(id=7, name="Ada"),),
    )
    assert with_speakers(known, [turn(0, 9000, 1)]) is known


def test_a_border_lies_between_turns_of_two_speakers() -> None:
    turns = [turn(0, 1000, 1), turn(1400, 2000, 1), turn(2000, 3000, 2), turn(3200, 4000, 1)]
    assert speaker_changes(turns) == [2000, 3100]


def test_another_speaker_begins_another_sentence_of_an_engine_that_does_not_punctuate() -> None:
    words = chunk("are you there yes i am")
    made = assemble(
        [words],
        language="en",
        media_ms=9000,
        punctuates=False,
        turns=[turn(0, 870, 1), turn(870, 1800, 2)],
    )
    assert texts(made) == ["Are you there.", "Yes I am."]
    assert speakers(with_speakers(made, [turn(0, 870, 1), turn(870, 1800, 2)])) == [(1, True), (2, True)]


def test_a_sentence_ends_in_the_longest_silence_near_the_change() -> None:
    first, rest = chunk("are you there")[1] or [], chunk("yes i am", 1100)[1] or []
    made = assemble(
        [(Span(start_ms=0, end_ms=2000), [*first, *rest])],
        language="en",
        media_ms=9000,
        punctuates=False,
        turns=[turn(0, 700, 1), turn(700, 2000, 2)],
    )
    assert texts(made) == ["Are you there.", "Yes I am."]


def test_a_punctuating_engines_sentences_are_not_cut() -> None:
    made = assemble(
        [chunk(whisper("Are you there or not?"))],
        language="en",
        media_ms=9000,
        punctuates=True,
        turns=[turn(0, 700, 1), turn(700, 2000, 2)],
    )
    assert texts(made) == ["Are you there or not?"]


def test_a_person_goes_on_after_a_short_pause_and_begins_again_after_a_long_one() -> None:
    said = [turn(0, 1000, 1), turn(1000 + PAUSE_MS, 4000, 1), turn(4001 + PAUSE_MS, 6000, 1)]
    assert without_pauses(said) == [turn(0, 4000, 1), turn(4001 + PAUSE_MS, 6000, 1)]


def test_a_pause_in_which_somebody_else_speaks_is_the_end_of_a_turn() -> None:
    said = [turn(0, 1000, 1), turn(1100, 1300, 2), turn(1400, 3000, 1)]
    assert without_pauses(said) == said
