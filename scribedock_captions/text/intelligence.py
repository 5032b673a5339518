"""Keywords and topics of a transcript, found without any training, each with the times at which it is said.

Keywords: TextRank (Mihalcea and Tarau, 2004).  Words that are said near each other vote for each other;
runs of words that nothing divides are scored by the votes of their words and by how often they are said.
Topics: TextTiling (Hearst, 1997).  Where the words before a place and after it have little in common, another
topic begins; a topic is named after the keyword that is said there and hardly elsewhere.

Both need one text and nothing else: no model, no corpus, no list of subjects that somebody keeps; and they
always give the same answer.  Of a language they need its function words; where these are not known, words of
up to three letters stand for them.

What it does not do: find names (`entities`), or tell that two different words mean the same.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from scribedock_captions.elementlist.model import (
    Annotation,
    ElementList,
    Segment,
    TimeRange,
    Token,
    TokenType,
)
from scribedock_captions.text.disfluencies import disfluencies
from scribedock_captions.text.function_words import FUNCTION_WORDS

VOTING_WORDS = 4  # words that vote for each other
DAMPING, ROUNDS = 0.85, 30  # of PageRank
MAX_KEYWORD_WORDS = 4  # words of a keyword
MAX_KEYWORDS = 40  # keywords
BLOCK_WORDS = 20  # content words: TextTiling's pseudo-sentence
COMPARED_BLOCKS = 4  # pseudo-sentences that are compared on either side of a place
# Content words that say nothing about what is talked of.
LIGHT_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        """
        actually again also always basically bit come comes coming day different does doing done end
        fact find get gets getting give given go goes going gone good got great guess happen
        happened happens hello here keep kind know knows let like little long look looking looks lot
        made make makes making maybe mean means much need never new now number okay old one ones
        part people place point put really right said same say saying says see seen set show sort
        start still sure take takes taking talk talking tell then there thing things think thinking
        time times today told took true try trying turn two use used using want wanted wants way
        ways well went whole work works yeah year years yes
        """.split()
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _ContentWord:
    value: str
    shown: str
    start: int
    end: int


Run = Sequence[_ContentWord]  # content words that nothing divides


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrase:
    """A run of words, with all places where it is said."""

    key: str
    score: float
    places: tuple[Run, ...]


def annotated(elementlist: ElementList) -> ElementList:
    """Return the list with its keywords, the best first, and its topics, the earliest first."""
    runs = [list(_runs(segment, elementlist.language)) for segment in elementlist.segments]
    ranks = _ranks(runs)
    phrases = _phrases(runs, ranks)
    return replace(
        elementlist,
        keywords=tuple(_annotation(each) for each in _keywords(phrases)),
        topics=tuple(_topics(elementlist, runs, phrases)),
    )


def _runs(segment: Segment, language: str) -> Iterator[Run]:
    """Give what stands between function words, punctuation and sounds."""
    run: list[_ContentWord] = []
    for sequence in segment.sequences:
        for token in sequence.tokens:
            if token.type is TokenType.WORD and _is_content(token, language):
                run.append(
                    _ContentWord(
                        value=token.value,
                        shown=token.display_as,
                        start=token.start_time,
                        end=token.end_time,
                    )
                )
            elif run:
                yield run
                run = []
    if run:
        yield run


def _is_content(token: Token, language: str) -> bool:
    language = language.partition("-")[0]
    word = token.value
    if not any(character.isalpha() for character in word) or len(word) < 2:
        return False
    known = FUNCTION_WORDS.get(language)
    if known is None:
        return len(word) > 3
    return (
        word not in known and word not in disfluencies(language) and word not in LIGHT_WORDS.get(language, ())
    )


def _ranks(runs: Sequence[Sequence[Run]]) -> Mapping[str, float]:
    """Compute the PageRank of the words in the graph of those that are said near each other."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in runs:
        words = [word.value for run in sentence for word in run]
        for place, word in enumerate(words):
            votes.setdefault(word, Counter())
            for other in words[place + 1 : place + VOTING_WORDS]:
                if other != word:
                    votes[word][other] += 1
                    votes[other][word] += 1
    given = {word: sum(counts.values()) for word, counts in votes.items()}
    ranks = dict.fromkeys(votes, 1.0)
    for _ in range(ROUNDS):
        ranks = {
            word: 1 - DAMPING + DAMPING * sum(ranks[other] * n / given[other] for other, n in counts.items())
            for word, counts in votes.items()
        }
    return ranks


def _phrases(runs: Sequence[Sequence[Run]], ranks: Mapping[str, float]) -> list[_Phrase]:
    """Return every run and every part of one, the best first."""
    places: dict[str, list[Run]] = defaultdict(list)
    for sentence in runs:
        for run in sentence:
            for start in range(len(run)):
                for end in range(start + 1, min(start + MAX_KEYWORD_WORDS, len(run)) + 1):
                    part = run[start:end]
                    places[" ".join(word.value for word in part)].append(part)
    found = []
    for key, said in places.items():
        words = said[0]
        if len(words) > 1 and len(said) < 2 and len(places[words[0].value]) > 1:
            continue  # words that came together by chance
        score = sum(ranks[word.value] for word in words) / math.sqrt(len(words)) * math.log2(1 + len(said))
        found.append(_Phrase(key=key, score=score, places=tuple(said)))
    return sorted(found, key=lambda phrase: (-phrase.score, phrase.key))


