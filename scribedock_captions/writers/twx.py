"""TWX, with the time of each word. The vendor's layout is published nowhere; ours is TTML1.

A paragraph is a sentence, a span is what no space divides.  The times of a span count from the beginning of
its paragraph, as TTML1 says (§10.4, time containment).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scribedock_captions.document import CaptionDocument
from scribedock_captions.text.words import Word
from scribedock_captions.writers.clock import clock
from scribedock_captions.writers.markup import escaped
from scribedock_captions.writers.ttml import body as ttml


class EscapedTexts(dict[str, str]):
    """Texts as markup.  A text that was escaped once is looked up, because a language has few words."""

    def __missing__(self, text: str) -> str:
        found = self[text] = escaped(text)
        return found


def write(document: CaptionDocument) -> str:
    """Write a TWX file."""
    paragraphs = []
    earliest = 0
    markup = EscapedTexts()
    for sentence in _sentences(document.words):
        paragraph, earliest = _paragraph(sentence, earliest, markup)
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


def _paragraph(sentence: list[Word], earliest: int, markup: EscapedTexts) -> tuple[str, int]:
    """Return the paragraph and its end in ms; times that run backwards are held at `earliest`."""
    begin = at = max(earliest, sentence[0].start)
    spans = []
    for word in sentence:
        start = word.start
        if start < at:  # `max` takes as long as all else here
            start = at
        at = word.end
        if at <= start:
            at = start + 1
        space = " " if word.spaced else ""
        label = f"{markup[word.label]} " if word.label else ""
        spans.append(
            f'{space}{label}<span begin="{start - begin}ms" end="{at - begin}ms">{markup[word.text]}</span>'
        )
    content = "".join(spans).removeprefix(" ")
    return f'   <p begin="{clock(begin)}" end="{clock(at)}">{content}</p>\n', at
