"""How long it takes to read what a short recording is: ours behind the fence, and a bare process of PyAV.

    python -m benchmarks.service.probes [--rounds 5] [--probes 20]

Both read the same file. Rounds of each take turns; the ratio of their times is given as its median and its
extremes over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from tests.support.media.ffmpeg import tone

BARE = """
import sys, av
with av.open(sys.argv[1]) as container:
    stream = container.streams.audio[0]
    size = sum(packet.size for packet in container.demux(stream))
    print(stream.codec_context.name, container.duration, size)
"""


def bare(path: Path) -> None:
    subprocess.run([sys.executable, "-I", "-c", BARE, str(path)], check=True, stdout=subprocess.DEVNULL)


def ours(path: Path) -> None:
    probe(path, Limits())


def seconds(read: Callable[[Path], None], path: Path, probes: int) -> float:
    """For each probe."""
    began = time.perf_counter()
    for _ in range(probes):
        read(path)
    return (time.perf_counter() - began) / probes


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--probes", type=int, default=20)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = tone(Path(folder) / "tone.flac", seconds=5)
        ours(path)  # the first one waits until everything is loaded
        rounds = [[seconds(each, path, given.probes) for each in (ours, bare)] for _ in range(given.rounds)]
    ratios = [mine / peer for mine, peer in rounds]
    mine, peer = (1000 * statistics.median(each) for each in zip(*rounds, strict=True))
    print(f"ours {mine:.1f} ms, a bare process of PyAV {peer:.1f} ms")
    print(f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
