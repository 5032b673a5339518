"""Every option of captions, row by row: what was decided, and a list that shows it.

The rows are those of the vendor's description.  A row without a case, or a case without a row, fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pytest

from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.layout.timing import assign_times
from scribedock_captions.options import CaptionOptions, Case, SpeakerDisplay, Spelling
from scribedock_captions.text.words import words_of
from tests.captions.sample import ADA, BEN, EFFECTS, NOBODY, SPEAKERS, say, sentence, talk

OF_FORMATS = {  # shown by the tests of the formats
    "dfxp_header",
    "include_dfxp_metadata",
    "line_ending_format",
    "srt_format",
    "utf8_mark",
}
KEEP: dict[str, Any] = {"remove_sound_references": False}
FREE: dict[str, Any] = {**KEEP, "sound_tokens_by_caption_list": (), "sound_tokens_by_line_list": ()}
TWO = say("Look at that.", "It is a whale.")
LONG = say(
    "We waited for the ferry on the pier, and nobody came to sell us a ticket to the island.", word_ms=400
)
DUO = talk(
    sentence("Look at that.", speaker=ADA, change=True),
    sentence("It is a whale.", 900, speaker=BEN, change=True),
    speakers=SPEAKERS,
)
NOISY = talk(sentence("Hear [MUSIC] it [COUGH] now."))


@dataclass(frozen=True, kw_only=True)
class Row:
    option: str
    decision: str
    given: ElementList
    options: dict[str, Any] = field(default_factory=dict)
    texts: list[str] | None = None  # captions, their lines divided by |
    spans: list[tuple[int, int]] | None = None  # ms
    media_end: int | None = None


ROWS = [
    Row(
        option="caption_by_sentence",
        decision="a caption never has two sentences",
        given=TWO,
        texts=["Look at that.", "It is a whale."],
    ),
    Row(
        option="caption_by_sentence",
        decision="false: sentences may share a caption",
        given=TWO,
        options={"caption_by_sentence": False},
        texts=["Look at that. It is a whale."],
    ),
    Row(
        option="caption_words_min",
        decision="soft: it merges inside hard boundaries only",
        given=say("Go.", "Now run."),
        options={"caption_words_min": 9},
        texts=["Go.", "Now run."],
    ),
    Row(
        option="layout_target_caption_length_ms",
        decision="a penalty for distance, never a limit",
        given=LONG,
        options={"layout_target_caption_length_ms": 3500},
        texts=[
            "We waited for the ferry on the pier,",
            "and nobody came to sell us|a ticket to the island.",
        ],
    ),
    Row(
        option="maximum_caption_duration",
        decision="hard: divided at a word",
        given=say("one two three four.", word_ms=500),
        options={"maximum_caption_duration": 1000},
        spans=[(0, 1000), (1000, 2000)],
    ),
    Row(
        option="maximum_caption_duration",
        decision="a single word that is longer is cut off",
        given=say("Aaaah.", word_ms=5000),
        options={"maximum_caption_duration": 1500},
        spans=[(0, 1500)],
    ),
    Row(
        option="maximum_caption_duration",
        decision="wins over a merged gap",
        given=say("Look at that.", "It is a whale.", gap=500),
        options={"maximum_caption_duration": 1200},
        spans=[(0, 1200), (1400, 2600)],
    ),
    Row(
        option="silence_max_ms",
        decision="a gap above the value is always a boundary",
        given=talk(sentence("Wait for", 0), sentence("it.", 2600)),
        options={"caption_by_sentence": False, "silence_max_ms": 1999},
        texts=["Wait for", "it."],
    ),
    Row(
        option="silence_max_ms",
        decision="strictly above",
        given=talk(sentence("Wait for", 0), sentence("it.", 2600)),
        options={"caption_by_sentence": False, "silence_max_ms": 2000},
        texts=["Wait for it."],
    ),
    Row(
        option="single_speaker_per_caption",
        decision="true: a caption ends where the speaker changes",
        given=DUO,
        options={
            "caption_by_sentence": False,
            "speaker_on_new_line": False,
            "single_speaker_per_caption": True,
        },
        texts=[">> Ada Lovelace: Look at that.", ">> Ben: It is a whale."],
    ),
    Row(
        option="speaker_on_new_line",
        decision="true: a caption ends where the speaker changes",
        given=DUO,
        options={"caption_by_sentence": False},
        texts=[">> Ada Lovelace: Look at that.", ">> Ben: It is a whale."],
    ),
    Row(
        option="speaker_on_new_line",
        decision="both false: speakers share a caption, a line each",
        given=DUO,
        options={"caption_by_sentence": False, "speaker_on_new_line": False},
        texts=[">> Ada Lovelace: Look at that.|>> Ben: It is a whale."],
    ),
    Row(
        option="characters_per_caption_line",
        decision="characters as a reader sees them, the speaker's name among them",
        given=talk(sentence("cafe\u0301 au lait", speaker=BEN, change=True), speakers=SPEAKERS),
        options={"characters_per_caption_line": 12, "lines_per_caption": 2},
        texts=[">> Ben: cafe\u0301|au lait"],
    ),
    Row(
        option="lines_per_caption",
        decision="the most lines",
        given=say("The ship has come in.", word_ms=900),
        options={"characters_per_caption_line": 12, "lines_per_caption": 1},
        texts=["The ship", "has come in."],
    ),
    Row(
        option="disallow_dangling",
        decision="the last word is never alone on a line",
        given=say("We remember them."),
        options={"characters_per_caption_line": 14, "disallow_dangling": True},
        texts=["We|remember them."],
    ),
    Row(
        option="disallow_dangling",
        decision="the line may be too wide for that",
        given=say("We remember them."),
        options={"characters_per_caption_line": 5, "disallow_dangling": True},
        texts=["We|remember them."],
    ),
    Row(
        option="line_break_on_sentence",
        decision="a sentence begins a line, where sentences share captions",
        given=TWO,
        options={"caption_by_sentence": False, "line_break_on_sentence": True},
        texts=["Look at that.|It is a whale."],
    ),
    Row(
        option="line_break_on_sentence",
        decision="a new caption where no line is free",
        given=TWO,
        options={"caption_by_sentence": False, "line_break_on_sentence": True, "lines_per_caption": 1},
        texts=["Look at that.", "It is a whale."],
    ),
    Row(
        option="merge_gap_interval",
        decision="a gap below the value is closed by the earlier caption",
        given=say("Look at that.", "It is a whale.", gap=999),
        spans=[(0, 1899), (1899, 3099)],
    ),
    Row(
        option="merge_gap_interval",
        decision="a gap of the value stays",
        given=say("Look at that.", "It is a whale.", gap=1000),
        spans=[(0, 900), (1900, 3100)],
    ),
    Row(
        option="minimum_caption_length_ms",
        decision="into the gap first, then at the cost of the next, never past the media",
        given=say("Look at that.", "It is a whale.", gap=1100),
        options={"minimum_caption_length_ms": 2500},
        spans=[(0, 2500), (2500, 4000)],
        media_end=4000,
    ),
    Row(
        option="minimum_gap_between_captions_ms",
        decision="runs after gaps were closed, and trims the earlier end",
        given=say("Look at that.", "It is a whale.", gap=50),
        options={"minimum_gap_between_captions_ms": 80},
        spans=[(0, 870), (950, 2150)],
    ),
    Row(
        option="minimum_gap_between_captions_ms",
        decision="a caption shorter than the gap keeps half of its time",
        given=say("Look at that.", "It is a whale."),
        options={"minimum_gap_between_captions_ms": 5000},
        spans=[(0, 450), (900, 2100)],
    ),
    Row(
        option="qt_seamless",
        decision="no effect on other formats",
        given=say("Look at that.", "It is a whale.", gap=1500),
        options={"qt_seamless": True},
        spans=[(0, 900), (2400, 3600)],
    ),
    Row(
        option="display_speaker_id",
        decision="the name, where the speaker changes",
        given=talk(
            sentence("Look.", speaker=ADA, change=True),
            sentence("There.", 300, speaker=ADA),
            sentence("What?", 600, speaker=NOBODY, change=True),
            sentence("Who?", 900, change=True),
            speakers=SPEAKERS,
        ),
        texts=[">> Ada Lovelace: Look.", "There.", ">> Speaker 3: What?", ">> Who?"],
    ),
    Row(
        option="display_speaker_id",
        decision="the number",
        given=DUO,
        options={"display_speaker_id": SpeakerDisplay.NUMBER},
        texts=[">> Speaker 1: Look at that.", ">> Speaker 2: It is a whale."],
    ),
    Row(
        option="display_speaker_id",
        decision="no: the marker alone",
        given=DUO,
        options={"display_speaker_id": SpeakerDisplay.NO},
        texts=[">> Look at that.", ">> It is a whale."],
    ),
    Row(
        option="emit_speaker_change_tokens_as",
        decision="empty: no marker, and no space",
        given=DUO,
        options={"emit_speaker_change_tokens_as": ""},
        texts=["Ada Lovelace: Look at that.", "Ben: It is a whale."],
    ),
    Row(
        option="display_effects_speaker_as",
        decision="the name of the speaker of effects, and of no other",
        given=talk(
            sentence("[APPLAUSE]", speaker=EFFECTS, change=True),
            sentence("Thank you.", 300, speaker=BEN, change=True),
            speakers=SPEAKERS,
        ),
        options={**KEEP, "display_effects_speaker_as": "Hall"},
        texts=[">> Hall: [APPLAUSE]", ">> Ben: Thank you."],
    ),
    Row(
        option="remove_sound_references",
        decision="all sounds go, whatever else is said of them; what is empty vanishes",
        given=talk(sentence("[MUSIC]"), sentence("Hear [COUGH] it.", 300)),
        options={"sound_tokens_by_caption": True, "sound_boundaries": ("(", ")")},
        texts=["Hear it."],
    ),
    Row(
        option="remove_sounds_list",
        decision="the listed sounds go",
        given=NOISY,
        options={**FREE, "remove_sounds_list": ("MUSIC",)},
        texts=["Hear it [COUGH] now."],
    ),
    Row(
        option="remove_sounds_list",
        decision="SOUND is an older name of UNKNOWN",
        given=talk(sentence("Hear [SOUND] it [COUGH] now.")),
        options={**FREE, "remove_sounds_list": ("UNKNOWN",)},
        texts=["Hear it [COUGH] now."],
    ),
    Row(
        option="sound_boundaries",
        decision="they replace the brackets",
        given=NOISY,
        options={**FREE, "sound_boundaries": ("{", "}")},
        texts=["Hear {MUSIC} it {COUGH} now."],
    ),
    Row(
        option="sound_threshold",
        decision="a sound above the value stands alone",
        given=NOISY,
        options={**FREE, "sound_threshold": 299},
        texts=["Hear", "[MUSIC]", "it", "[COUGH]", "now."],
    ),
    Row(
        option="sound_threshold",
        decision="strictly above",
        given=NOISY,
        options={**FREE, "sound_threshold": 300},
        texts=["Hear [MUSIC] it [COUGH] now."],
    ),
    Row(
        option="sound_tokens_by_caption",
        decision="each sound has a caption, whatever the lists say",
        given=NOISY,
        options={**FREE, "sound_tokens_by_caption": True},
        texts=["Hear", "[MUSIC]", "it", "[COUGH]", "now."],
    ),
    Row(
        option="sound_tokens_by_line",
        decision="each sound has a line",
        given=NOISY,
        options={**FREE, "sound_tokens_by_line": True, "lines_per_caption": 5},
        texts=["Hear|[MUSIC]|it|[COUGH]|now."],
    ),
    Row(
        option="sound_tokens_by_line",
        decision="a new caption where no line is free",
        given=talk(sentence("Hear it [COUGH]")),
        options={**FREE, "sound_tokens_by_line": True, "lines_per_caption": 1},
        texts=["Hear it", "[COUGH]"],
    ),
    Row(
        option="sound_tokens_by_caption_list",
        decision="the listed sounds have a caption; by default silence and music",
        given=NOISY,
        options=KEEP,
        texts=["Hear", "[MUSIC]", "it [COUGH] now."],
    ),
    Row(
        option="sound_tokens_by_line_list",
        decision="the listed sounds have a line",
        given=NOISY,
        options={**FREE, "sound_tokens_by_line_list": ("COUGH",), "lines_per_caption": 3},
        texts=["Hear [MUSIC] it|[COUGH]|now."],
    ),
    Row(
        option="strip_square_brackets",
        decision="after the boundaries, before the layout",
        given=say("Hear [MUSIC] now."),
        options={**FREE, "strip_square_brackets": True, "characters_per_caption_line": 15},
        texts=["Hear MUSIC now."],
    ),
    Row(
        option="force_case",
        decision="all that is seen, as the language writes it, before the layout",
        given=say("Die Straße.", language="de"),
        options={"force_case": Case.UPPER, "characters_per_caption_line": 11},
        texts=["DIE|STRASSE."],
    ),
    Row(
        option="mask_profanity",
        decision="as many asterisks as characters, whole words only",
        given=say("Oh shit, Scunthorpe."),
        options={"mask_profanity": True},
        texts=["Oh ****, Scunthorpe."],
    ),
    Row(
        option="remove_disfluencies",
        decision="capitals and punctuation are mended; what answers stays",
        given=say("Um, it is, uh, good, er.", "Mm-hmm."),
        texts=["It is, good.", "Mm-hmm."],
    ),
    Row(
        option="replace_slang",
        decision="in the case of the word, before the layout",
        given=say("Gonna rain."),
        options={"replace_slang": True, "characters_per_caption_line": 9},
        texts=["Going|to rain."],
    ),
    Row(
        option="replace_english_spelling",
        decision="in English alone",
        given=say("The color is gray."),
        options={"replace_english_spelling": Spelling.BRITISH},
        texts=["The colour is grey."],
    ),
    Row(
        option="replace_english_spelling",
        decision="other languages stay",
        given=say("El color.", language="es"),
        options={"replace_english_spelling": Spelling.BRITISH},
        texts=["El color."],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.option}: {row.decision}")
def test_an_option_does_what_was_decided(row: Row) -> None:
    options = CaptionOptions(**row.options)
    captions = lay_out(words_of(row.given, options), options, row.given.language)
    if row.texts is not None:
        assert ["|".join(caption.lines) for caption in captions] == row.texts
    if row.spans is not None:
        end = row.media_end or max(row.given.end_time, 1)
        timed = assign_times(captions, options, media_end=end)
        assert [(caption.start, caption.end) for caption in timed] == row.spans


def test_every_option_has_its_row() -> None:
    options = {option.name for option in fields(CaptionOptions)}
    assert {row.option for row in ROWS} == options - OF_FORMATS
    assert options >= OF_FORMATS
