"""A process that renders: one request at a time, from lists that it parses once and keeps.

Orders come on standard input and answers go to standard output.  It knows no database and no file.
"""

from __future__ import annotations

import gc
import sys
import traceback
from collections import OrderedDict

from scribedock.children.confinement import confine
from scribedock.errors import InvalidQuery, ScribedockError, captions_errors
from scribedock.rendering.pipe import (
    Answer,
    MissingLists,
    RenderingDefect,
    RenderingRefused,
    RenderMessage,
    received,
    send,
)
from scribedock.rendering.request import ElementListKey, render
from scribedock_captions.elementlist.codec import parse
from scribedock_captions.elementlist.model import ElementList

CACHE_BYTES = 48 * 1024 * 1024
"""The limit of the cached lists, measured as JSON; parsed, they take about three times as much memory."""
MEMORY = 3 * 1024**3  # of address space, for the largest list that can be saved and those in the cache


def main() -> None:
    answers = confine(memory=MEMORY)
    lists = ParsedLists()
    while (order := received(sys.stdin.buffer)) is not None:
        send(answers, answer(order, lists))


class ParsedLists:
    """Parsed ElementLists, of which the least recently used are dropped when there are too many."""

    def __init__(self, kept_bytes: int = CACHE_BYTES) -> None:
        self._most = kept_bytes
        self._kept: OrderedDict[ElementListKey, tuple[ElementList, int]] = OrderedDict()

    def __contains__(self, key: ElementListKey) -> bool:
        return key in self._kept

    def __getitem__(self, key: ElementListKey) -> ElementList:
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def clear(self) -> None:
        self._kept.clear()

    def add(self, key: ElementListKey, body: bytes) -> None:
        """Keep a list, and as many of the others as there is room for."""
        self._kept[key] = parse(body), len(body)
        self._kept.move_to_end(key)
        size = sum(each for _, each in self._kept.values())
        while size > self._most and len(self._kept) > 1:
            _, (_, gone) = self._kept.popitem(last=False)
            size -= gone
        # Hundreds of thousands of objects without a cycle, which the collector need not visit.
        gc.freeze()


def answer(order: RenderMessage, lists: ParsedLists) -> Answer:
    request = order.request
    missing = tuple(key for key in request.lists if key not in lists and key not in order.bodies)
    if missing:
        return MissingLists(missing)
    try:
        needed: dict[ElementListKey, ElementList] = {}
        with captions_errors():
            for key in request.lists:
                if key not in lists:
                    lists.add(key, order.bodies[key])
                needed[key] = lists[key]
            return render(request, needed.__getitem__)
    except ScribedockError as error:
        return RenderingRefused(error)
    except MemoryError:
        lists.clear()
        return RenderingRefused(
            InvalidQuery(
                "The ElementList is too large to be rendered with these options: it needs more than "
                f"{MEMORY // 1024**3} GiB of memory",
                status=413,
            )
        )
    except Exception:
        return RenderingDefect(traceback.format_exc())


if __name__ == "__main__":
    main()
