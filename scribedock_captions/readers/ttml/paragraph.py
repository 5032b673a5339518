"""A paragraph of TTML: one caption, or one for each span that has times of its own."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from scribedock_captions.placement import Placement
from scribedock_captions.readers.cue import Cues, Line, line_of
from scribedock_captions.style import Style

LEAST_SHOWN_MS = 1000  # words that are timed for less are said one after the other, and shown together


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """When an element is shown, in ms; `known` unless neither it nor what it stands in has a beginning."""

    begin: int = 0
    end: int | None = None
    known: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    style: Style
    interval: Interval
    speaker: str
    new_line: bool = False
    language: str = ""

    @property
    def spoken(self) -> bool:
        """Tell whether there is more than white space."""
        return bool(self.text.strip())


class Paragraph:
    """Collects the text of a paragraph."""

    def __init__(
        self, *, interval: Interval, placement: Placement | None, language: str, number: int
    ) -> None:
        self._interval = interval
        self._placement = placement
        self._language = language
        self._number = number
        self._runs: list[_Run] = []

    def write(
        self,
        text: str,
        style: Style,
        interval: Interval,
        speaker: str,
        *,
        language: str = "",
        preserve: bool = False,
    ) -> None:
        """Add a text that is shown in this interval; `preserve`: its line feeds end lines."""
        parts = text.split("\n") if preserve else [text]
        for number, part in enumerate(parts):
            self._runs.append(_Run(part, style, interval, speaker, number > 0, language))

    def end_line(self, interval: Interval, speaker: str) -> None:
        """Begin a new line."""
        self._runs.append(_Run("", Style(), interval, speaker, True))

    def close(self, cues: Cues) -> tuple[list[str], bool]:
        """Add the captions of the paragraph.  Raises FileTooLarge.

        Return the languages that whole lines of it are in, where there are several, and whether a caption of
        it has no times.
        """
        translated: list[str] = []
        untimed = False
        for interval, runs in self._captions():
            by_language = _by_language(runs)
            translated += [language for language in by_language if language != self._language]
            for language, said in by_language.items() or ((self._language, runs),):
                cues.add(
                    _lines(said),
                    interval.begin if interval.known else None,
                    interval.end,
                    placement=self._placement,
                    language=language,
                    number=self._number,
                )
            untimed |= not interval.known and any(run.spoken for run in runs)
        return translated, untimed

    def _captions(self) -> list[tuple[Interval, list[_Run]]]:
        groups: dict[Interval, list[_Run]] = {}
        for run in self._runs:
            groups.setdefault(run.interval, []).append(run)
        around = groups.pop(self._interval, [])
        timed = [(interval, runs) for interval, runs in groups.items() if any(run.spoken for run in runs)]
        if not timed or (self._interval.known and _are_words(timed, any(run.spoken for run in around))):
            return [(self._interval, self._runs)]
        if not self._interval.known:
            return self._joined()
        return [(self._interval, around), *timed]

    def _joined(self) -> list[tuple[Interval, list[_Run]]]:
        """Divide a paragraph without times: what stands outside of its timed spans goes to the next one."""
        found: dict[Interval, list[_Run]] = {}
        waiting: list[_Run] = []
        for run in self._runs:
            if run.interval == self._interval:
                waiting.append(run)
            else:
                found.setdefault(run.interval, []).extend([*waiting, run])
                waiting = []
        *_, last = found
        found[last] += waiting
        return list(found.items())


def _are_words(timed: list[tuple[Interval, list[_Run]]], text_around: bool) -> bool:
    """Tell whether the times are those at which words are said, rather than shown."""
    if any(len("".join(run.text for run in runs).split()) > 1 for _, runs in timed):
        return False
    durations = [interval.end - interval.begin for interval, _ in timed if interval.end is not None]
    least = 2 * LEAST_SHOWN_MS if text_around else LEAST_SHOWN_MS
    return median(durations) < least if durations else text_around


def _by_language(runs: list[_Run]) -> dict[str, list[_Run]]:
    """Divide runs whose lines are in several languages, each in one; nothing where they are not."""
    lines: list[list[_Run]] = [[]]
    for run in runs:
        if run.new_line:
            lines.append([])
        lines[-1].append(run)
    found: dict[str, list[_Run]] = {}
    for line in lines:
        languages = {run.language for run in line if run.spoken}
        if len(languages) > 1:
            return {}
        for language in languages:
            found.setdefault(language, []).extend(line)
    return found if len(found) > 1 else {}


def _lines(runs: list[_Run]) -> list[Line]:
    """Divide runs where a line or a speaker ends."""
    lines: list[list[_Run]] = [[]]
    for run in runs:
        before = next((each.speaker for each in reversed(lines[-1]) if each.spoken), None)
        if run.new_line or (run.spoken and before is not None and before != run.speaker):
            lines.append([])
        lines[-1].append(run)
    return [
        line_of(
            [(run.text, run.style) for run in line],
            next((run.speaker for run in line if run.spoken), ""),
        )
        for line in lines
    ]
