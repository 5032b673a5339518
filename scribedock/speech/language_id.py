"""Identification of the spoken language from a recognizer's probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scribedock.speech.span import Span

SAMPLE_SPANS = 3  # how many spans of speech are examined
SPANS_A_SAMPLE = 4
MIN_LANGUAGE_PROBABILITY = 0.9
"""From this probability on, a language other than the given one is worth a notice."""
MIN_PROBABILITY_UNGIVEN = 0.5
"""From this probability on, a language is taken in place of one that nobody gave. Of 32 pieces of English, of
2 to 10 seconds, whisper-base took none for another language; of synthetic German, French and Spanish it was
69 to 86 % sure."""

CONFUSABLE_LANGUAGES = (
    frozenset({"bs", "hr", "sr"}),
    frozenset({"da", "nn", "no"}),
    frozenset({"hi", "ur"}),
    frozenset({"id", "jv", "ms", "su"}),
    frozenset({"gl", "pt"}),
    frozenset({"fa", "tg"}),
    frozenset({"yue", "zh"}),
)
"""Languages that a model mistakes for each other, as people may."""


def samples(spans: Sequence[Span], most: int = SAMPLE_SPANS) -> list[Span]:
    """Return the longest of the spans, in their order."""
    longest = sorted(spans, key=lambda span: span.start_ms - span.end_ms)[:most]
    return sorted(longest, key=lambda span: span.start_ms)


def few_samples(spans: Sequence[Span]) -> list[Span]:
    """Return samples that cost little compared to recognition, the first span always among them.

    Whisper encodes a span once, to identify its language and to recognize it.
    """
    later = samples(spans[1:], min(SAMPLE_SPANS, len(spans) // SPANS_A_SAMPLE))
    return [*spans[:1], *later]


def mean_probabilities(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean probability of each language over several spans."""
    codes = {code for each in found for code in each}
    return {code: sum(each.get(code, 0.0) for each in found) / len(found) for code in codes}


def likeliest_language(probabilities: Mapping[str, float], among: Iterable[str]) -> str | None:
    """Return the likeliest of these languages; None where none of them is heard at all."""
    heard = [code for code in among if probabilities.get(code, 0.0) > 0]
    return max(sorted(heard), key=lambda code: probabilities[code], default=None)


def contradicting_language(
    probabilities: Mapping[str, float], given: str, least: float = MIN_LANGUAGE_PROBABILITY
) -> str | None:
    """Return the language that is spoken instead of the given one (ISO 639-1), if any is as probable."""
    code = max(probabilities, key=lambda each: probabilities[each], default=given)
    if (
        code == given
        or probabilities[code] < least
        or any({code, given} <= group for group in CONFUSABLE_LANGUAGES)
    ):
        return None
    return code
