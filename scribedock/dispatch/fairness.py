"""Which work is taken up next, where more waits than can be done at once.

Work belongs to a branch of the tree of accounts: an account directly below the root, with all below it. An
account can make accounts below itself, so anything fair among accounts would be void.

1. The most urgent level goes first. An order begins at the level of its priority, and rises while it waits:
   to the top at its DueDate at the latest, so that no stream of urgent orders starves it.
2. Within a level the branches take turns: the one that was served longest ago is next.
3. Within a branch, what is due first goes first.

A branch that has nothing running does not wait until another one's work ends: as many slots as there are
ordinary ones are reserved for such branches. Caps delay; they never refuse.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

NEVER_SERVED = (datetime(1, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True, kw_only=True)
class WaitingWork:
    """Work that could be taken up now."""

    id: str
    branch_id: str
    host: str  # that it talks to; empty: none
    rank: int  # its first level; 0 is the most urgent
    asked: datetime
    due: datetime  # when it reaches the top level, whatever its rank


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How much of one kind may run at once; 0 means any number."""

    branch: int = 0
    host: int = 0
    queued: int = 0  # how much of a branch's waiting work, the oldest, stands in line


@dataclass(frozen=True, kw_only=True)
class WorkUnderWay:
    """What runs now of one kind of work."""

    here: int  # in this worker
    branches: Mapping[str, int]  # in all workers, by branch
    hosts: Mapping[str, int]


def urgency_level(work: WaitingWork, now: datetime) -> int:
    """Return the current urgency of the work; 0 is the most urgent.

    It falls from `rank` to 0 in equal parts of the time until the work is due.
    """
    allowed = (work.due - work.asked).total_seconds()
    left = (work.due - now).total_seconds()
    if left <= 0 or allowed <= 0:
        return 0
    return math.ceil(work.rank * min(left / allowed, 1))


def choose_work(
    waiting: Iterable[WaitingWork],
    *,
    slots: int,
    load: WorkUnderWay,
    served: Mapping[str, datetime],
    caps: Caps,
    now: datetime,
) -> list[WaitingWork]:
    """Return the work to take up now, in this order.

    slots: how much this worker runs at once; as many more are for branches that have nothing running. served:
    when each branch last got a slot; a branch that is not in it never did.
    """

    def urgency(work: WaitingWork) -> tuple[int, datetime, datetime, str]:
        return urgency_level(work, now), work.due, work.asked, work.id

    lines: dict[str, deque[WaitingWork]] = {}
    for work in sorted(waiting, key=urgency):
        lines.setdefault(work.branch_id, deque()).append(work)
    branches, hosts = Counter(load.branches), Counter(load.hosts)
    turns = {branch: (at, 0) for branch, at in served.items()}
    free = max(slots - load.here, 0)
    spare = 2 * slots - load.here - free
    chosen: list[WaitingWork] = []
    while free > 0 or spare > 0:
        heads = []
        for branch, line in lines.items():
            if (free <= 0 and branches[branch]) or (caps.branch and branches[branch] >= caps.branch):
                continue
            while line and caps.host and line[0].host and hosts[line[0].host] >= caps.host:
                line.popleft()  # its host stays busy for as long as this choice takes
            if line:
                heads.append(line[0])
        if not heads:
            break
        best = min(
            heads,
            key=lambda work: (
                urgency_level(work, now),
                turns.get(work.branch_id, NEVER_SERVED),
                urgency(work),
            ),
        )
        lines[best.branch_id].popleft()
        chosen.append(best)
        branches[best.branch_id] += 1
        hosts[best.host] += 1
        turns[best.branch_id] = (now, len(chosen))
        if free > 0:
            free -= 1
        else:
            spare -= 1
    return chosen
