"""A transcript to read: paragraphs, with the time before each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import FileFormat, TranscriptOptions
from scribedock_captions.text.words import Word, words_of
from scribedock_captions.writers.clock import parts

PARAGRAPH_SILENCE_MS = 2000
PARAGRAPH_SENTENCES = 5
DIRECTIVE = re.compile(r"%([HMSf%])")


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: tuple[Word, ...]

    @property
    def start(self) -> int:
        """Return when the first word begins, in ms."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Return when the last word ends, in ms."""
        return self.words[-1].end


def write(elementlist: ElementList, options: TranscriptOptions) -> str:
    """Write the whole file with line feeds; where nothing is said, one of them."""
    words = words_of(elementlist, options)
    sentences = [_Sentence(tuple(group)) for _, group in groupby(words, key=lambda word: word.segment)]
    paragraphs = _paragraphs(sentences) if options.create_paragraphs else [sentences] if sentences else []
    if options.file_format is FileFormat.HTML:
        return _html(paragraphs, elementlist.language, options)
    ending = "\n" * options.newlines_after_paragraph if options.create_paragraphs else "\n"
    return "".join(_paragraph(sentences, options, TEXT) + ending for sentences in paragraphs) or "\n"


def _paragraphs(sentences: list[_Sentence]) -> list[list[_Sentence]]:
    """Divide sentences at a new speaker, after a silence of two seconds, and after five sentences."""
    paragraphs: list[list[_Sentence]] = [sentences[:1]] if sentences else []
    for before, sentence in pairwise(sentences):
        if (
            sentence.words[0].new_speaker
            or sentence.start - before.end > PARAGRAPH_SILENCE_MS
            or len(paragraphs[-1]) >= PARAGRAPH_SENTENCES
        ):
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    return paragraphs


def _paragraph(sentences: list[_Sentence], options: TranscriptOptions, markup: _Markup) -> str:
    text = ""
    if options.create_paragraphs and options.timecode_every_paragraph:
        text = markup.time(sentences[0].start, options) + markup.newline
    interval = 0 if options.create_paragraphs else options.timecode_interval
    due = 0
    for number, sentence in enumerate(sentences):
        if number:
            text += markup.newline * options.newlines_after_sentence or " "
        for position, word in enumerate(sentence.words):
            if interval and word.start >= due:
                due = (word.start // interval + 1) * interval
                text = text.rstrip(" ")
                if text and not text.endswith(markup.newline):
                    text += markup.newline
                text += markup.time(word.start, options) + markup.newline
            elif position and word.spaced:
                text += " "
            text += markup.escape(f"{word.label} {word.text}" if word.label else word.text)
    return text


def _html(paragraphs: list[list[_Sentence]], language: str, options: TranscriptOptions) -> str:
    body = "".join(f"<p>{_paragraph(sentences, options, HTML)}</p>\n" for sentences in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Transcript</title>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def timecode(milliseconds: int, options: TranscriptOptions) -> str:
    """Format a time in ms with the offset, never before zero, as `timecode_format` says."""
    hour, minute, second, rest = parts(_shifted(milliseconds, options))
    values = {"H": f"{hour:02}", "M": f"{minute:02}", "S": f"{second:02}", "f": f"{rest:03}", "%": "%"}
    return DIRECTIVE.sub(lambda match: values[match.group(1)], options.timecode_format)


def _shifted(milliseconds: int, options: TranscriptOptions) -> int:
    return max(milliseconds + options.timecode_offset, 0)


def _time_element(milliseconds: int, options: TranscriptOptions) -> str:
    seconds = _shifted(milliseconds, options) / 1000
    return f'<time datetime="PT{seconds:.3f}S">{escape(timecode(milliseconds, options))}</time>'


@dataclass(frozen=True, slots=True)
class _Markup:
    """How a transcript is written: its line break, its times, its characters."""

    newline: str
    time: Callable[[int, TranscriptOptions], str]
    escape: Callable[[str], str]


TEXT = _Markup("\n", timecode, str)
HTML = _Markup("<br>\n", _time_element, escape)
