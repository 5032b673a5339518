"""Layout and writers, beside what does the least that could be called the same.

    python -m benchmarks.captions.speed [--hours 2] [--repetitions 7]

All is made from one parsed ElementList in memory.  Each round runs everything once, one after the other, so
that a noisy machine disturbs all alike; times are those of the processor, and what counts is the ratio.

- layout: from the list to captions with their times, beside the same with a greedy packer
- breaking alone: from words to captions, beside the greedy packer
- writers: every format, beside a bare loop of f-strings that writes SRT; SRT beside pycaption's writer, if it
  is installed

Exits with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time as clocks
from collections.abc import Callable
from typing import Any

from benchmarks.captions.material import hours
from benchmarks.captions.packers import greedy
from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.layout.timing import assign_times
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import captions_of
from scribedock_captions.text.words import Word, words_of
from scribedock_captions.writers import WRITERS, CaptionFormat

LAYOUT_S = 0.3
LAYOUT_BY_GREEDY = 8.0
SCC_BY_LOOP = 6.0
OTHERS_BY_LOOP = 2.0
PYCAPTION_BY_SRT = 8.0
LOOP = "bare loop"
TIMED_LOOP = "bare loop of words"


def bare_loop(captions: list[Caption]) -> str:
    """SRT without a template, an escape or a check."""
    parts = []
    for number, caption in enumerate(captions, start=1):
        times = []
        for at in (caption.start, caption.end):
            seconds, rest = divmod(at, 1000)
            minutes, second = divmod(seconds, 60)
            hour, minute = divmod(minutes, 60)
            times.append(f"{hour:02}:{minute:02}:{second:02},{rest:03}")
        text = "\n".join(caption.lines)
        parts.append(f"{number}\n{times[0]} --> {times[1]}\n{text}\n\n")
    return "".join(parts)


def bare_timed_loop(words: list[Word]) -> str:
    """A timed span for each word, without an escape or a check: ten times as many times as SRT has."""
    parts = []
    for word in words:
        parts.append(f'<span begin="{word.start}ms" end="{word.end}ms">{word.text}</span> ')
        if word.ends_sentence:
            parts.append("</p>\n<p>")
    return "".join(parts)


def pycaption_writer(captions: list[Caption]) -> Callable[[], Any] | None:
    try:
        from pycaption import Caption as Theirs
        from pycaption import CaptionList, CaptionNode, CaptionSet, SRTWriter
    except ImportError:
        return None
    theirs = CaptionList()
    for caption in captions:
        nodes: list[CaptionNode] = []
        for line in caption.lines:
            nodes += [CaptionNode.create_break()] if nodes else []
            nodes.append(CaptionNode.create_text(line))
        theirs.append(Theirs(caption.start * 1000, caption.end * 1000, nodes))
    whole = CaptionSet({"en": theirs})
    return lambda: SRTWriter().write(whole)


def made(elementlist: ElementList, options: CaptionOptions, packer: Any) -> list[Caption]:
    words = words_of(elementlist, options)
    return assign_times(packer(words, options), options, media_end=elementlist.end_time + 1000)


def candidates(elementlist: ElementList) -> dict[str, Callable[[], Any]]:
    options = CaptionOptions()
    words = words_of(elementlist, options)
    found: dict[str, Callable[[], Any]] = {
        "greedy": lambda: made(elementlist, options, greedy),
        "layout": lambda: made(elementlist, options, lay_out),
        "greedy alone": lambda: greedy(words, options),
        "layout alone": lambda: lay_out(words, options),
    }
    for format in CaptionFormat:
        document = captions_of(elementlist, format, options)
        found[format.value] = lambda document=document, format=format: WRITERS[format].write(document)  # type: ignore[misc]
        if format is CaptionFormat.SRT:
            captions = list(document.captions)
    found[LOOP] = lambda: bare_loop(captions)
    found[TIMED_LOOP] = lambda: bare_timed_loop(words)
    theirs = pycaption_writer(captions)
    if theirs is not None:
        found["pycaption"] = theirs
    return found


def measured(found: dict[str, Callable[[], Any]], repetitions: int) -> dict[str, list[float]]:
    """Seconds of the processor for each candidate, a round at a time."""
    taken: dict[str, list[float]] = {name: [] for name in found}
    for number in range(repetitions + 1):
        for name, run in found.items():
            gc.collect()
            began = clocks.process_time()
            run()
            if number:  # the first round warms up
                taken[name].append(clocks.process_time() - began)
    return taken


class Verdicts:
    def __init__(self, taken: dict[str, list[float]]) -> None:
        self._taken = taken
        self.missed = 0

    def ratio(self, name: str, base: str, most: float | None, *, least: float | None = None) -> None:
        pairs = zip(self._taken[name], self._taken[base], strict=True)
        ratios = [ours / theirs for ours, theirs in pairs]
        middle = statistics.median(ratios)
        bound = ""
        if most is not None:
            bound = f"at most {most:g}"
        elif least is not None:
            bound = f"at least {least:g}"
        wrong = (most is not None and middle > most) or (least is not None and middle < least)
        self._line(f"{name} / {base}", ratios, "x", bound, wrong=wrong)

    def seconds(self, name: str, most: float) -> None:
        taken = self._taken[name]
        wrong = statistics.median(taken) > most
        self._line(name, taken, "s", f"at most {most:g} on an idle core", wrong=wrong)

    def _line(self, name: str, values: list[float], unit: str, bound: str, *, wrong: bool) -> None:
        self.missed += wrong
        spread = f"({min(values):.3f} to {max(values):.3f})"
        print(f"  {name:28}{statistics.median(values):8.3f} {unit} {spread:20} {bound}{'  MISSED' * wrong}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--repetitions", type=int, default=7)
    wanted = parser.parse_args()
    elementlist = hours(wanted.hours)
    found = candidates(elementlist)
    taken = measured(found, wanted.repetitions)
    words = len(words_of(elementlist, CaptionOptions()))
    print(f"{wanted.hours:g} h, {words:,} words; median of {wanted.repetitions} (least to most)\n")
    verdicts = Verdicts(taken)
    verdicts.seconds("layout", LAYOUT_S)
    verdicts.ratio("layout", "greedy", LAYOUT_BY_GREEDY)
    verdicts.ratio("layout alone", "greedy alone", LAYOUT_BY_GREEDY)
    print()
    if "pycaption" in found:
        verdicts.ratio("pycaption", CaptionFormat.SRT, None, least=PYCAPTION_BY_SRT)
    else:
        print("  pycaption is not installed")
    for format in CaptionFormat:
        most = SCC_BY_LOOP if format is CaptionFormat.SCC else OTHERS_BY_LOOP
        verdicts.ratio(format.value, TIMED_LOOP if format is CaptionFormat.TWX else LOOP, most)
    verdicts.ratio(CaptionFormat.TWX.value, LOOP, None)  # it has ten times as many times
    print(f"\n{verdicts.missed} targets missed" if verdicts.missed else "\nAll targets are met")
    sys.exit(1 if verdicts.missed else 0)


if __name__ == "__main__":
    main()
