"""TWX, with the time of each word. The vendor's layout is published nowhere; ours is TTML1.

A paragraph is a sentence, a span is what no space divides.  The times of a span count from the beginning of
its paragraph, as TTML1 says (§10.4, time containment).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scribedock.captions.document import CaptionDocument
from scribedock.captions.words import Word
from scribedock.captions.writers.clock import clock
from scribedock.captions.writers.markup import escaped
from scribedock.captions.writers.ttml import body as ttml


def write(document: CaptionDocument) -> str:
    paragraphs = []
    earliest = 0
    for sentence in _sentences(document.words):
        paragraph, earliest = _paragraph(sentence, earliest)
        paragraphs.append(paragraph)
    body = ttml.wrapped("".join(paragraphs))
    return ttml.document(document.metadata, head=ttml.head(document.metadata), body=body)


def _sentences(words: Sequence[Word]) -> Iterator[list[Word]]:
    sentence: list[Word] = []
    for word in words:
        if sentence and (sentence[-1].ends_sentence or sentence[-1].segment != word.segment):
            yield sentence
            sentence = []
        sentence.append(word)
    if sentence:
        yield sentence


def _paragraph(sentence: list[Word], earliest: int) -> tuple[str, int]:
    """The paragraph and its end. Times that run backwards in the list are held at `earliest`."""
    begin = at = max(earliest, sentence[0].start)
    spans = []
    for position, word in enumerate(sentence):
        if position and word.spaced:
            spans.append(" ")
        if word.label:
            spans.append(f"{escaped(word.label)} ")
        start = max(at, word.start)
        at = max(word.end, start + 1)
        spans.append(f'<span begin="{start - begin}ms" end="{at - begin}ms">{escaped(word.text)}</span>')
    return f'   <p begin="{clock(begin)}" end="{clock(at)}">{"".join(spans)}</p>\n', at
