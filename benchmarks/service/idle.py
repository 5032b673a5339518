"""What a server takes while nothing is to be done, and what with a worker that has nothing to do.

python -m benchmarks.service.idle [--rounds 5] [--seconds 60]

A server that was started before, so that its database is migrated, is started and left alone for as long as
it takes to settle: once as it comes, so that its worker ends meanwhile, and once with a worker that never
does. Then the processor time of each of its processes is measured in each round, and at the end their memory,
what they share divided among them (PSS); so no other program of this Python may run meanwhile.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.service.processes import cpu_s, pss_mb
from scribedock.demo.server import OwnServer
from tests.support.machine.processes import command, family

SETTLING_S = 75


def main(rounds: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with OwnServer(Path(folder)) as first:
            pass
        for idle_s in ("600", "0"):
            with OwnServer(Path(folder), password=first.password, speech_idle_s=idle_s) as server:
                measure(server, rounds, seconds)


def measure(server: OwnServer, rounds: int, seconds: float) -> None:
    assert server.process is not None
    time.sleep(SETTLING_S)
    processes = list(family(server.process.pid))
    shares: dict[int, list[float]] = {pid: [] for pid in processes}
    for _ in range(rounds):
        before = {pid: cpu_s(pid) for pid in processes}
        time.sleep(seconds)
        for pid, share in shares.items():
            share.append(100 * (cpu_s(pid) - before[pid]) / seconds)
    print(f"{'':50} {'% of a processor':>24} {'MB (PSS)':>9}")
    for pid, share in shares.items():
        name = command(pid).rpartition(" -m ")[2][:50]
        print(f"{name:50} {_spread(share):>24} {pss_mb(pid):>9.0f}")
    together = [sum(share) for share in zip(*shares.values(), strict=True)]
    print(f"{'together':50} {_spread(together):>24} {sum(map(pss_mb, processes)):>9.0f}\n")


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seconds", type=float, default=60)
    given = arguments.parse_args()
    main(given.rounds, given.seconds)