def _keywords(phrases: Sequence[_Phrase]) -> list[_Phrase]:
    """Choose the best, without those that are hardly said except as a part of a better one."""
    words = sum(len(phrase.places) for phrase in phrases if " " not in phrase.key)
    most = max(3, min(MAX_KEYWORDS, words // 10))
    chosen: list[_Phrase] = []
    for phrase in phrases:
        if len(chosen) == most:
            break
        inside = sum(len(each.places) for each in chosen if _within(phrase.key, each.key))
        around = any(
            _within(each.key, phrase.key) and len(phrase.places) < len(each.places) / 2 for each in chosen
        )
        if not around and 2 * inside < len(phrase.places) + 1:
            chosen.append(phrase)
    return chosen


def _within(part: str, whole: str) -> bool:
    return part != whole and f" {part} " in f" {whole} "


def _annotation(phrase: _Phrase) -> Annotation:
    shown = Counter(" ".join(word.shown for word in run) for run in phrase.places)
    best = max(shown.values())
    return Annotation(
        key=phrase.key,
        display_name=next(text for text, count in shown.items() if count == best),
        time_ranges=tuple(TimeRange(start_time=run[0].start, end_time=run[-1].end) for run in phrase.places),
    )


def _topics(
    elementlist: ElementList, runs: Sequence[Sequence[Run]], phrases: Sequence[_Phrase]
) -> list[Annotation]:
    spans = [
        TimeRange(
            start_time=elementlist.segments[first].start_time,
            end_time=elementlist.segments[last - 1].end_time,
        )
        for first, last in _topic_spans(runs)
    ]
    begins = [span.start_time for span in spans]
    said = [
        (phrase, Counter(max(bisect_right(begins, run[0].start) - 1, 0) for run in phrase.places))
        for phrase in phrases[: 10 * MAX_KEYWORDS]
    ]
    found: dict[str, Annotation] = {}
    for number, span in enumerate(spans):
        phrase = _name_of(number, len(spans), said)
        if phrase is None:
            continue
        known = found.get(phrase.key) or replace(_annotation(phrase), time_ranges=())
        found[phrase.key] = replace(known, time_ranges=(*known.time_ranges, span))
    return list(found.values())


def _topic_spans(runs: Sequence[Sequence[Run]]) -> list[tuple[int, int]]:
    """Return [first, last) of the sentences between which the words change."""
    blocks: list[Counter[str]] = []
    begins: list[int] = []  # the sentence with which each block begins
    filled = BLOCK_WORDS
    for number, sentence in enumerate(runs):
        if filled >= BLOCK_WORDS:
            blocks.append(Counter())
            begins.append(number)
            filled = 0
        words = [word.value for run in sentence for word in run]
        blocks[-1].update(words)
        filled += len(words)
    if not blocks:
        return []
    scores = [_likeness(blocks, place) for place in range(1, len(blocks))]
    depths = _depths(scores)
    if len(depths) < 2:
        return [(0, len(runs))]
    mean = sum(depths) / len(depths)
    spread = math.sqrt(sum((depth - mean) ** 2 for depth in depths) / len(depths))
    cuts = [
        begins[place + 1]
        for place, depth in enumerate(depths)
        if depth > mean + spread / 2 and depth == max(depths[max(place - 1, 0) : place + 2])
    ]
    edges = [0, *cuts, len(runs)]
    return list(pairwise(edges))


def _likeness(blocks: Sequence[Counter[str]], place: int) -> float:
    """Compute the cosine of the words before a block's beginning and of those after it."""
    before = sum(blocks[max(place - COMPARED_BLOCKS, 0) : place], Counter[str]())
    after = sum(blocks[place : place + COMPARED_BLOCKS], Counter[str]())
    length = math.sqrt(
        sum(count * count for count in before.values()) * sum(count * count for count in after.values())
    )
    return sum(count * after[word] for word, count in before.items()) / length if length else 0.0


def _depths(scores: Sequence[float]) -> list[float]:
    """Return how far the likeness falls at each place from the peaks on either side."""
    before = _peaks(scores)
    after = _peaks(scores[::-1])[::-1]
    return [left + right - 2 * score for left, score, right in zip(before, scores, after, strict=True)]


def _peaks(scores: Sequence[float]) -> list[float]:
    """Return the last peak at or before each place."""
    found: list[float] = []
    for place, score in enumerate(scores):
        found.append(found[-1] if place and scores[place - 1] >= score else score)
    return found


def _name_of(span: int, spans: int, said: Sequence[tuple[_Phrase, Mapping[int, int]]]) -> _Phrase | None:
    """Choose the phrase that is said in this span and hardly in others, by its score and its tf-idf.

    said: each phrase with how often it is said in each span.
    """
    best, named = 0.0, None
    for phrase, times in said:
        here = times.get(span, 0)
        weight = phrase.score * here / len(phrase.places) * math.log(1 + spans / len(times))
        if weight > best:
            best, named = weight, phrase
    return named
