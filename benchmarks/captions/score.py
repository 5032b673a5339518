"""How good captions are, in numbers: the layout beside two packers with the same limits.

    python -m benchmarks.captions.score [ELEMENTLIST.json ...]

Scores `texts/varied.txt` and each ElementList that is named.  The scorer was written before the
layout was tuned, has word lists of its own, and does not change with the layout:

- hanging: lines and captions that end on a function word with no punctuation after it
- hanging, all pronouns counted: the same, with the pronouns that may also be objects
- one word: captions of a single word
- fast: captions above 17 characters a second, in per cent
- violations: words lost, repeated or moved; lines too wide (but a word alone) or too many; captions
  that overlap, last no time or have two sentences

Exits with 1 if a target is missed: hanging at most 1/4 of each packer, one word at most 1/2 of the greedy
one (but for those that boundaries force), fast at most one point worse than the greedy one, no violation.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.captions.material import from_file, varied
from benchmarks.captions.packers import greedy, to_punctuation
from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.layout.boundaries import ends_caption
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.layout.timing import assign_times
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.graphemes import width
from scribedock_captions.text.words import Word, words_of

FAST = 17.0
FUNCTION_WORDS = frozenset(
    # articles, determiners, possessives
    """a an the this that these those my your his her its our their whose no every each some any all both
    another such what which"""
    # prepositions and the particles among them
    """ about above across after against along among around as at before behind below beneath beside besides
    between beyond by down during except for from in inside into like near of off on onto out outside over
    past since than through throughout till to toward towards under underneath until up upon via with within
    without"""
    # conjunctions and what opens a clause
    """ and but or nor so yet because although though while when whenever where wherever who whom how why if
    unless whether"""
    # auxiliaries
    """ am is are was were be been being have has had having do does did will would shall should can could may
    might must ought cannot not isn't aren't wasn't weren't haven't hasn't hadn't don't doesn't didn't won't
    wouldn't can't couldn't shouldn't mustn't i'm you're he's she's it's we're they're that's there's who's
    what's i've you've we've they've i'd you'd he'd she'd we'd they'd i'll you'll he'll she'll it'll we'll
    they'll"""
    # pronouns that can only be subjects
    """ i he she we they""".split()
)
OTHER_PRONOUNS = frozenset("it you me him us them".split())
CLOSING = "\"'”’»)]"


@dataclass(frozen=True)
class Score:
    captions: int
    lines: int
    hanging: int
    hanging_with_pronouns: int
    one_word: int
    forced_one_word: int  # of them, those between two boundaries that no caption may cross
    fast: float  # per cent
    violations: tuple[str, ...]


Packer = Callable[[list[Word], CaptionOptions], list[Caption]]
PACKERS: Mapping[str, Packer] = {"greedy": greedy, "to punctuation": to_punctuation, "layout": lay_out}
OPTIONS: Mapping[str, CaptionOptions] = {
    "default": CaptionOptions(),
    "sentences share": CaptionOptions(caption_by_sentence=False),
    "42 x 2, at most 7 s": CaptionOptions(maximum_caption_duration=7000, minimum_caption_length_ms=833),
    "37 x 2": CaptionOptions(characters_per_caption_line=37),
    "32 x 2": CaptionOptions(characters_per_caption_line=32),
    "32 x 3, sentences share": CaptionOptions(
        characters_per_caption_line=32, lines_per_caption=3, caption_by_sentence=False
    ),
}


def score(elementlist: ElementList, options: CaptionOptions, packer: Packer) -> Score:
    words = words_of(elementlist, options)
    captions = assign_times(packer(words, options), options, media_end=elementlist.end_time + 1000)
    lines = [line for caption in captions for line in caption.lines]
    ends = [_end(line) for line in lines]
    return Score(
        captions=len(captions),
        lines=len(lines),
        hanging=sum(end in FUNCTION_WORDS for end in ends),
        hanging_with_pronouns=sum(end in FUNCTION_WORDS or end in OTHER_PRONOUNS for end in ends),
        one_word=sum(len(_spoken(caption)) == 1 for caption in captions),
        forced_one_word=_forced(words, options),
        fast=100 * sum(_speed(caption) > FAST for caption in captions) / max(len(captions), 1),
        violations=tuple(_violations(captions, words, options)),
    )


