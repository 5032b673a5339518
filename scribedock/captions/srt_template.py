"""`srt_format`: a template from a stranger, so it is never given to Python's own formatting.

`str.format` would resolve attributes, and a width of 200,000,000 would take as many bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from scribedock.errors import InvalidOption

DEFAULT_SRT_FORMAT = (
    "{caption_number:d}\\n{start_hour:02d}:{start_minute:02d}:{start_second:02d},{start_millisecond:03d} --> "
    "{end_hour:02d}:{end_minute:02d}:{end_second:02d},{end_millisecond:03d}\\n{caption_text}\\n\\n"
)
NUMBERS = frozenset(
    ["caption_number"]
    + [f"{side}_{unit}" for side in ("start", "end") for unit in ("hour", "minute", "second", "millisecond")]
)
FIELD = re.compile(r"\{([a-z_]+)(?::(?:0([1-9]))?d)?\}")
BRACE = re.compile(r"[{}]")


class SrtTemplate:
    """A checked template. Raises InvalidOption, which names what it does not know."""

    def __init__(self, template: str) -> None:
        text = template.replace("-->{", "--> {")  # the documented default lacks the space
        self._parts: list[tuple[str, str, int]] = []  # text before, name of the field, its width
        position = 0
        for match in FIELD.finditer(text):
            name, width = match.group(1), int(match.group(2) or 0)
            if name not in NUMBERS and name != "caption_text":
                raise InvalidOption(
                    f"srt_format: {{{name}}} is unknown; use caption_text, {', '.join(sorted(NUMBERS))}"
                )
            self._parts.append((_literal(text[position : match.start()]), name, width))
            position = match.end()
        self._tail = _literal(text[position:])

    def fill(self, numbers: Mapping[str, int], caption_text: str) -> str:
        result = []
        for before, name, width in self._parts:
            result.append(before)
            result.append(caption_text if name == "caption_text" else str(numbers[name]).zfill(width))
        return "".join(result) + self._tail


def _literal(text: str) -> str:
    found = BRACE.search(text)
    if found:
        part = text[found.start() : found.start() + 30]
        raise InvalidOption(
            f"srt_format: cannot read {part!r}; a field is {{name}}, {{name:d}} or {{name:0Nd}}, N 1 to 9"
        )
    return text.replace("\\n", "\n")
