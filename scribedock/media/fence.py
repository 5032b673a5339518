"""The fence around whatever reads hostile media: what its process can no longer do.

A process puts itself behind it, once everything it needs is imported and open:
no file can be opened and no connection made (Landlock, and a limit of zero new
descriptors), and memory, processor time and the size of what it writes are bounded.

A program that is to be run behind it needs files to begin with: it is granted a list of
them, and one folder to write to (`AllowedPaths`).
"""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scribedock.children.lifeline import die_with_parent
from scribedock.children.niceness import Niceness, yield_to_others

PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
LANDLOCK_CREATE_RULESET_VERSION = 1
# Rights over files and TCP by the version of the interface that brought them (landlock(7)).
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # number of rights known from that version on
TCP_RIGHTS = 0b11  # version 4: bind, connect
SCOPE_RIGHTS = 0b11  # version 6: abstract sockets, signals

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_FILE, MAKE_REG, TRUNCATE = (
    1 << bit for bit in (0, 1, 2, 3, 5, 8, 14)
)
# What may be granted on a file that is not a folder.
FILE_ACCESS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE

_libc = ctypes.CDLL(None, use_errno=True)


class Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


@dataclass(frozen=True, kw_only=True)
class AllowedPaths:
    """The paths that a program may open behind the fence; missing ones are ignored."""

    readable: tuple[Path, ...]  # files, or folders with everything in them; programs there may run
    writable: tuple[Path, ...] = ()
    descriptors: int = 128  # how many it may have open at once


@dataclass(frozen=True, kw_only=True)
class FenceReport:
    """What the fence consists of on this machine."""

    landlock: int  # version of the kernel's interface; 0: none

    @property
    def text(self) -> str:
        if self.landlock:
            return f"Landlock (version {self.landlock}), resource limits and a list of allowed formats"
        return "this kernel has no Landlock: resource limits and a list of allowed formats only"


def fence_report() -> FenceReport:
    version = _libc.syscall(
        LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_CREATE_RULESET_VERSION
    )
    return FenceReport(landlock=max(version, 0))


def confine(
    *, memory: int, cpu_s: int, file_bytes: int, parent: int, openings: AllowedPaths | None = None
) -> None:
    """Put this process behind the fence, for good.

    memory and file_bytes are in bytes. The process is killed when `parent` ends. Without `openings` it can
    open nothing any more. Raises OSError where the kernel refuses what it said it can do.
    """
    die_with_parent(parent)
    yield_to_others(Niceness.MEDIA)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_DUMPABLE, 0)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_CORE, 0)
    _landlock(openings)
    _limit(resource.RLIMIT_NOFILE, openings.descriptors if openings else 0)


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} was refused")


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bound, bound))


def _landlock(openings: AllowedPaths | None) -> None:
    """Give up every right that the kernel knows, except on the allowed paths."""
    version = fence_report().landlock
    if not version:
        return
    rights = max(count for since, count in FILE_RIGHTS.items() if since <= version)
    ruleset = Ruleset(
        files=(1 << rights) - 1,
        net=TCP_RIGHTS if version >= 4 else 0,
        scoped=SCOPE_RIGHTS if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handle = _libc.syscall(LANDLOCK_CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), 0)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "the Landlock ruleset was refused")
    try:
        if openings is not None:
            _open(handle, openings.readable, EXECUTE | READ_FILE | READ_DIR)
            writing = EXECUTE | READ_FILE | READ_DIR | WRITE_FILE | MAKE_REG | REMOVE_FILE | TRUNCATE
            _open(handle, openings.writable, writing & ruleset.files & ~EXECUTE)
        if _libc.syscall(LANDLOCK_RESTRICT_SELF, handle, 0) != 0:
            raise OSError(ctypes.get_errno(), "Landlock was refused")
    finally:
        os.close(handle)


def _open(ruleset: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        try:
            parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            allowed = rights if path.is_dir() else rights & FILE_ACCESS
            rule = PathBeneath(allowed=allowed, parent=parent)
            if (
                _libc.syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, ctypes.byref(rule), 0)
                != 0
            ):
                raise OSError(ctypes.get_errno(), f"Landlock refused a rule for {path}")
        finally:
            os.close(parent)
