"""A process that parses: one body at a time, within limits. It knows no database and no file."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Mapping
from typing import Any

from scribedock.children.confinement import allow_processor_time, confine
from scribedock.errors import InvalidQuery, ScribedockError, captions_errors
from scribedock.parsing.operations import OPERATIONS
from scribedock.parsing.pipe import received, refusal, send

MEMORY = 3 * 1024**3 // 2  # of address space; a legal list of 64 MiB takes about 1 GiB
TOO_LARGE_MESSAGE = "takes too much memory to be read; send less at once"


def main() -> None:
    answers = confine(memory=MEMORY)
    gc.disable()  # the collector would visit millions of objects again and again, none of them garbage
    while True:
        try:
            order = received(sys.stdin.buffer)
        except MemoryError:
            return
        if order is None:
            return
        head, body = order
        allow_processor_time(head["cpu_s"])
        facts, found = answer(head, body)
        send(answers, facts, found)
        del order, body, found
        gc.collect()


def answer(head: Mapping[str, Any], body: bytes) -> tuple[Mapping[str, Any], bytes]:
    try:
        with captions_errors():
            return OPERATIONS[head["operation"]](head["arguments"], body)
    except ScribedockError as error:
        return refusal(error), b""
    except MemoryError:
        return refusal(InvalidQuery(f"The {head['what']} {TOO_LARGE_MESSAGE}", status=413)), b""
    except RecursionError:
        return refusal(InvalidQuery(f"The {head['what']} is nested too deeply")), b""
    except Exception:
        return {"failed": traceback.format_exc()}, b""


if __name__ == "__main__":
    main()
