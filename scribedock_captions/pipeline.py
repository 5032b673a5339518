"""The four steps of the public face, each on what the one before gives: read, lay out, render, check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

from scribedock_captions.caption import Caption
from scribedock_captions.conversion.captions import captions_of_cues, separated
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.conversion.lasting import with_rests
from scribedock_captions.conversion.losses import has_times, joined_places, placed, with_losses
from scribedock_captions.conversion.rebreaking import rebroken
from scribedock_captions.conversion.rolling import said_once
from scribedock_captions.document import UNKNOWN_LANGUAGE, CaptionDocument, Metadata
from scribedock_captions.elementlist.codec import looks_like_json, parse
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.options import KEEP_ALL, CaptionOptions
from scribedock_captions.presets import Preset
from scribedock_captions.quality.check import Report
from scribedock_captions.quality.check import check as check_captions
from scribedock_captions.quality.standard import DEFAULT_STANDARD, standard_for
from scribedock_captions.readers import CueFile, TextFormat
from scribedock_captions.readers import read as read_cues
from scribedock_captions.readers.decoding import decoded
from scribedock_captions.rendering import CaptionFormat, Rendering, captions_of, render_document
from scribedock_captions.text.words import words_of
from scribedock_captions.writers import WRITERS


@overload
def read(data: bytes, format: TextFormat, *, language: str = "", encoding: str = "") -> CueFile: ...


@overload
def read(
    data: bytes, format: None = None, *, language: str = "", encoding: str = ""
) -> ElementList | CueFile: ...


def read(
    data: bytes, format: TextFormat | None = None, *, language: str = "", encoding: str = ""
) -> ElementList | CueFile:
    r"""Read the bytes of a file: an ElementList, SRT, WebVTT, DFXP (TTML), SCC, SBV or plain text.

    Without a `format`, a JSON object is an ElementList, and the format of anything else is detected.
    An ElementList is mended where it breaks its rules, so that all its times ascend.  A cue has `start` and
    `end` in ms from the beginning of the recording, or None where the file does not say.

    language: which one to read, of captions in several; absent, that of the file, or its first.
    encoding: of the bytes; absent, what they say, UTF-8, or a guess.

    What a file has that could not be used, and what was guessed, is in its `warnings`, each with its line.
    Raises `InvalidElementList` for JSON that is not an ElementList, `UnsupportedFormat` for a format that is
    known and cannot be read, `FileTooLarge` above 8 MiB, 50,000 captions or 4,000,000 characters, and
    `UnreadableFile` for anything else that is not what its format asks for.

    >>> data = b"1\n00:01,000 --> 00:03,500\n<i>Good evening.</i>\n\n2\n00:0x,000 --> 00:07,000\nHm.\n"
    >>> file = read(data)
    >>> [(cue.lines[0].text, cue.start, cue.end) for cue in file.cues]
    [('Good evening.', 1000, 3500), ('Hm.', None, None)]
    >>> print(file.warnings[0])
    line 6: cannot read the times '00:0x,000 --> 00:07,000'; what follows is shown after the caption before

    >>> read(b'{"version": 1}')
    Traceback (most recent call last):
        ...
    scribedock_captions.errors.InvalidElementList: version: an ElementList has version 2 or 3, not 1
    """
    if format is None and looks_like_json(data):
        return normalised(parse(data))
    return read_cues(data, format, language=language, encoding=encoding)


def lay_out(
    source: ElementList | CueFile,
    options: CaptionOptions | None = None,
    *,
    format: CaptionFormat = CaptionFormat.SRT,
    anew: bool = True,
    rebreak: bool = False,
    duration: int | None = None,
    language: str = "",
    metadata: Metadata | None = None,
) -> CaptionDocument:
    r"""Divide what was said into captions and lines, and decide when each caption is shown.

    source: what `read` gives.  The time of a word that only its cue has is estimated by its length.
    options: how captions look; absent, the defaults, but that nothing of a file is left out.  `PRESETS` has
    those that broadcasters ask for.
    format: that of the file they are for; SCC has rows of 32 characters, and not every letter.
    anew: False keeps the lines and times of a `CueFile` that has times, so that options only say how a file
    is written.
    rebreak: with `anew` False, rebreaks the lines of each caption; one that has not enough room becomes
        several, in its time.
    duration: of the recording in ms; absent, it ends with the ElementList or the last cue.
    language: of the source, as "en" or "pt-br"; absent, what the source says, or unknown ("und"), so that the
        words of no language are treated as such.
    metadata: what the head of a file says about the recording.

    Returns captions in the order of their times (ms).  They do not overlap, unless those of a file do and
    the format allows it.  What the format cannot show of a file is in `losses`.

    >>> file = read(b"1\n00:00:01,000 --> 00:00:04,000\nThe sea was calm all night, and all slept.\n")
    >>> narrow = CaptionOptions(characters_per_caption_line=28)
    >>> [(caption.start, caption.end, caption.lines) for caption in lay_out(file, narrow).captions]
    [(1000, 4000, ('The sea was calm all night,', 'and all slept.'))]
    >>> [caption.lines for caption in lay_out(file, narrow, anew=False).captions]
    [('The sea was calm all night, and all slept.',)]
    >>> [caption.lines for caption in lay_out(file, narrow, anew=False, rebreak=True).captions]
    [('The sea was calm all night,', 'and all slept.')]
    """
    if isinstance(source, ElementList):
        elementlist = replace(source, language=language) if language else source
        return captions_of(
            elementlist, format, options or CaptionOptions(), media_end=duration, metadata=metadata
        )
    options, writer = options or KEEP_ALL, WRITERS[format]
    elementlist = elementlist_of(source, language=language, duration=duration, styled=True)
    if anew or not has_times(source):
        document = captions_of(
            elementlist, format, options, media_end=duration, metadata=metadata, styled=True
        )
        if has_times(source) and format is not CaptionFormat.TRANSCRIPT:
            captions = with_rests(
                placed(document.captions, source, duration),
                said_once(source),
                options,
                elementlist.language,
                writer,
                duration=duration,
            )
            document = replace(document, captions=captions)
    else:
        shown = said_once(source) if format is CaptionFormat.TRANSCRIPT else source
        captions = captions_of_cues(shown, duration=duration, voices=writer.voices)
        if rebreak:
            captions = rebroken(captions, options, elementlist.language, writer)
        document = CaptionDocument(
            captions=captions if writer.overlaps else separated(captions),
            losses=() if writer.overlaps else joined_places(captions, format, source),
            words=words_of(
                elementlist, replace(options, remove_sound_references=False, remove_disfluencies=False)
            ),
            metadata=replace(metadata or Metadata(), language=elementlist.language),
            options=options,
        )
    return with_losses(document, format, source)


def render(document: CaptionDocument, format: CaptionFormat) -> Rendering:
    r"""Write captions as a file of a format: its bytes in UTF-8, its MIME type, its extension.

    The same captions and options always give the same bytes.  Text that a format would take for markup or
    for a time is written so that it stays text.

    Raises `UnusableOption` for a `dfxp_header` that cannot stand in a DFXP file.

    >>> file = read(b"1\n00:00:01,000 --> 00:00:03,500\nFish & chips.\n")
    >>> rendering = render(lay_out(file, format=CaptionFormat.WEB_VTT), CaptionFormat.WEB_VTT)
    >>> print(rendering.media_type, rendering.extension)
    text/vtt .vtt
    >>> print(rendering.body.decode(), end="")
    WEBVTT
    <BLANKLINE>
    00:00:01.000 --> 00:00:03.500
    Fish &amp; chips.
    """
    return render_document(document, format)


def check(
    captions: CueFile | CaptionDocument,
    preset: Preset | None = None,
    *,
    language: str = "",
    elementlist: ElementList | None = None,
    shots: Sequence[int] = (),
    file: bytes = b"",
    encoding: str = "",
) -> Report:
    r"""Find what is wrong with captions, measured against a broadcaster's guide.

    captions: those of a file as they stand there, or those that `lay_out` has made.  Cues without both times
    are left out.
    preset: whose figures count; absent, 42 characters a line, 17 a second, 0.833 to 7 s a caption.
    language: of the captions, as "en" or "pt-br"; absent, what they say, or unknown, so that no rule about
    words applies.
    elementlist: what was said, to find speech without captions, and captions at the wrong time.
    shots: the times of shot changes in ms.
    file: the bytes that the captions were read from, for the rules about markup, and their encoding.

    Each finding has the number of its caption (from 1), its time in ms, its rule and a message; `RULES` has
    what each rule asks for.  Raises `UnreadableFile` where `file` is no text.

    >>> report = check(read(b"1\n00:00:01,000 --> 00:00:01,400\nA long sentence in no time at all.\n"))
    >>> report.counts()
    {'flash': 1, 'reading-speed': 1}
    >>> report.findings[0].message
    'is visible for 400 ms only; 500 ms at the least'
    """
    if isinstance(captions, CueFile):
        said = language or captions.language or UNKNOWN_LANGUAGE
        shown: Sequence[Caption] = [
            Caption(
                lines=tuple(line.text for line in cue.lines),
                start=cue.start,
                end=cue.end,
                spans=tuple(line.spans for line in cue.lines),
            )
            for cue in captions.cues
            if cue.start is not None and cue.end is not None
        ]
    else:
        said, shown = language or captions.metadata.language, captions.captions
    return check_captions(
        shown,
        standard_for(preset or DEFAULT_STANDARD, said.lower()),
        language=said.lower(),
        elementlist=elementlist,
        shots=shots,
        source=decoded(file, encoding=encoding) if file else "",
    )
