"""The process that becomes a program behind the fence."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from scribedock.media import fence

NO_FENCE, NO_PROGRAM = 125, 126  # exit statuses that no program of ours has


def main() -> None:
    order = json.loads(sys.argv[1])
    try:
        fence.confine(
            memory=order["memory"],
            cpu_s=order["cpu_s"],
            file_bytes=order["file_bytes"],
            parent=order["parent"],
            openings=fence.AllowedPaths(
                readable=tuple(map(Path, order["readable"])), writable=tuple(map(Path, order["writable"]))
            ),
        )
    except OSError as error:
        print(error, file=sys.stderr)
        os._exit(NO_FENCE)
    try:
        os.execve(order["command"][0], order["command"], order["environment"])  # noqa: S606
    except OSError as error:
        print(error, file=sys.stderr)
        os._exit(NO_PROGRAM)
