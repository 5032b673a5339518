from __future__ import annotations

from dataclasses import replace

from scribedock_captions.elementlist.mixing import mixed
from scribedock_captions.elementlist.model import Speaker
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import CaptionFormat, render_captions
from tests.captions.sample import ADA, BEN, SPEAKERS, sentence, talk

SPOKEN = talk(
    sentence("Look at that.", 0, speaker=ADA, change=True),
    sentence("It is a whale.", 5000, speaker=ADA),
    sentence("So it is.", 6200, speaker=BEN, change=True),
    speakers=SPEAKERS[1:],
)
DESCRIBED = talk(
    sentence("A tail rises.", 2000, speaker=1),
    sentence("It sinks.", 9000, speaker=1),
    speakers=(Speaker(id=1, name="Describer"),),
)


def transcript(**options: object) -> list[str]:
    both = mixed(SPOKEN, DESCRIBED)
    rendering = render_captions(both, CaptionFormat.TRANSCRIPT, CaptionOptions(**options))  # type: ignore[arg-type]
    return rendering.body.decode().split("\n\n")


def test_both_lists_are_merged_by_time_and_every_speaker_keeps_a_name() -> None:
    assert [each.strip().replace("\n", " ") for each in transcript()] == [
        ">> Ada Lovelace: Look at that.",
        ">> Describer: A tail rises.",
        ">> Ada Lovelace: It is a whale.",
        ">> Ben: So it is.",
        ">> Describer: It sinks.",
    ]


def test_a_description_shares_no_caption_with_what_is_said() -> None:
    assert len(transcript(caption_by_sentence=False, silence_max_ms=10**6)) == 5


def test_the_mixed_list_keeps_to_the_rules_and_to_the_longer_time() -> None:
    both = mixed(SPOKEN, DESCRIBED)
    assert problems(both) == []
    assert (both.start_time, both.end_time) == (0, DESCRIBED.end_time)


def test_an_empty_description_changes_nothing() -> None:
    assert mixed(SPOKEN, replace(talk(), end_time=1)) == SPOKEN


def test_at_the_same_moment_speech_comes_first() -> None:
    at_once = mixed(talk(sentence("Hi.")), talk(sentence("She waves.")))
    assert [each.sequences[0].tokens[0].display_as for each in at_once.segments] == ["Hi", "She"]
