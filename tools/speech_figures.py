"""What docs/speech.csv says of the engines, as a table and as a picture."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

MEASURED = Path(__file__).resolve().parent.parent / "docs" / "speech.csv"
WIDTH, MARGIN, BAR, GAP = 760, 20, 14, 4  # pixels
LABELS = 300  # pixels that the names of the engines have
OURS, BARE = "#1f6feb", "#a8b3c1"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A pair of measurements: of an engine in our pipeline, and of the engine by itself on whole files."""

    name: str
    ours: float
    bare: float


def table() -> str:
    """Return the measurements as a table in Markdown."""
    lines = ["| engine | recordings | word error rate | bare | processor time | bare |"]
    lines.append("| --- " * 6 + "|")
    for row in _rows():
        engine, recordings, wrong, bare_wrong, time, bare_time = row.values()
        lines.append(f"| {engine} | {recordings} | {wrong} | {bare_wrong} | {time} s | {bare_time} s |")
    return "\n".join([*lines, ""])


def picture() -> str:
    """Return word error rates and processor times as bars, in SVG."""
    blocks = [
        ("Word error rate (share of the words)", "word error rate", "bare"),
        ("Processor time for a second of sound (seconds)", "processor time", "bare processor time"),
    ]
    y = MARGIN
    parts = [_legend(y)]
    y += 26
    for title, ours, bare in blocks:
        figures = [
            Figure(
                name=f"{row['engine']}, {row['recordings'].partition(',')[0]}",
                ours=float(row[ours]),
                bare=float(row[bare]),
            )
            for row in _rows()
        ]
        y += 20
        parts.append(f'<text x="{MARGIN}" y="{y}" font-weight="bold">{escape(title)}</text>')
        y += 12
        scale = (WIDTH - LABELS - 3 * MARGIN - 40) / max(max(each.ours, each.bare) for each in figures)
        for each in figures:
            parts += _bars(each, y, scale)
            y += 2 * BAR + GAP + 12
    height = y + MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" fill="#1f2328">'
    )
    ground = f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>'
    return "\n".join([head, ground, *parts, "</svg>", ""])


def _rows() -> list[dict[str, str]]:
    with MEASURED.open(newline="") as file:
        return list(csv.DictReader(file))


def _legend(y: int) -> str:
    return "".join(
        f'<rect x="{x}" y="{y}" width="{BAR}" height="{BAR}" rx="2" fill="{colour}"/>'
        f'<text x="{x + BAR + 8}" y="{y + 12}">{text}</text>'
        for x, colour, text in ((MARGIN, OURS, "scribedock"), (MARGIN + 140, BARE, "the engine by itself"))
    )


def _bars(figure: Figure, y: int, scale: float) -> Iterator[str]:
    x = MARGIN + LABELS
    yield f'<text x="{x - 10}" y="{y + BAR + 6}" text-anchor="end">{escape(figure.name)}</text>'
    for value, colour in ((figure.ours, OURS), (figure.bare, BARE)):
        length = max(value * scale, 1)
        yield f'<rect x="{x}" y="{y}" width="{length:.0f}" height="{BAR}" rx="2" fill="{colour}"/>'
        yield f'<text x="{x + length + 6:.0f}" y="{y + 12}" font-size="12">{value:g}</text>'
        y += BAR + GAP