def _end(line: str) -> str:
    """The last word in lower case; empty if punctuation follows it."""
    last = line.split()[-1].rstrip(CLOSING).lower().replace("’", "'")
    return last if last and last[-1].isalnum() else ""


def _spoken(caption: Caption) -> list[str]:
    """The words without the marker and the name of the speaker."""
    text = " ".join(caption.lines)
    if text.startswith(">>"):
        text = text.removeprefix(">>").lstrip()
        name, colon, rest = text.partition(": ")
        if colon and len(name.split()) <= 3:
            text = rest
    return text.split()


def _forced(words: list[Word], options: CaptionOptions) -> int:
    """Words alone between two boundaries."""
    starts = [
        0,
        *(at for at in range(1, len(words)) if ends_caption(words[at - 1], words[at], options)),
        len(words),
    ]
    return sum(after - before == 1 for before, after in pairwise(starts))


def _speed(caption: Caption) -> float:
    """Characters a second, spaces counted, line breaks not."""
    return sum(width(line) for line in caption.lines) * 1000 / (caption.end - caption.start)


def _violations(captions: list[Caption], words: list[Word], options: CaptionOptions) -> list[str]:
    found = []
    shown = " ".join(line for caption in captions for line in caption.lines).split()
    wanted = " ".join(f"{word.label} {word.text}" for word in words).split()
    if shown != wanted:
        found.append("words lost, repeated or moved")
    for caption in captions:
        if len(caption.lines) > options.lines_per_caption:
            found.append(f"too many lines: {caption.lines}")
        found += [
            f"too wide: {line}"
            for line in caption.lines
            if width(line) > options.characters_per_caption_line and len(line.split()) > 1
        ]
        if caption.end <= caption.start:
            found.append(f"no time: {caption.lines}")
        longest = options.maximum_caption_duration
        if longest is not None and caption.end - caption.start > longest:
            found.append(f"too long: {caption.lines}")
    found += [f"overlap: {after.lines}" for before, after in pairwise(captions) if before.end > after.start]
    if options.caption_by_sentence:
        found += _two_sentences(captions, words)
    return found


def _two_sentences(captions: list[Caption], words: list[Word]) -> list[str]:
    ends = []
    count = 0
    for word in words:
        count += len(f"{word.label} {word.text}".split())
        if word.ends_sentence:
            ends.append(count)
    found = []
    at = 0
    for caption in captions:
        after = at + len(" ".join(caption.lines).split())
        if any(at < end < after for end in ends):
            found.append(f"two sentences: {caption.lines}")
        at = after
    return found


def misses(scores: Mapping[str, Score]) -> list[str]:
    """The targets that the layout misses."""
    ours, plain = scores["layout"], scores["greedy"]
    found = [*ours.violations]
    found += [
        f"hanging: {ours.hanging} is more than a quarter of {scores[name].hanging} ({name})"
        for name in ("greedy", "to punctuation")
        if ours.hanging > scores[name].hanging / 4
    ]
    if ours.hanging_with_pronouns > plain.hanging_with_pronouns / 4:
        found.append(
            f"hanging, all pronouns: {ours.hanging_with_pronouns} is more than a quarter of "
            f"{plain.hanging_with_pronouns}"
        )
    if ours.one_word > max(plain.one_word / 2, ours.forced_one_word):
        found.append(f"one word: {ours.one_word} is more than half of {plain.one_word}")
    if ours.fast > plain.fast + 1:
        found.append(f"fast: {ours.fast:.1f} % is more than a point above {plain.fast:.1f} %")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("elementlists", nargs="*", type=Path)
    wanted = parser.parse_args()
    material = {"varied": varied(), **{path.name: from_file(path) for path in wanted.elementlists}}
    missed = 0
    for name, elementlist in material.items():
        for title, options in OPTIONS.items():
            print(f"\n{name}, {title}")
            print(f"  {'':16}captions  lines  hanging  +pronouns  one word  fast %  violations")
            scores = {packer: score(elementlist, options, PACKERS[packer]) for packer in PACKERS}
            for packer, each in scores.items():
                print(
                    f"  {packer:16}{each.captions:8}{each.lines:7}{each.hanging:9}"
                    f"{each.hanging_with_pronouns:11}{each.one_word:10}{each.fast:8.1f}"
                    f"{len(each.violations):12}"
                )
            for miss in misses(scores):
                missed += 1
                print(f"  MISSED {miss}")
    print(f"\n{missed} targets missed" if missed else "\nAll targets are met")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
