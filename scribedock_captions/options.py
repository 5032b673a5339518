"""Every option of captions and transcripts, with its default and its meaning.

Source: the vendor's description of `get_caption` and `get_transcript`; where that is silent,
the meaning stands in the help of the option.  The API makes its parameters from these fields.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from typing import Any

from scribedock_captions.elementlist.model import Tag
from scribedock_captions.errors import UnusableOption
from scribedock_captions.srt_template import DEFAULT_SRT_FORMAT, SrtTemplate

MAX_BOUNDARY = 16
MAX_LABEL = 200
MAX_TEMPLATE = 2000
MAX_NEWLINES = 20
MAX_OPTION_MS = 10**9
MAX_DFXP_HEADER = 64 * 1024


class SpeakerDisplay(StrEnum):
    NO = "no"
    NUMBER = "number"  # Speaker 1:
    NAME = "name"


class Case(StrEnum):
    KEPT = ""  # as it was written
    UPPER = "upper"
    LOWER = "lower"


class LineEnding(StrEnum):
    UNIX = "UNIX"  # LF
    WINDOWS = "WINDOWS"  # CR LF
    OSX = "OSX"  # CR


class Spelling(StrEnum):
    AMERICAN = "A"
    BRITISH = "B"
    BRITISH_IZE = "Z"
    AUSTRALIAN = "U"
    CANADIAN = "C"


class FileFormat(StrEnum):
    TXT = "txt"
    HTML = "html"
    PDF = "pdf"  # known, and not written


def option(default: Any, help: str, *, least: int | None = None, most: int | None = None) -> Any:
    """Make a field.  `least` and `most` bound a number; `most` is the greatest length of a text."""
    return field(default=default, metadata={"help": help, "least": least, "most": most})


@dataclass(frozen=True, kw_only=True)
class TextOptions:
    """What captions and transcripts have in common."""

    emit_speaker_change_tokens_as: str = option(
        ">>", "What stands before the first word of a new speaker; empty: nothing.", most=MAX_LABEL
    )
    remove_sound_references: bool = option(
        True,
        "Leave out all sounds; while this is true, the other options on sounds do nothing. Speech that could "
        "not be recognized stays as [INAUDIBLE]; remove_sounds_list takes it out, too.",
    )
    remove_sounds_list: tuple[str, ...] = option((), "Sounds to leave out, by tag.")
    sound_boundaries: tuple[str, str] = option(("[", "]"), "What stands before and after a sound.")
    mask_profanity: bool = option(False, "Asterisks for profane words, as many as the word has characters.")
    remove_disfluencies: bool = option(
        True, "Leave out um, uh and the like, and mend the sentence around them."
    )
    replace_slang: bool = option(False, "Proper words for slang: going to for gonna.")
    replace_english_spelling: Spelling | None = option(
        None,
        "English as it is spelled in one place: A American, B British, Z British with -ize, U Australian, "
        "C Canadian; other languages stay as they are.",
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            _check_bounds(each, getattr(self, each.name))
        _check_tags(self, "remove_sounds_list")
        if len(self.sound_boundaries) != 2 or any(len(each) > MAX_BOUNDARY for each in self.sound_boundaries):
            raise UnusableOption(
                f"sound_boundaries: must be two texts of up to {MAX_BOUNDARY} characters, "
                f'as ["[","]"], not {self.sound_boundaries!r}'
            )


@dataclass(frozen=True, kw_only=True)
class CaptionOptions(TextOptions):
    """The options of captions. Times are in milliseconds, widths in characters as a reader sees them."""

    caption_by_sentence: bool = option(True, "No caption has words of two sentences.")
    caption_words_min: int = option(
        1, "The fewest words of a caption, where boundaries allow it.", least=1, most=1000
    )
    layout_target_caption_length_ms: int = option(
        5000, "The duration that captions should have on average.", least=1, most=MAX_OPTION_MS
    )
    maximum_caption_duration: int | None = option(
        None, "No caption is shown for longer (ms).", least=1, most=MAX_OPTION_MS
    )
    silence_max_ms: int = option(
        2000, "A longer silence (ms) always ends a caption.", least=0, most=MAX_OPTION_MS
    )
    single_speaker_per_caption: bool = option(False, "A new speaker starts a new caption.")
    speaker_on_new_line: bool = option(
        True, "A new speaker starts a new caption; where both are false, a new line if one is free."
    )

    characters_per_caption_line: int = option(
        42, "The most characters of a line, 1 to 1000.", least=1, most=1000
    )
    lines_per_caption: int = option(2, "The most lines of a caption, 1 to 100.", least=1, most=100)
    disallow_dangling: bool = option(
        False, "The last word of a sentence never starts a line, even if the line gets too wide for that."
    )
    line_break_on_sentence: bool = option(
        False, "Each sentence in a caption starts a line; needs caption_by_sentence=false."
    )
    line_ending_format: LineEnding = option(
        LineEnding.UNIX, "UNIX is LF, WINDOWS is CR LF, OSX is CR, which many readers of SRT cannot read."
    )

    merge_gap_interval: int = option(
        1000, "A shorter gap (ms) between captions is closed.", least=0, most=MAX_OPTION_MS
    )
    minimum_caption_length_ms: int | None = option(
        None,
        "Shorter captions are extended to this duration (ms), at the cost of later ones.",
        least=1,
        most=MAX_OPTION_MS,
    )
    minimum_gap_between_captions_ms: int | None = option(
        None,
        "Captions end so early (ms) before the next one; comes after merge_gap_interval.",
        least=0,
        most=MAX_OPTION_MS,
    )
    qt_seamless: bool = option(False, "No gaps at all; QT only.")

    display_speaker_id: SpeakerDisplay = option(
        SpeakerDisplay.NAME, "Who speaks, where the speaker changes: no, number (Speaker 1:) or name."
    )
    display_effects_speaker_as: str = option(
        "Effects", "The name of the speaker of sound effects, where sounds are kept.", most=MAX_LABEL
    )

    sound_threshold: int | None = option(
        None, "A longer sound (ms) has a caption of its own.", least=0, most=MAX_OPTION_MS
    )
    sound_tokens_by_caption: bool = option(False, "Each sound has a caption of its own.")
    sound_tokens_by_line: bool = option(False, "Each sound has a line of its own.")
    sound_tokens_by_caption_list: tuple[str, ...] = option(
        (Tag.BLANK_AUDIO.value, Tag.MUSIC.value), "Sounds that have a caption of their own, by tag."
    )
    sound_tokens_by_line_list: tuple[str, ...] = option(
        (Tag.BLANK_AUDIO.value, Tag.MUSIC.value), "Sounds that have a line of their own, by tag."
    )
    strip_square_brackets: bool = option(False, "Delete [ and ] everywhere.")
    force_case: Case = option(Case.KEPT, "upper or lower case for all that is shown.")

    dfxp_header: str = option(
        "", "The <head> of a DFXP file; ignored by other formats.", most=MAX_DFXP_HEADER
    )
    include_dfxp_metadata: bool = option(True, "Name and id of the job in the head of a DFXP file.")
    srt_format: str = option(
        DEFAULT_SRT_FORMAT,
        "How a caption of an SRT file looks: {caption_number}, {caption_text}, {start_hour}, {start_minute}, "
        "{start_second}, {start_millisecond} and the same with end_; {name:03d} pads with zeros, \\n is a "
        "new line.",
        most=MAX_TEMPLATE,
    )
    utf8_mark: bool = option(False, "A byte order mark comes first.")

    def __post_init__(self) -> None:
        super().__post_init__()
        longest, shortest = self.maximum_caption_duration, self.minimum_caption_length_ms
        if longest is not None and shortest is not None and longest < shortest:
            raise UnusableOption(
                f"maximum_caption_duration: {longest} is less than minimum_caption_length_ms, {shortest}"
            )
        _check_tags(self, "sound_tokens_by_caption_list")
        _check_tags(self, "sound_tokens_by_line_list")
        SrtTemplate(self.srt_format)


@dataclass(frozen=True, kw_only=True)
class TranscriptOptions(TextOptions):
    """The options of transcripts."""

    create_paragraphs: bool = option(
        True, "A new paragraph for a new speaker, after a silence of two seconds and after five sentences."
    )
    newlines_after_paragraph: int = option(
        2, "New lines after each paragraph, 0 to 20; txt only.", least=0, most=MAX_NEWLINES
    )
    newlines_after_sentence: int = option(
        0, "New lines after each sentence, 0 to 20; 0: a space.", least=0, most=MAX_NEWLINES
    )
    timecode_every_paragraph: bool = option(True, "A line with the time before each paragraph.")
    timecode_format: str = option(
        "[%H:%M:%S.%f]", "%H hours, %M minutes, %S seconds, %f milliseconds, %% %.", most=MAX_LABEL
    )
    timecode_interval: int = option(
        0,
        "Interval (ms) of lines that show the time; 0: none; needs create_paragraphs=false.",
        least=0,
        most=MAX_OPTION_MS,
    )
    timecode_offset: int = option(
        0, "Milliseconds added to each time; may be negative.", least=-MAX_OPTION_MS, most=MAX_OPTION_MS
    )
    file_format: FileFormat = option(FileFormat.TXT, "txt or html; pdf is not in this release.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.file_format is FileFormat.PDF:
            raise UnusableOption("file_format: this release writes txt and html, not pdf")


def _check_bounds(option: Field[Any], value: object) -> None:
    least, most = option.metadata["least"], option.metadata["most"]
    if most is None:
        return
    if isinstance(value, str) and len(value) > most:
        raise UnusableOption(f"{option.name}: must have at most {most:,} characters, not {len(value):,}")
    if isinstance(value, int) and not least <= value <= most:
        raise UnusableOption(f"{option.name}: must be a whole number from {least} to {most}, not {value}")


def _check_tags(options: object, name: str) -> None:
    known = [tag.value for tag in Tag if tag is not Tag.ENDS_SENTENCE]
    for tag in getattr(options, name):
        if tag not in known:
            raise UnusableOption(f"{name}: {tag!r} is no sound; use {', '.join(known)}")


KEEP_ALL = CaptionOptions(remove_sound_references=False, remove_disfluencies=False)
"""For the captions of a file: nothing is left out of what somebody wrote, unless an option asks for it."""
