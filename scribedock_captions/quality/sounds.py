"""Rules about sounds that nobody has described yet."""

from __future__ import annotations

from collections.abc import Iterator

from scribedock_captions.elementlist.model import UNNAMED_SOUND, ElementList, TokenType
from scribedock_captions.quality.finding import Finding, Material, Severity

RULE = "unnamed-sound"
MESSAGE = "is a sound without a name; say what is heard, or take it out"


def check(material: Material) -> Iterator[Finding]:
    """Find sounds without a name: those of the ElementList, without one those that captions show."""
    if material.elementlist is not None:
        yield from _of_elementlist(material.elementlist)
        return
    for index, caption in enumerate(material.captions):
        if any(UNNAMED_SOUND in line.lower() for line in caption.lines):
            yield material.finding(RULE, index, MESSAGE, severity=Severity.ADVICE)


def _of_elementlist(elementlist: ElementList) -> Iterator[Finding]:
    for segment in elementlist.segments:
        for sequence in segment.sequences:
            for token in sequence.tokens:
                if token.type is TokenType.SOUND and token.display_as.lower() == UNNAMED_SOUND:
                    yield Finding(
                        rule=RULE,
                        severity=Severity.ADVICE,
                        caption=0,
                        start=token.start_time,
                        end=token.end_time,
                        message=MESSAGE,
                        text=token.display_as,
                    )
