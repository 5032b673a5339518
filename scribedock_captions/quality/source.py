"""Rules about the file itself, which its captions no longer show: markup, spaces, the frame rate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from scribedock_captions.quality.finding import Finding, Material, Severity

STYLE_TAG = re.compile(r"<(?P<end>/?)\s*(?P<name>[biu])(?:[.\s][^<>]{0,100})?>", re.IGNORECASE)
TAGGED = {"b": "bold <b>", "i": "an italic <i>", "u": "an underline <u>"}
TTML_ROOT = re.compile(r"<(?:\w{1,20}:)?tt[\s>][^<>]{0,4000}")
FRAME_RATE = re.compile(r"""\bframeRate\s*=\s*["'](\d{1,6})["']""")
FRAME_RATE_MULTIPLIER = re.compile(r"""\bframeRateMultiplier\s*=\s*["'](\d{1,6})[ :](\d{1,6})["']""")
FRAME_RATES = (24000 / 1001, 24, 25, 30000 / 1001, 30, 50, 60000 / 1001, 60)
ARROW = "-->"
DOUBLE_SPACE = re.compile(r"\S(  +)\S|\S[ \t]+$")
MAX_FINDINGS = 200  # findings about lines of a file


def check(material: Material) -> Iterator[Finding]:
    """Find italics that are not closed, spaces that do not belong, and frame rates that do not exist."""
    source = material.source
    if not source:
        return
    root = TTML_ROOT.search(source[:8192])
    if root is not None:
        yield from _frame_rate(root[0])
    else:
        yield from _lines(material, source)


def _lines(material: Material, source: str) -> Iterator[Finding]:
    opened: Counter[str] = Counter()
    found = 0
    for number, line in enumerate([*source.splitlines(), ""], start=1):
        for tag in STYLE_TAG.finditer(line):
            name = tag["name"].lower()
            if name == "i" and not material.standard.italics:
                found += 1
                yield _finding("italics", f"line {number}: the language has no italics; take them out", line)
                break
            opened[name] += -1 if tag["end"] else 1
        if not line.strip() or ARROW in line:
            for name in sorted(name for name, count in opened.items() if count):
                found += 1
                message = f"line {number}: {TAGGED[name]} before it is not closed, or not opened"
                yield _finding("italics", message, "")
            opened.clear()
        elif DOUBLE_SPACE.search(line):
            found += 1
            yield _finding("white-space", f"line {number}: has spaces where none belong", line)
        if found >= MAX_FINDINGS:
            return


def _frame_rate(root: str) -> Iterator[Finding]:
    rate = FRAME_RATE.search(root)
    if rate is None:
        return
    multiplier = FRAME_RATE_MULTIPLIER.search(root)
    value = float(rate[1])
    if multiplier is not None:
        value *= int(multiplier[1]) / max(int(multiplier[2]), 1)
    if all(abs(value - known) > 0.01 for known in FRAME_RATES):
        message = f"a frame rate of {value:g} does not exist; use 24, 25, 29.97, 30 or another usual one"
        yield _finding("frame-rate", message, root, Severity.ERROR)


def _finding(rule: str, message: str, text: str, severity: Severity = Severity.ADVICE) -> Finding:
    return Finding(
        rule=rule, severity=severity, caption=0, start=0, end=0, message=message, text=text.strip()[:200]
    )
