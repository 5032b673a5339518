"""Parsing processes, shared by the branches of the tree of accounts in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import structlog

from scribedock.children.crew import Crew, Ticket
from scribedock.children.patience import ChildSlow
from scribedock.children.process import ChildEnded
from scribedock.children.seat import ChildSeat
from scribedock.errors import InvalidQuery
from scribedock.host.processors import processors
from scribedock.parsing.pipe import Parsed, ParserDefect, request_parsing

log = structlog.get_logger("scribedock.parsing")

CHILD = "scribedock.parsing.child"
CPU_S = 90  # for one body; a legal list of 64 MiB takes about 20 s
WALL_S = 300.0
MAX_WAITING = 256  # of one branch
MAX_REUSE_BYTES = 1024 * 1024  # bytes; after a larger body the process ends, which frees its memory


@dataclass(frozen=True, kw_only=True)
class UnparsedBody:
    """A body to parse. It must stay open until the ticket's future is done."""

    what: str  # its name in errors: "ElementList", "body"
    file: IO[bytes]
    size: int


def usual_processes() -> int:
    """Return half of the processors, but at least two, so that no branch has them all."""
    return min(4, max(2, processors() // 2))


class Parser:
    """A pool of at most `processes` children that parse, started when first needed.

    Callable from any thread. One child is always left to the other branches.
    """

    def __init__(self, *, processes: int | None = None, cpu_s: int = CPU_S, wall_s: float = WALL_S) -> None:
        count = processes or usual_processes()
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._crew: Crew[ChildSeat] = Crew(
            [ChildSeat(CHILD) for _ in range(count)],
            branch_seats=max(1, count - 1),
            branch_waiting=MAX_WAITING,
            name="parsing",
        )

    def submit(
        self, branch: str, operation: str, source: UnparsedBody, arguments: Mapping[str, Any] | None = None
    ) -> Ticket[Parsed]:
        """Queue an operation of `operations`. Raises SystemFault (503) when too many of the branch wait.

        The future raises what the operation raises, and InvalidQuery (413) where it exceeds its limits.
        """
        head = {
            "operation": operation,
            "what": source.what,
            "arguments": arguments or {},
            "cpu_s": self._cpu_s,
        }
        return self._crew.submit(branch, lambda seat: self._parse(seat, head, source))

    def close(self) -> None:
        """End the children at once."""
        self._crew.close()

    def _parse(self, seat: ChildSeat, head: Mapping[str, Any], source: UnparsedBody) -> Parsed:
        try:
            return seat.exchange(
                lambda child: request_parsing(child, head, source.file, source.size, wall_s=self._wall_s)
            )
        except (ChildEnded, ChildSlow) as error:
            log.warning("parsing ended", operation=head["operation"], bytes=source.size, how=repr(error))
            raise InvalidQuery(
                f"The {source.what} takes too long to be read, or too much memory; send less at once",
                status=413,
            ) from None
        except ParserDefect as error:
            raise RuntimeError(f"a parsing process failed:\n{error}") from None
        finally:
            if source.size > MAX_REUSE_BYTES:
                seat.close()
