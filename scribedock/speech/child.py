"""A process that recognizes: one engine, loaded once, and one request at a time.

Requests come on standard input and answers go to standard output, one JSON object a line.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scribedock.speech.recognizer import SAMPLE_RATE, Recognizer, RecognizerSpec, engine_named
from scribedock.speech.vad import read_pcm, speech_spans

PR_SET_PDEATHSIG = 1


def main() -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print must not get between the answers.
    answers = os.dup(1)
    os.dup2(2, 1)
    order = json.loads(sys.argv[1])
    model = order["model"] and Path(order["model"])
    spec = RecognizerSpec(engine=order["engine"], model=model, threads=order["threads"])
    try:
        recognizer = engine_named(spec.engine).load(spec)
    except Exception as error:
        say(answers, {"failed": describe(error)})
        sys.exit(1)
    say(answers, {"ready": True})
    for line in sys.stdin.buffer:
        say(answers, answer(recognizer, json.loads(line)))


def die_with_parent() -> None:
    """However the parent ends: also while the recognizer holds the interpreter's lock.

    A parent that ended before this call is noticed by the end of standard input.
    """
    if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError("the kernel does not know PR_SET_PDEATHSIG")


def answer(recognizer: Recognizer, request: dict[str, Any]) -> dict[str, Any]:
    audio = Path(request["audio"])
    try:
        if request["operation"] == "speech_spans":
            return {"spans": [asdict(span) for span in speech_spans(audio)]}
        start_ms, end_ms = request["start_ms"], request["end_ms"]
        first, after = start_ms * SAMPLE_RATE // 1000, end_ms * SAMPLE_RATE // 1000
        pcm = read_pcm(audio, first, after - first)
        return {"words": [asdict(word) for word in recognizer.recognize(pcm, start_ms, request["language"])]}
    except Exception as error:
        return {"failed": describe(error)}


def describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def say(descriptor: int, value: dict[str, Any]) -> None:
    rest = memoryview(json.dumps(value).encode() + b"\n")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
