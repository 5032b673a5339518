"""SubRip: a number, a time, the text, a blank line; or what `srt_format` says."""

from __future__ import annotations

from scribedock.captions.caption import Caption
from scribedock.captions.options import CaptionOptions
from scribedock.captions.srt_template import SrtTemplate
from scribedock.captions.writers.clock import parts

UNITS = ("hour", "minute", "second", "millisecond")


def write(captions: list[Caption], options: CaptionOptions) -> str:
    template = SrtTemplate(options.srt_format)
    return "".join(
        template.fill(_numbers(number, caption), _text(caption))
        for number, caption in enumerate(captions, start=1)
    )


def _numbers(number: int, caption: Caption) -> dict[str, int]:
    numbers = {"caption_number": number}
    for side, time in (("start", caption.start), ("end", caption.end)):
        for unit, value in zip(UNITS, parts(time), strict=True):
            numbers[f"{side}_{unit}"] = value
    return numbers


def _text(caption: Caption) -> str:
    """The lines; an arrow in them would be taken for a time."""
    return "\n".join(caption.lines).replace("-->", "->")
