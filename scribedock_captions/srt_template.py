"""`srt_format`: a template that a stranger wrote, so it is never given to Python's own formatting.

`str.format` would resolve attributes, and a width of 200,000,000 would take as many bytes.
"""

from __future__ import annotations

import re

from scribedock_captions.errors import UnusableOption

DEFAULT_SRT_FORMAT = (
    "{caption_number:d}\\n{start_hour:02d}:{start_minute:02d}:{start_second:02d},{start_millisecond:03d} --> "
    "{end_hour:02d}:{end_minute:02d}:{end_second:02d},{end_millisecond:03d}\\n{caption_text}\\n\\n"
)
FIELDS = (
    "caption_number",
    *(f"{side}_{unit}" for side in ("start", "end") for unit in ("hour", "minute", "second", "millisecond")),
    "caption_text",
)
"""What a template may name, in the order in which `fill` takes it."""
FIELD = re.compile(r"\{([a-z_]+)(?::(?:0([1-9]))?d)?\}")
BRACE = re.compile(r"[{}]")


class SrtTemplate:
    """A checked template.  Raises UnusableOption, which names what it does not know."""

    def __init__(self, template: str) -> None:
        text = template.replace("-->{", "--> {")  # the documented default lacks the space
        pattern, places = "", []
        position = 0
        for match in FIELD.finditer(text):
            name, width = match.group(1), int(match.group(2) or 0)
            if name not in FIELDS:
                raise UnusableOption(f"srt_format: {{{name}}} is unknown; use {', '.join(FIELDS)}")
            pattern += _literal(text[position : match.start()])
            pattern += "%s" if name == "caption_text" else f"%0{width}d" if width else "%d"
            places.append(FIELDS.index(name))
            position = match.end()
        # A pattern of our own making: literals with their % doubled, %s, and %d of at most nine digits.
        self._pattern = pattern + _literal(text[position:])
        self._places = places

    def fill(self, values: tuple[int | str, ...]) -> str:
        """Return the block of a caption; `values` are in the order of FIELDS."""
        return self._pattern % tuple([values[place] for place in self._places])


def _literal(text: str) -> str:
    found = BRACE.search(text)
    if found:
        part = text[found.start() : found.start() + 30]
        raise UnusableOption(
            f"srt_format: cannot read {part!r}; a field is {{name}}, {{name:d}} or {{name:0Nd}}, N 1 to 9"
        )
    return text.replace("\\n", "\n").replace("%", "%%")
