"""What a rule looks at, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.quality.standard import Standard


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # a limit of the standard is broken
    ADVICE = "advice"  # a captioner would do it otherwise


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule that is broken: where, and what would be right."""

    rule: str
    severity: Severity
    caption: int  # from 1; 0 where it is about no caption
    start: int  # ms
    end: int  # ms
    message: str  # what is wrong, and what would be right
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """Everything that the rules look at."""

    captions: tuple[Caption, ...]
    standard: Standard
    language: str
    elementlist: ElementList | None
    shots: tuple[int, ...]  # ms
    source: str

    def finding(
        self, rule: str, index: int, message: str, *, text: str = "", severity: Severity = Severity.ERROR
    ) -> Finding:
        """Make a finding about the caption of this index."""
        caption = self.captions[index]
        return Finding(
            rule=rule,
            severity=severity,
            caption=index + 1,
            start=caption.start,
            end=caption.end,
            message=message,
            text=text or " / ".join(caption.lines),
        )
