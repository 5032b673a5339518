"""The process that the fenced children are forked from.

It has loaded everything that a child needs, which takes longer than most children work, and reads nothing
hostile itself. It has one thread, so that a fork is a whole copy.

A request is one packet on its socket: the order in JSON, with descriptors of the recording, of the
destination of the audio and of the child's messages, and of the pipes for its process id and later its exit
status (`PID` and `STATUS`). The process ends when the socket does, or after some time without a request; its
children end with it.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress

from scribedock.media.fenced import child
from scribedock.media.forking import PID, STATUS

MAX_REQUEST_BYTES = 64 * 1024  # bytes
DESCRIPTOR_COUNT = 4


def main() -> None:
    requests, idle_s = socket.socket(fileno=int(sys.argv[1])), float(sys.argv[2])
    child.prepare()
    gc.freeze()
    ended, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    running: dict[int, int] = {}  # where the status of each child goes, by its process id
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while ready := selector.select(None if running else idle_s):
            for key, _ in ready:
                if key.fileobj == ended:
                    os.read(ended, 4096)
                    _reap(running)
                    continue
                message, descriptors, _, _ = socket.recv_fds(requests, MAX_REQUEST_BYTES, DESCRIPTOR_COUNT)
                if not message:
                    return
                kept = [requests.fileno(), selector.fileno(), ended, wake, *running.values()]
                _begin(json.loads(message), descriptors, kept, running)


def _begin(
    order: dict[str, object], descriptors: list[int], kept: list[int], running: dict[int, int]
) -> None:
    """Fork a child. kept: what is open here and not meant for the child."""
    recording, audio, words, status = descriptors
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            os.dup2(words, 1)
            for each in (*kept, words, status):
                os.close(each)
            child.work({**order, "parent": parent}, recording, audio)
        finally:
            os._exit(1)
    for each in (recording, audio, words):
        os.close(each)
    running[pid] = status
    with suppress(BrokenPipeError):
        os.write(status, PID.pack(pid))


def _reap(running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        where = running.pop(pid)
        with suppress(BrokenPipeError):
            os.write(where, STATUS.pack(os.waitstatus_to_exitcode(status)))
        os.close(where)
