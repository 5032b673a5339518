"""The files that the writers made when a person last read them, kept in `data/`.

    python -m tests.captions.golden

rewrites them after a change of layout: review the difference.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scribedock_captions.document import Metadata
from scribedock_captions.options import (
    CaptionOptions,
    Case,
    FileFormat,
    LineEnding,
    SpeakerDisplay,
    TranscriptOptions,
)
from scribedock_captions.rendering import CaptionFormat, Rendering, render_captions, render_transcript
from tests.captions.sample import SAMPLE

TABLE = {
    "SRT": ("text/plain", ".srt"),
    "WEB_VTT": ("text/vtt", ".vtt"),
    "SBV": ("text/plain", ".sbv"),
    "DFXP": ("application/ttml+xml", ".dfxp"),
    "SAMI": ("application/x-sami", ".smi"),
    "SCC": ("text/plain", ".scc"),
    "QT": ("text/plain", ".qt.txt"),
    "TRANSCRIPT": ("text/plain", ".txt"),
    "ECHO": ("application/ttml+xml", ".xml"),
    "TPM": ("application/ttml+xml", ".xml"),
    "TWX": ("application/ttml+xml", ".xml"),
}
DATA = Path(__file__).parent / "data"
BROADCAST: dict[str, Any] = {
    "characters_per_caption_line": 32,
    "maximum_caption_duration": 7000,
    "minimum_caption_length_ms": 1000,
    "minimum_gap_between_captions_ms": 80,
    "display_speaker_id": SpeakerDisplay.NUMBER,
    "remove_sound_references": False,
    "remove_disfluencies": False,
    "sound_boundaries": ("(", ")"),
}
SHOUTED: dict[str, Any] = {
    "caption_by_sentence": False,
    "speaker_on_new_line": False,
    "characters_per_caption_line": 20,
    "lines_per_caption": 4,
    "display_speaker_id": SpeakerDisplay.NO,
    "force_case": Case.UPPER,
    "line_ending_format": LineEnding.WINDOWS,
    "utf8_mark": True,
}
SEAMLESS: dict[str, Any] = {
    "qt_seamless": True,
    "merge_gap_interval": 0,
    "remove_sound_references": False,
    "sound_boundaries": ("{", "}"),
    "sound_tokens_by_line": True,
    "display_effects_speaker_as": "Sounds",
    "emit_speaker_change_tokens_as": "",
    "disallow_dangling": True,
    "line_ending_format": LineEnding.OSX,
    "include_dfxp_metadata": False,
    "srt_format": "{caption_number:04d} {start_hour}h{start_minute:02d} 100%\\n{caption_text}\\n\\n",
}
OPTION_SETS = {"default": {}, "broadcast": BROADCAST, "shouted": SHOUTED, "seamless": SEAMLESS}
PROSE: dict[str, Any] = {
    "create_paragraphs": False,
    "newlines_after_sentence": 1,
    "timecode_interval": 10_000,
    "timecode_format": "%H:%M:%S",
    "remove_sound_references": False,
}
ABOUT = Metadata(title="The harbour & <the sea>", identifier="0123456789abcdef0123456789abcdef")


def renderings() -> dict[str, Rendering]:
    """Every file by its name."""
    found = {}
    for format in CaptionFormat:
        for name, options in OPTION_SETS.items():
            rendering = render_captions(SAMPLE, format, CaptionOptions(**options), metadata=ABOUT)
            found[f"{format.value.lower()}-{name}{rendering.extension}"] = rendering
    for kind in (FileFormat.TXT, FileFormat.HTML):
        for name, options in (("default", {}), ("prose", PROSE)):
            rendering = render_transcript(SAMPLE, TranscriptOptions(file_format=kind, **options))
            found[f"paragraphs-{name}{rendering.extension}"] = rendering
    return found


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    for old in DATA.iterdir():
        old.unlink()
    for name, rendering in renderings().items():
        (DATA / name).write_bytes(rendering.body)
