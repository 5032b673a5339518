"""The fence around whatever reads hostile media: what its process can no longer do.

A process puts itself behind it, once everything it needs is imported and open:
no file can be opened and no connection made (Landlock, and a limit of zero new
descriptors), and memory, processor time and the size of what it writes are bounded.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 444, 446
LANDLOCK_CREATE_RULESET_VERSION = 1
# Rights over files and TCP by the version of the interface that brought them (landlock(7)).
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # number of rights known from that version on
TCP_RIGHTS = 0b11  # version 4: bind, connect
SCOPES = 0b11  # version 6: abstract sockets, signals

_libc = ctypes.CDLL(None, use_errno=True)


class Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


@dataclass(frozen=True, kw_only=True)
class Strength:
    """What the fence is made of on this machine."""

    landlock: int  # version of the kernel's interface; 0: none

    @property
    def text(self) -> str:
        if self.landlock:
            return f"Landlock (version {self.landlock}), resource limits and a list of allowed formats"
        return "this kernel has no Landlock: resource limits and a list of allowed formats only"


def strength() -> Strength:
    version = _libc.syscall(
        LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_CREATE_RULESET_VERSION
    )
    return Strength(landlock=max(version, 0))


def confine(*, memory: int, cpu_s: int, file_bytes: int, parent: int) -> None:
    """Puts this process behind the fence, for good.

    memory and file_bytes are in bytes.  The process is killed when `parent` ends.
    Raises OSError where the kernel refuses what it said it can do.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_DUMPABLE, 0)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    _landlock()
    _limit(resource.RLIMIT_NOFILE, 0)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} was refused")


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bound, bound))


def _landlock() -> None:
    """Refuses every right that the kernel knows, and makes no exception."""
    version = strength().landlock
    if not version:
        return
    rights = max(count for since, count in FILE_RIGHTS.items() if since <= version)
    ruleset = Ruleset(
        files=(1 << rights) - 1,
        net=TCP_RIGHTS if version >= 4 else 0,
        scoped=SCOPES if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handle = _libc.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "the Landlock ruleset was refused")
    try:
        if _libc.syscall(LANDLOCK_RESTRICT_SELF, handle, 0) != 0:
            raise OSError(ctypes.get_errno(), "Landlock was refused")
    finally:
        os.close(handle)
