"""What each format looks like and what each option does, made by the code that does it.

`tables.py` writes them into docs/captions.md, and says when they are out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from scribedock.api.schema.option_models import model_of, options_from
from scribedock.api.schema.parameters import Parameters, Repeated
from scribedock.api.schema.parameters import read as read_parameters
from scribedock.errors import InvalidOption
from scribedock_captions.caption import Caption
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.document import Metadata
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import CaptionOptions, TranscriptOptions
from scribedock_captions.readers import read
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions, render_transcript

FORMAT = (
    "00:01.000 --> 00:02.800\n<v Ada>Listen to the sea, and to the gulls.\n\n"
    "00:05.000 --> 00:06.200\n<v Ben>À la mer!\n"
)
TALK = "00:00.000 --> 00:02.400\n<v Ada>Look at that.\n\n00:02.600 --> 00:04.000\n<v Ben>It is a whale.\n"
ALONE = "00:00.000 --> 00:02.000\nLook at that.\n\n00:02.300 --> 00:04.000\nIt is a whale.\n"
LONG = (
    "00:00.000 --> 00:09.000\nWhen the tide comes in, the boats rise slowly, and the harbour fills with "
    "people who wait for the fish.\n"
)
SHORT = "00:00.000 --> 00:02.400\nWe ought to remember them.\n"
QUICK = "00:01.000 --> 00:01.400\nYes.\n\n00:01.900 --> 00:04.000\nI think so too.\n"
SLOW = "00:00.000 --> 00:01.000\nIt goes\n\n00:02.500 --> 00:03.500\non and on.\n"
NOISY = (
    "00:00.000 --> 00:03.000\n<v Effects>[MUSIC]\n\n"
    "00:03.200 --> 00:06.000\n<v Ada>Listen [LAUGH] to that [door slams] noise.\n"
)
HESITANT = "00:00.000 --> 00:03.000\nUm, I think, uh, that we're gonna see a damn good colour.\n"
PARAGRAPHS = (
    "00:01.000 --> 00:03.000\n<v Ada>Good evening. How are you?\n\n"
    "00:04.000 --> 00:06.500\n<v Ben>Fine. The tide is high.\n"
)
Show = Callable[[str, CaptionOptions], str]


def elementlist(text: str) -> ElementList:
    return elementlist_of(read(f"WEBVTT\n\n{text}".encode()), language="en")


def lines(text: str, options: CaptionOptions) -> str:
    """Show each caption in a box, its lines divided by ⏎."""
    return "<br>".join(f"`{_joined(each)}`" for each in _captions(text, options)) or "nothing"


def times(text: str, options: CaptionOptions) -> str:
    """Show each caption with its time in seconds."""
    return "<br>".join(
        f"{each.start / 1000:.1f}–{each.end / 1000:.1f} `{_joined(each)}`"
        for each in _captions(text, options)
    )


def file(format: CaptionFormat, *, only: str = "") -> Show:
    """Show the text of the file, or only its lines with `only`."""

    def show(text: str, options: CaptionOptions) -> str:
        about = Metadata(title="Whales", identifier="f00d", custom={"course": "BIO 101"})
        body = render_captions(elementlist(text), format, options, metadata=about).body.decode()
        if only:
            body = "".join(line for line in body.splitlines(keepends=True) if only in line)
        return f"`{body.encode('unicode_escape', 'replace').decode()}`" if body else "nothing"

    return show


def start(format: CaptionFormat, characters: int) -> Show:
    return lambda text, options: file(format)(text, options)[: characters + 1] + "`…"


@dataclass(frozen=True, kw_only=True)
class Example:
    text: str
    value: str  # as on the wire
    given: dict[str, str] | None = None  # other options, before and after
    show: Show = lines


NARROW = {"characters_per_caption_line": "8", "lines_per_caption": "1"}
SOUNDS = {"remove_sound_references": "false"}
SHARED = {"caption_by_sentence": "false"}
HEAD = "<head><metadata><ttm:desc>Course {course}</ttm:desc></metadata></head>"

CAPTION_EXAMPLES: dict[str, Example] = {
    "emit_speaker_change_tokens_as": Example(text=TALK, value="-"),
    "remove_sound_references": Example(text=NOISY, value="false"),
    "remove_sounds_list": Example(text=NOISY, value="LAUGH,MUSIC", given=SOUNDS),
    "sound_boundaries": Example(text=NOISY, value='("(",")")', given=SOUNDS),
    "mask_profanity": Example(text=HESITANT, value="true"),
    "remove_disfluencies": Example(text=HESITANT, value="false"),
    "replace_slang": Example(text=HESITANT, value="true"),
    "replace_english_spelling": Example(text=HESITANT, value="A"),
    "caption_by_sentence": Example(text=ALONE, value="false"),
    "caption_words_min": Example(text=LONG, value="9", given={"layout_target_caption_length_ms": "1500"}),
    "layout_target_caption_length_ms": Example(text=LONG, value="2500"),
    "maximum_caption_duration": Example(text=LONG, value="3000", show=times),
    "silence_max_ms": Example(text=SLOW, value="1000"),
    "single_speaker_per_caption": Example(
        text=TALK, value="true", given={**SHARED, "speaker_on_new_line": "false"}
    ),
    "speaker_on_new_line": Example(text=TALK, value="false", given=SHARED),
    "characters_per_caption_line": Example(text=LONG, value="20"),
    "lines_per_caption": Example(text=LONG, value="1"),
    "disallow_dangling": Example(text=SHORT, value="true", given=NARROW),
    "line_break_on_sentence": Example(text=ALONE, value="true", given=SHARED),
    "line_ending_format": Example(text=SHORT, value="WINDOWS", show=file(CaptionFormat.SRT)),
    "merge_gap_interval": Example(text=ALONE, value="0", show=times),
    "minimum_caption_length_ms": Example(text=QUICK, value="1500", show=times),
    "minimum_gap_between_captions_ms": Example(text=ALONE, value="100", show=times),
    "qt_seamless": Example(
        text=TALK.replace("02.600", "03.600"), value="true", show=file(CaptionFormat.QT, only="[")
    ),
    "display_speaker_id": Example(text=TALK, value="number"),
    "display_effects_speaker_as": Example(text=NOISY, value="Sound", given=SOUNDS),
    "sound_threshold": Example(text=NOISY, value="300", given=SOUNDS),
    "sound_tokens_by_caption": Example(text=NOISY, value="true", given=SOUNDS),
    "sound_tokens_by_line": Example(text=NOISY, value="true", given=SOUNDS),
    "sound_tokens_by_caption_list": Example(text=NOISY, value="LAUGH", given=SOUNDS),
    "sound_tokens_by_line_list": Example(text=NOISY, value="LAUGH", given=SOUNDS),
    "strip_square_brackets": Example(text=NOISY, value="true", given=SOUNDS),
    "force_case": Example(text=TALK, value="upper"),
    "dfxp_header": Example(text=SHORT, value=HEAD, show=file(CaptionFormat.DFXP, only="Course")),
    "include_dfxp_metadata": Example(text=SHORT, value="false", show=file(CaptionFormat.DFXP, only="<ttm:")),
    "srt_format": Example(
        text=SHORT,
        value="{caption_number}: {start_minute:02d}.{start_second:02d}\\n{caption_text}\\n\\n",
        show=file(CaptionFormat.SRT),
    ),
    "utf8_mark": Example(text=SHORT, value="true", show=start(CaptionFormat.SRT, 10)),
}
TRANSCRIPT_EXAMPLES: dict[str, Example] = {
    "create_paragraphs": Example(text=PARAGRAPHS, value="false"),
    "newlines_after_paragraph": Example(text=PARAGRAPHS, value="1"),
    "newlines_after_sentence": Example(text=PARAGRAPHS, value="1"),
    "timecode_every_paragraph": Example(text=PARAGRAPHS, value="false"),
    "timecode_format": Example(text=PARAGRAPHS, value="(%M:%S)"),
    "timecode_interval": Example(text=PARAGRAPHS, value="2000", given={"create_paragraphs": "false"}),
    "timecode_offset": Example(text=PARAGRAPHS, value="60000"),
    "file_format": Example(text=PARAGRAPHS, value="html"),
}


def formats() -> str:
    """Return a short file in each format."""
    parts = []
    for format in CaptionFormat:
        about = Metadata(title="By the sea", identifier="f00d")
        body = render_captions(elementlist(FORMAT), format, CaptionOptions(), metadata=about).body.decode()
        parts.append(f"`{format}`\n\n```text\n{body.rstrip()}\n```\n")
    return "\n".join(parts)


def captions() -> str:
    return _table(
        CAPTION_EXAMPLES, CaptionOptions, lambda example, options: example.show(example.text, options)
    )


def transcripts() -> str:
    def show(example: Example, options: TranscriptOptions) -> str:
        body = render_transcript(elementlist(example.text), options).body.decode()
        return f"`{body}`".replace("\n", "⏎")

    return _table(TRANSCRIPT_EXAMPLES, TranscriptOptions, show)


def _table(examples: dict[str, Example], kind: type[Any], show: Callable[[Example, Any], str]) -> str:
    rows = ["| option | without it | with it |", "| --- | --- | --- |"]
    for option in fields(kind):
        example = examples.get(option.name)
        if example is None:
            continue
        given = example.given or {}
        try:
            before, after = (_options(kind, each) for each in (given, {**given, option.name: example.value}))
        except InvalidOption:  # an option that this release does not have
            continue
        name = "&".join(f"{name}={value}" for name, value in {**given, option.name: example.value}.items())
        cells = [f"`{name}`", show(example, before), show(example, after)]
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows) + "\n"


def _options(kind: type[Any], given: dict[str, str]) -> Any:
    """Parse options as the API does."""
    model = model_of("Example", Parameters, kind)
    raw: dict[str, list[Any]] = {name: Repeated([value]) for name, value in given.items()}
    return options_from(kind, read_parameters(model, raw))


def _captions(text: str, options: CaptionOptions) -> list[Caption]:
    return list(captions_of(elementlist(text), CaptionFormat.SRT, options).captions)


def _joined(caption: Caption) -> str:
    return " ⏎ ".join(caption.lines)
