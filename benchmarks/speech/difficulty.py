"""How many words the recognizer gets wrong under noise, and what the signs of a difficult job say then.

python -m benchmarks.speech.difficulty

Mixes noise into the demonstration's recording, louder and louder: white noise, and a hum of other voices
made of the recording itself. Prints, for each, the noise as it was mixed in, as it is measured, the share of
the speech that words cover, the word error rate, and the verdict. The limits in
`workflow/steps/difficulty.py` come from here.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import jiwer
import numpy as np

from scribedock import app
from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.speech.noise import signal_to_noise_db
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import choose
from scribedock.workflow.steps.difficulty import Evidence, judge_difficulty

DEMO = Path(app.__file__).parent / "demo"
LEVELS_DB = (40, 30, 25, 20, 15, 10)
VOICES = 6


def main() -> None:
    pool = RecognizerPool(choose("pocketsphinx", None), processes=2, chunk_timeout_s=300)
    said = words((DEMO / "recording.txt").read_text())
    with tempfile.TemporaryDirectory() as folder:
        clean_file, mixed = Path(folder) / "clean.pcm", Path(folder) / "mixed.pcm"
        decode(DEMO / "recording.flac", clean_file, Limits(max_duration_s=3600, memory=2 * 1024**3))
        clean = np.fromfile(clean_file, "<i2").astype(np.float64)
        draw = np.random.default_rng(1)
        noises = {
            "white": draw.normal(size=len(clean)),
            "voices": sum(np.roll(clean, int(draw.integers(len(clean)))) for _ in range(VOICES)),
        }
        spoken = np.concatenate(
            [clean[s.start_ms * 16 : s.end_ms * 16] for s in pool.speech_spans(clean_file)]
        )
        print(f"{'noise':8} {'mixed':>6} {'measured':>9} {'covered':>8} {'WER':>6}  verdict")
        for name, noise in noises.items():
            for level in LEVELS_DB:
                wanted = np.mean(spoken**2) / 10 ** (level / 10)
                sound = clean + noise * np.sqrt(wanted / np.mean(noise**2))
                np.clip(sound / max(1, np.abs(sound).max() / 32767), -32768, 32767).astype("<i2").tofile(
                    mixed
                )
                spans = pool.speech_spans(mixed)
                found = [word for span in spans for word in pool.recognize(mixed, span, "en")]
                wrong = jiwer.wer(said, words(" ".join(word.text for word in found)) or "-")
                evidence = Evidence(
                    speech_ms=sum(span.end_ms - span.start_ms for span in spans),
                    worded_ms=sum(word.end_ms - word.start_ms for word in found),
                    failed_ms=0,
                    confidence=None,
                    signal_to_noise_db=signal_to_noise_db(mixed, spans),
                )
                print(
                    f"{name:8} {level:4} dB {evidence.signal_to_noise_db or 0:6.1f} dB "
                    f"{evidence.worded_ms / max(1, evidence.speech_ms):8.2f} {wrong:6.2f}  "
                    f"{judge_difficulty(evidence)}"
                )
    pool.close()


def words(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))


if __name__ == "__main__":
    main()
